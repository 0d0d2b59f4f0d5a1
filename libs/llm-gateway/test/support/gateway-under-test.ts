import type {
  Decision,
  Exchange,
  ExchangeSummary,
  Gateway,
  HostCapabilities,
  HostEffect,
  HttpHeaders,
  TakeOutcome,
  UpstreamFailure,
  UpstreamHead,
  UpstreamReply,
  UpstreamRequest,
} from '@plano/common';
import { createExchange } from '@plano/common';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { portableUtf8 } from '@plano/hermesllm';
import { createLlmGateway } from '../../src/llm-gateway.ts';

/** What an upstream does with one request; `body` is what is read of a body. */
export type UpstreamAct = UpstreamFailure['reason'] | { readonly status: number; readonly headers?: HttpHeaders; readonly body?: string };

/** One sending, as far as tests look at it. */
interface Sending {
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly delayMs: number;
  readonly request: UpstreamRequest;
  readonly summary: ExchangeSummary | undefined;
}

/** What became of a request. */
interface Outcome {
  readonly sent: readonly Sending[];
  readonly decision: Decision;
  readonly status: number;
  /** The body of an answer that was given whole. */
  readonly text: string;
  readonly summary: ExchangeSummary;
}

/** A gateway whose clock stands still until it is told otherwise. */
export interface GatewayUnderTest {
  readonly gateway: Gateway;
  readonly host: HostCapabilities;
  time: number;
  /** Buckets of rate limits, by their capacity, that have nothing left. */
  readonly emptyBuckets: Set<number>;
  /** Plays a request against a script of upstream answers; an answer that is accepted is ended with its body, or left open. */
  ask(request: RequestUnderTest, script?: readonly UpstreamAct[] | ((sending: Sending) => UpstreamAct)): Outcome;
  /** Starts an exchange and leaves it to the test. */
  open(request: RequestUnderTest): { exchange: Exchange; effect: HostEffect };
}

/** A request in short. */
interface RequestUnderTest {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: HttpHeaders;
  readonly body?: object | string;
  readonly listener?: string;
}

const chat = { model: 'openai/gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };

function reserveAll(takes: (HostEffect & { step: 'reserve' })['takes'], empty: ReadonlySet<number>): TakeOutcome {
  const levels = takes.map(({ capacity, amount }) => ({ remaining: capacity - amount, resetMs: 0 }));
  const index = takes.findIndex(({ capacity }) => empty.has(capacity));
  return index === -1 ? { ok: true, levels } : { ok: false, reason: 'limited', index, waitMs: 2_000, levels };
}

/** A gateway over a configuration as a user writes it, `listeners` and version left out. */
export function gatewayUnderTest(yaml: string, capabilities: Partial<HostCapabilities> = {}): GatewayUnderTest {
  const text = yaml.includes('listeners:') ? yaml : `listeners: [{ name: llm, type: model, port: 12000 }]\n${yaml}`;
  const parsed = parseConfig(`version: v0.4.0\n${text}`, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const gateway = createLlmGateway(deriveConfig(parsed.config, {}));
  const emptyBuckets = new Set<number>();
  const under = { time: 1_700_000_000_000 };
  const host: HostCapabilities = {
    redispatch: true,
    utf8: portableUtf8,
    now: () => under.time,
    newId: (prefix) => `${prefix}1`,
    random: () => 0,
    ...capabilities,
  };

  const requestEvent = ({ path = '/v1/chat/completions', method = 'POST', headers = {}, body = chat, listener }: RequestUnderTest) => ({
    type: 'request' as const,
    head: { method, path, headers, ...(listener === undefined ? {} : { listener }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  const ask: GatewayUnderTest['ask'] = (request, script = []) => {
    const exchange = createExchange(gateway, host);
    const sent: Sending[] = [];
    let act: UpstreamAct | undefined;
    let effect = exchange.dispatch(requestEvent(request));
    for (;;) {
      switch (effect.step) {
        case 'forward':
          sent.push(sendingOf(effect));
          act = typeof script === 'function' ? script(sent.at(-1) as Sending) : script[sent.length - 1];
          if (act === undefined) throw new Error(`The script has no answer to sending ${sent.length}`);
          effect = exchange.dispatch({ type: 'head', head: headOf(act) });
          break;
        case 'read-body':
          effect = exchange.dispatch({ type: 'reply', reply: replyOf(act) });
          break;
        case 'reserve':
          effect = exchange.dispatch({ type: 'reserved', outcome: reserveAll(effect.takes, emptyBuckets) });
          break;
        case 'respond': {
          const { decision } = effect;
          const text = typeof decision.body === 'string' ? decision.body : portableUtf8.decode(decision.body);
          return { sent, decision, status: decision.status, text, summary: decision.summary };
        }
        case 'accept': {
          const { decision } = effect;
          const chunk = exchange.dispatch({ type: 'chunk', chunk: portableUtf8.encode(bodyOf(act) ?? '') });
          const end = exchange.dispatch({ type: 'end' });
          const text = [chunk, end].flatMap((each) => (each.step === 'write' ? each.chunks : [])).map(textOf);
          return { sent, decision, status: decision.status, text: text.join(''), summary: decision.summary() };
        }
        default:
          throw new Error(`Nobody plays ${effect.step}`);
      }
    }
  };

  return {
    gateway,
    host,
    emptyBuckets,
    get time() {
      return under.time;
    },
    set time(value) {
      under.time = value;
    },
    ask,
    open(request) {
      const exchange = createExchange(gateway, host);
      return { exchange, effect: exchange.dispatch(requestEvent(request)) };
    },
  };
}

const textOf = (chunk: string | Uint8Array): string => (typeof chunk === 'string' ? chunk : portableUtf8.decode(chunk));

const bodyOf = (act: UpstreamAct | undefined): string | undefined => (typeof act === 'object' ? act.body : undefined);

const headOf = (act: UpstreamAct): UpstreamHead =>
  typeof act === 'string'
    ? { ok: false, reason: act, message: `it was ${act}` }
    : { ok: true, status: act.status, headers: { 'content-type': 'application/json', ...act.headers } };

/** A body that the script leaves out breaks off. */
function replyOf(act: UpstreamAct | undefined): UpstreamReply {
  const body = bodyOf(act);
  return body === undefined || typeof act !== 'object'
    ? { ok: false, reason: 'reset', message: 'The body broke off' }
    : { ok: true, status: act.status, headers: {}, body: portableUtf8.encode(body), complete: true };
}

function sendingOf({ request, delayMs, summary }: HostEffect & { step: 'forward' }): Sending {
  return {
    host: request.target.type === 'socket' ? request.target.host : request.target.name,
    path: request.path,
    headers: request.headers,
    body: JSON.parse(textOf(request.body)) as Record<string, unknown>,
    delayMs,
    request,
    summary,
  };
}
