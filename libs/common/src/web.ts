import { joinBytes } from '@plano/hermesllm/framing';
import { webUtf8 } from '@plano/hermesllm/web';
import { gatewayError } from './errors.ts';
import type { GatewayError } from './errors.ts';
import type { Decision, Exchange, ExchangeSummary, Gateway, HostCapabilities, HostEffect } from './exchange.ts';
import { createExchange, emptySummary } from './exchange.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import { clientFacingHeaders, headerNames, internalHeaderPrefixes } from './headers.ts';
import type { HttpHeaders, RequestHead, UpstreamRequest } from './http.ts';
import { createMemoryBuckets } from './rate-limits/memory-buckets.ts';
import type { RateLimitStore } from './rate-limits/rate-limit-store.ts';
import { memoryStore } from './rate-limits/rate-limit-store.ts';
import type { EchoAnswer, UpstreamLine } from './web/upstream-line.ts';
import { createUpstreamLine } from './web/upstream-line.ts';
import type { FetchTimeouts } from './web/upstream-fetch.ts';
import { bytesOf, isFailure } from './web/upstream-fetch.ts';

// For runtimes with the web's `fetch`: Node, Deno, Bun, workers, browsers. With `web/` the only files of this package that know a platform.

/** Everything has the gateway's default. */
export interface FetchHandlerOptions extends Partial<FetchTimeouts> {
  /** What sends to upstreams. Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Bytes of a request body. Default 32 MiB. */
  readonly requestBodyBytes?: number;
  /** Deadline in milliseconds of an exchange; of a stream, until its head has come. Default 600,000. */
  readonly totalMs?: number;
  /** Deadline in milliseconds of a stream from its head on. Default: none, as long as it never falls silent. */
  readonly streamTotalMs?: number | null;
  /** Name of the listener in the configuration whose settings hold. */
  readonly listener?: string;
  /** Whether clients are trusted to send internal headers (`x-arch-…`). By default these are dropped. */
  readonly internal?: boolean;
  /** Answers `plano/echo`: `answerEcho` of `@plano/llm-gateway`. Without it that model cannot be reached. */
  readonly echo?: EchoAnswer;
  /** Signs requests for providers that want it: resolves with headers to add. Without it they are refused. */
  readonly sign?: (request: UpstreamRequest) => Promise<Readonly<Record<string, string>>>;
  /** Where the buckets of rate limits are kept. Default: in memory, for this handler alone. */
  readonly rateLimits?: RateLimitStore;
  /** Tokens of a text for a model: `createTokenCounter` with the tables of a tokenizer. Without it tokens are approximated. */
  readonly countTokens?: (model: string, text: string) => number;
  /** Told once what became of each exchange. */
  readonly onExchange?: (record: ExchangeRecord) => void;
}

/** A request in, a response out. Never rejects, unless the client went away. */
export type FetchHandler = (request: Request) => Promise<Response>;

type Optional = 'listener' | 'echo' | 'sign' | 'countTokens' | 'onExchange';
type Settings = Required<Omit<FetchHandlerOptions, Optional>> & Pick<FetchHandlerOptions, Optional>;

/**
 * Runs a gateway as a handler from `Request` to `Response`. Answers stream with back-pressure: a chunk is read from the upstream when one is
 * wanted. A client that goes away (`request.signal`, or the response's body cancelled) ends the upstream's request at once.
 *
 * @example
 * const handler = toFetchHandler(createLlmGateway(config), { echo: answerEcho });
 * export default { fetch: handler };
 */
export function toFetchHandler(gateway: Gateway, options: FetchHandlerOptions = {}): FetchHandler {
  const settings: Settings = {
    requestBodyBytes: 32 * 1024 * 1024,
    totalMs: 600_000,
    firstByteMs: 120_000,
    streamIdleMs: 300_000,
    streamTotalMs: null,
    internal: false,
    // Looked up when it is called: some runtimes and tests put another one in its place.
    fetch: (...request) => globalThis.fetch(...request),
    rateLimits: memoryStore(createMemoryBuckets(), () => performance.now()),
    ...options,
  };
  const capabilities: HostCapabilities = {
    redispatch: true,
    signing: options.sign !== undefined,
    utf8: webUtf8,
    now: Date.now,
    newId: (prefix) => prefix + crypto.randomUUID().replaceAll('-', ''),
    random: Math.random,
    ...(options.countTokens === undefined ? {} : { countTokens: options.countTokens }),
  };
  return (request) => handle(gateway, capabilities, settings, request);
}

async function handle(gateway: Gateway, capabilities: HostCapabilities, settings: Settings, request: Request): Promise<Response> {
  const head = headOf(request, settings);
  const exchange = createExchange(gateway, capabilities);
  const teller = createTeller(head, settings);
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    const error = gatewayError('unsupported_encoding', `Request bodies encoded as ${encoding} are not understood`);
    return answerWith(gateway.refuse(head, error), teller, head);
  }
  const body = await readBody(request, settings.requestBodyBytes);
  if (body === 'gone') {
    teller.tell(0, emptySummary, 'aborted');
    throw request.signal.reason;
  }
  const refuse = (error: GatewayError): Response => answerWith(gateway.refuse(head, error), teller, head);
  if (body === 'too-large') {
    return refuse(gatewayError('request_too_large', `The request body is larger than ${settings.requestBodyBytes} bytes`));
  }
  teller.counts.bytesIn = body.length;
  const line = createUpstreamLine(settings, request.signal);
  try {
    let effect = exchange.dispatch({ type: 'request', head, body });
    for (;;) {
      if (effect.step === 'respond') return answerWith(effect.decision, teller, head);
      if (effect.step === 'accept') return streamFrom(effect.decision, exchange, line, teller, head);
      effect = await step(effect, exchange, line, settings.rateLimits);
      if (request.signal.aborted) {
        teller.tell(0, abandon(exchange), 'aborted');
        throw request.signal.reason;
      }
    }
  } catch (error) {
    line.end();
    if (request.signal.aborted) throw error;
    // A bug: it harms no other exchange, and says nothing of itself to the client.
    return refuse(gatewayError('internal', 'The gateway failed to handle this request'));
  }
}

function abandon(exchange: Exchange): ExchangeSummary {
  const effect = exchange.dispatch({ type: 'abort' });
  return effect.step === 'over' ? effect.summary : emptySummary;
}

async function step(effect: HostEffect, exchange: Exchange, line: UpstreamLine, rateLimits: RateLimitStore): Promise<HostEffect> {
  switch (effect.step) {
    case 'call': {
      const reply = await line.call(effect.request, effect.timeoutMs, effect.bodyLimit);
      return exchange.dispatch({ type: 'reply', reply });
    }
    case 'forward': {
      const { head } = await line.forward(effect.request, effect.delayMs);
      return exchange.dispatch({ type: 'head', head });
    }
    case 'read-body':
      return exchange.dispatch({ type: 'reply', reply: await line.readWhole(effect.limit) });
    case 'reserve':
      return exchange.dispatch({ type: 'reserved', outcome: await rateLimits.take(effect.takes) });
    default:
      throw new Error(`The exchange asks for ${effect.step} at the wrong time`);
  }
}

/** Tells what became of the exchange, once. */
interface Teller {
  readonly counts: { bytesIn: number; bytesOut: number; firstByteMs: number | null };
  count(chunk: Uint8Array): void;
  tell(status: number, summary: ExchangeSummary, outcome: ExchangeRecord['outcome']): void;
}

function createTeller(head: RequestHead, { onExchange, rateLimits }: Settings): Teller {
  const started = performance.now();
  const counts: Teller['counts'] = { bytesIn: 0, bytesOut: 0, firstByteMs: null };
  let told = false;
  return {
    counts,
    count(chunk) {
      counts.firstByteMs ??= performance.now() - started;
      counts.bytesOut += chunk.length;
    },
    tell(status, summary, outcome) {
      if (told) return;
      told = true;
      if (summary.charges.length > 0) rateLimits.charge(summary.charges);
      onExchange?.({ head, status, summary, outcome, durationMs: performance.now() - started, ...counts });
    },
  };
}

const withoutBody: ReadonlySet<number> = new Set([101, 204, 205, 304]);

function answerWith(decision: Decision & { action: 'respond' }, teller: Teller, head: RequestHead): Response {
  const body = bytesOf(decision.body);
  teller.count(body);
  teller.tell(decision.status, decision.summary, 'finished');
  const empty = withoutBody.has(decision.status) || head.method === 'HEAD';
  return new Response(empty ? null : body, { status: decision.status, headers: outgoing(decision.headers, head) });
}

/** The answer's body, of which a chunk is made when one is wanted. */
function streamFrom(
  decision: Decision & { action: 'accept' },
  exchange: Exchange,
  line: UpstreamLine,
  teller: Teller,
  head: RequestHead,
): Response {
  if (decision.stream) line.beginStream();
  const upstream = line.current();
  const close = (summary: ExchangeSummary, outcome: ExchangeRecord['outcome']): void => {
    line.end();
    teller.tell(decision.status, summary, outcome);
  };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        for (;;) {
          const came = await upstream.read();
          const read = line.late() ?? came;
          const effect = exchange.dispatch(
            isFailure(read) ? { type: 'failure', failure: read } : read === undefined ? { type: 'end' } : { type: 'chunk', chunk: read },
          );
          if (effect.step !== 'write') throw new Error(`The exchange asks for ${effect.step} at the wrong time`);
          let wrote = false;
          for (const piece of effect.chunks) {
            const bytes = bytesOf(piece);
            if (bytes.length === 0) continue;
            teller.count(bytes);
            controller.enqueue(bytes);
            wrote = true;
          }
          if (effect.last) {
            close(decision.summary(), 'finished');
            if (effect.cut) controller.error(new Error('The upstream closed the connection'));
            else controller.close();
            return;
          }
          if (wrote) return;
        }
      },
      cancel() {
        close(abandon(exchange), 'aborted');
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: decision.status, headers: outgoing(decision.headers, head) });
}

function outgoing(headers: HttpHeaders, head: RequestHead): Headers {
  const out = new Headers();
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) out.append(name, one);
  }
  out.set(headerNames.requestId, head.headers[headerNames.requestId] as string);
  return out;
}

const requestIdShape = /^[\w.:/+=@~-]{1,128}$/;

/** The head as the gateways see it: without internal headers that only Plano may set, and with a request id. */
function headOf(request: Request, { listener, internal }: Settings): RequestHead {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    const forged = !internal && !clientFacingHeaders.has(name) && internalHeaderPrefixes.some((prefix) => name.startsWith(prefix));
    if (!forged) headers[name] = value;
  }
  const id = headers[headerNames.requestId];
  if (id === undefined || !requestIdShape.test(id)) headers[headerNames.requestId] = crypto.randomUUID();
  const url = new URL(request.url);
  const head = { method: request.method, path: url.pathname + url.search, headers };
  return listener === undefined ? head : { ...head, listener };
}

async function readBody(request: Request, limit: number): Promise<Uint8Array | 'too-large' | 'gone'> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return 'too-large';
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      size += next.value.length;
      if (size > limit) {
        reader.cancel().catch(() => {});
        return 'too-large';
      }
    }
  } catch {
    return 'gone';
  }
  return joinBytes(chunks);
}
