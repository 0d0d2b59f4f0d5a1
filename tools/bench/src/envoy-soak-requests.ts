import { deriveConfig, type EnvoyObject, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import { builtFilters } from '@plano/envoy';
import { type Agent, request } from 'undici';
import { faults } from './faulty-upstream.ts';
import type { Random } from './random.ts';
import { askedRequest, type Scenario, scenarios } from './scenarios.ts';
import { upstreamKey } from './upstream.ts';

/** A model and a prompt listener in front of an upstream of each API and of one that fails in the way that its path says. */
export function soakedEnvoyFile(upstream: number, faulty: number, accessLog: string): EnvoyObject {
  const provider = (model: string, api: string, base_url: string): object => ({
    model,
    api,
    base_url,
    access_key: upstreamKey,
    circuit_breaker: false,
  });
  const configuration = {
    version: 'v0.4.0',
    listeners: [
      { name: 'llm', type: 'model', port: 12_000 },
      { name: 'prompts', type: 'prompt', port: 10_000 },
    ],
    model_providers: [
      { ...provider('openai/chat', 'openai-chat', `http://127.0.0.1:${upstream}/v1`), default: true },
      provider('anthropic/messages', 'anthropic-messages', `http://127.0.0.1:${upstream}/v1`),
      ...faults.map((fault) => provider(`openai/${fault}`, 'openai-chat', `http://127.0.0.1:${faulty}/${fault}/v1`)),
    ],
    timeouts: { first_byte: '5s', stream_idle: '2s' },
    retries: { max: 0 },
  };
  const parsed = parseConfig(JSON.stringify(configuration), { file: 'soak.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, {});
  const anyPort = { ...config, listeners: config.listeners.map((listener) => ({ ...listener, port: 0 })) };
  return toEnvoy(anyPort, { filters: builtFilters(), node: null, adminPort: 0, accessLog });
}

/** What was sent, and what was wrong with its answer, if anything. */
export interface SoakedRequest {
  readonly kind: string;
  readonly problem?: string;
}

type ClientApi = 'chat' | 'messages';
type Send = (asked: ReturnType<typeof askedRequest>) => ReturnType<typeof request>;

const kinds = {
  json: 40,
  stream: 30,
  abort: 8,
  'abort-early': 4,
  'bad-json': 4,
  'unknown-model': 4,
  error: 4,
  limited: 2,
  reset: 2,
  garbage: 2,
  cut: 2,
};
type Kind = keyof typeof kinds;
const all = Object.entries(kinds).flatMap(([kind, share]) => Array<Kind>(share).fill(kind as Kind));
const pairs = (['chat', 'messages'] as const).flatMap((client) =>
  (['chat', 'messages'] as const).map((upstream) => ({ client, upstream })),
);

/** One request of a random kind. */
export async function soakEnvoyOnce(origin: string, dispatcher: Agent, random: Random): Promise<SoakedRequest> {
  const kind = all[Math.floor(random() * all.length)] as Kind;
  const { client, upstream } = pairs[Math.floor(random() * pairs.length)] as (typeof pairs)[number];
  const send: Send = ({ path, headers, body }) => request(origin + path, { dispatcher, method: 'POST', headers, body });
  const translated = kind in sound ? ` from ${client} to ${upstream}` : '';
  try {
    const problem = await (sound[kind as keyof typeof sound] ?? failing(kind))(send, client, upstream, { origin, dispatcher });
    return problem === undefined ? { kind: kind + translated } : { kind: kind + translated, problem };
  } catch (error) {
    return { kind: kind + translated, problem: error instanceof Error ? error.message : String(error) };
  }
}

type Ask = (
  send: Send,
  client: ClientApi,
  upstream: ClientApi,
  via: { readonly origin: string; readonly dispatcher: Agent },
) => Promise<string | undefined>;

const models: Readonly<Record<ClientApi, string>> = { chat: 'openai/chat', messages: 'anthropic/messages' };
const streamEnd: Readonly<Record<ClientApi, string>> = { chat: 'data: [DONE]', messages: 'event: message_stop' };
const jsonMark: Readonly<Record<ClientApi, string>> = { chat: '"choices":', messages: '"type":"message"' };

/** Requests to upstreams that are well. */
const sound = {
  json: async (send, client, upstream) => {
    const { statusCode, body } = await send(askFor('json', client, models[upstream]));
    const text = await body.text();
    return statusCode === 200 && text.includes(jsonMark[client]) && text.endsWith('}') && text.length > 500
      ? undefined
      : told(statusCode, text);
  },
  stream: async (send, client, upstream) => {
    const { statusCode, body } = await send(askFor('stream', client, models[upstream]));
    const text = await body.text();
    return statusCode === 200 && text.includes(streamEnd[client]) && text.split('\n\n').length > 97 ? undefined : told(statusCode, text);
  },
  abort: async (send, client, upstream) => {
    const { statusCode, body } = await send(askFor('stream', client, models[upstream]));
    if (statusCode !== 200) return told(statusCode, await body.text());
    // Leaving the loop destroys the body, and with it the connection.
    for await (const chunk of body as AsyncIterable<Buffer>) if (chunk.length > 0) break;
    return undefined;
  },
  'abort-early': async (_send, client, upstream, { origin, dispatcher }) => {
    const { path, headers, body } = askFor('json', client, models[upstream]);
    const signal = AbortSignal.timeout(1);
    await request(origin + path, { dispatcher, method: 'POST', headers, body, signal }).then(
      (answer) => answer.body.dump().catch(() => undefined),
      () => undefined,
    );
    return undefined;
  },
} satisfies Partial<Record<Kind, Ask>>;

const statuses: Readonly<Record<string, number>> = {
  'bad-json': 400,
  'unknown-model': 404,
  error: 500,
  limited: 429,
  reset: 502,
  garbage: 502,
  cut: 200,
};

/** Requests that are wrong, and upstreams that fail: the status, and an error in the client's envelope. */
const failing =
  (kind: Kind): Ask =>
  async (send, client) => {
    const by = kind === 'garbage' ? 'messages' : client; // a broken body of the same API passes as it is
    const model = kind === 'bad-json' ? models.chat : kind === 'unknown-model' ? 'nobody/nothing' : `openai/${kind}`;
    const asked = askFor(kind === 'cut' ? 'stream' : 'json', by, model);
    const { statusCode, body } = await send(kind === 'bad-json' ? { ...asked, body: '{"model":' } : asked);
    if (kind === 'cut') {
      // Nobody can write a last event then: Envoy cuts the client's stream too.
      const whole = await body.text().then(
        () => true,
        () => false,
      );
      return statusCode === 200 && !whole ? undefined : `status ${statusCode}, the stream ${whole ? 'ended well' : 'was cut'}`;
    }
    const text = await body.text();
    return statusCode === statuses[kind] && text.includes('"error"') ? undefined : told(statusCode, text);
  };

const told = (status: number, text: string): string => `status ${status}: ${text.slice(0, 120)}`;

const base = scenarios.find(({ id }) => id === 'json-chat') as Scenario;
const bodies = new Map<string, ReturnType<typeof askedRequest>>();
function askFor(kind: 'json' | 'stream', client: ClientApi, model: string): ReturnType<typeof askedRequest> {
  const key = `${kind} ${client} ${model}`;
  let asked = bodies.get(key);
  if (asked === undefined) bodies.set(key, (asked = askedRequest({ ...base, kind, client }, model, {}, 1024)));
  return asked;
}
