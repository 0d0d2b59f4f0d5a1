import { joinBytes } from '@plano/hermesllm/framing';
import { webUtf8 } from '@plano/hermesllm/web';
import { gatewayError } from './errors.ts';
import type { GatewayError } from './errors.ts';
import type { ExchangeSummary, Gateway, HostCapabilities } from './exchange.ts';
import { emptySummary } from './exchange.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import { clientFacingHeaders, headerNames, internalHeaderPrefixes } from './headers.ts';
import type { HttpBody, HttpHeaders, RequestHead } from './http.ts';
import { createMemoryBuckets } from './rate-limits/memory-buckets.ts';
import type { RateLimitStore } from './rate-limits/rate-limit-store.ts';
import { memoryStore } from './rate-limits/rate-limit-store.ts';
import type { SignRequest } from './upstream-call.ts';
import type { ExchangeWalk } from './walk-exchange.ts';
import { createExchangeWalk } from './walk-exchange.ts';
import type { WalkClient, WalkClock, WalkHost } from './walk-host.ts';
import type { EchoAnswer, FetchTimeouts } from './web/send-by-fetch.ts';
import { bytesOf, createFetchSender } from './web/send-by-fetch.ts';

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
  readonly sign?: SignRequest;
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
  const { totalMs, streamTotalMs, rateLimits, onExchange } = settings;
  const host: WalkHost = {
    gateway,
    capabilities,
    send: createFetchSender(settings),
    rateLimits,
    clock: webClock,
    totalMs,
    streamTotalMs,
    onExchange,
  };
  return (request) => handle(host, settings, request);
}

async function handle(host: WalkHost, settings: Settings, request: Request): Promise<Response> {
  const head = headOf(request, settings);
  const { signal } = request;
  const client = createClient(head, signal);
  const began = performance.now();
  /** Tells of a request that never became an exchange. */
  function tell(status: number, outcome: ExchangeRecord['outcome'], summary: ExchangeSummary, bytesOut: number): void {
    const durationMs = performance.now() - began;
    settings.onExchange?.({
      head,
      status,
      outcome,
      summary,
      durationMs,
      firstByteMs: bytesOut === 0 ? null : durationMs,
      bytesIn: 0,
      bytesOut,
    });
  }
  const refuse = (error: GatewayError): Promise<Response> => answer(host.gateway.refuse(head, error));
  function answer({ status, headers, body, summary }: ReturnType<Gateway['refuse']>): Promise<Response> {
    tell(status, 'finished', summary, client.respond(status, headers, body));
    return client.response;
  }
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    return refuse(gatewayError('unsupported_encoding', `Request bodies encoded as ${encoding} are not understood`));
  }
  const refused = host.gateway.refuseByHead?.(head);
  if (refused !== undefined) return answer(refused);
  const body = await readBody(request, settings.requestBodyBytes);
  if (body === 'gone') {
    tell(0, 'aborted', emptySummary, 0);
    throw signal.reason;
  }
  if (body === 'too-large') {
    return refuse(gatewayError('request_too_large', `The request body is larger than ${settings.requestBodyBytes} bytes`));
  }
  client.start(createExchangeWalk(host, { head, body, bytes: body.length }, client));
  return client.response;
}

/** The client of an exchange as a promise of its response. */
interface FetchClient extends WalkClient {
  readonly response: Promise<Response>;
  start(walk: ExchangeWalk): void;
}

function createClient(head: RequestHead, signal: AbortSignal): FetchClient {
  let settle: { resolve(response: Response): void; reject(reason: unknown): void };
  const response = new Promise<Response>((resolve, reject) => {
    settle = { resolve, reject };
  });
  let walk: ExchangeWalk | undefined;
  let status = 0;
  let body: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  let wanted = false;
  let ready = (): void => {};

  function answer(given: number, headers: HttpHeaders, content: BodyInit | null): void {
    status = given;
    settle.resolve(new Response(content, { status, headers: outgoing(headers, head) }));
  }

  function cut(error: unknown): void {
    if (body === undefined) settle.reject(error);
    else body.error(error);
  }

  function onGone(): void {
    walk?.leave();
    cut(signal.reason);
  }

  return {
    response,
    status: () => status,
    start(exchange) {
      walk = exchange;
      signal.addEventListener('abort', onGone);
      exchange.start();
      if (signal.aborted) onGone();
    },
    respond(given, headers, content) {
      const bytes = bytesOf(content);
      answer(given, headers, withoutBody.has(given) || head.method === 'HEAD' ? null : bytes);
      return bytes.length;
    },
    accept(given, headers) {
      const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
        start(controller) {
          body = controller;
        },
        pull() {
          wanted = true;
          ready();
        },
        cancel: () => walk?.leave(),
      };
      answer(given, headers, new ReadableStream(source, { highWaterMark: 0 }));
    },
    write(pieces, last) {
      let written = 0;
      for (const piece of pieces) {
        const bytes = bytesOf(piece);
        if (bytes.length === 0) continue;
        written += bytes.length;
        wanted = false;
        body?.enqueue(bytes);
      }
      if (last) body?.close();
      return written;
    },
    // A chunk is read from the upstream when one is wanted.
    isFull: () => !wanted,
    onceReady(listener) {
      ready = listener;
    },
    cut,
    holds: () => {},
    over: () => signal.removeEventListener('abort', onGone),
  };
}

const withoutBody: ReadonlySet<number> = new Set([101, 204, 205, 304]);

const webClock: WalkClock = {
  now: () => performance.now(),
  start: (callback, milliseconds, value) => setTimeout(() => callback(value), milliseconds),
  stop: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout> | undefined),
  // The next chunk is only read when one is wanted, so nothing can be gathered.
  afterRead: (callback, value) => callback(value),
};

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
