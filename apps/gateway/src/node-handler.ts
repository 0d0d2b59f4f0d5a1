import { Buffer } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type {
  EffectiveAuth,
  EffectiveCors,
  ExchangeSummary,
  ExchangeTrace,
  Gateway,
  GatewayError,
  RequestHead,
  SignRequest,
  WalkHost,
} from '@plano/common';
import { emptySummary, gatewayError, headerNames, headerValue } from '@plano/common';
import { ClientResponse } from './client-response.ts';
import { requestCodings, requestDecoder } from './content-coding.ts';
import type { ExchangeRecord } from '@plano/common';
import { driveExchange, nodeClock } from './drive-exchange.ts';
import { hostCapabilities } from './host-capabilities.ts';
import type { HostLimits } from './host-limits.ts';
import { createHostLimits } from './host-limits.ts';
import { createAuthCheck } from './listener-auth.ts';
import { createCors } from './listener-cors.ts';
import { closeAccount, openAccount } from './memory-budget.ts';
import { readRequestBody } from './read-request-body.ts';
import { refuseEarly } from './refuse-early.ts';
import { readRequestHead } from './request-head.ts';
import { countTokens } from './adapters/tokenizers.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import { createMemoryStore } from './rate-limit-store.ts';
import type { Tracer } from './tracing/tracer.ts';
import type { UpstreamPools, UpstreamTimeouts } from './upstream-pools.ts';
import { createUpstreamPools } from './upstream-pools.ts';

/** Everything has the gateway's default. */
export interface NodeHandlerOptions {
  /** Bytes of a request body, after decompression. Default 32 MiB. */
  readonly requestBodyBytes?: number;
  /** Exchanges at the same time; above it the answer is 503 with `retry-after`. Default 1024. */
  readonly inFlight?: number;
  /** Bytes that all exchanges together may hold in memory; above it the answer is 503. Default 512 MiB. */
  readonly bufferedMemoryBytes?: number;
  /** Share both limits with other handlers; then the two options above are not looked at. */
  readonly limits?: HostLimits;
  /** Deadline in milliseconds of an exchange that is not a stream. Default 600,000. */
  readonly totalMs?: number;
  /** Deadline in milliseconds of a request's body. Default 300,000. */
  readonly requestMs?: number;
  /** Defaults: connect 5 s, first byte 120 s, idle 300 s. The last one also holds for a client that does not read. */
  readonly timeouts?: UpstreamTimeouts;
  /** Share the connections of another handler; by default the handler has its own. */
  readonly pools?: UpstreamPools;
  /** Keys of which a client must present one. By default anyone may call. */
  readonly auth?: EffectiveAuth | null;
  /** Origins whose pages may call. By default none. */
  readonly cors?: EffectiveCors | null;
  /** Whether clients are trusted to send internal headers (`x-arch-…`). By default these are dropped. */
  readonly internal?: boolean;
  /** Name of the listener it serves, whose own settings (`max_retries`) then hold. */
  readonly listener?: string;
  /**
   * Deadlines of listeners by name, in milliseconds. A request that says which of them it came in by (`x-arch-listener-name`) is that listener's,
   * with its deadline and its other settings. Only with `internal`.
   */
  readonly deadlines?: ReadonlyMap<string, number>;
  /** Signs requests for providers that want it. Only for a handler with connections of its own; `pools` bring theirs. */
  readonly sign?: SignRequest;
  /** Where the buckets of rate limits are kept. By default in memory, for this handler alone. */
  readonly rateLimits?: RateLimitStore;
  /** Told once what became of each exchange, for logs and metrics. */
  readonly onExchange?: (record: ExchangeRecord) => void;
  /** Makes spans of requests and of what is sent for them. By default nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

/** A request listener for `node:http` and `node:http2`, with what its owner needs to stop it. */
export interface NodeHandler {
  /** `awaitsContinue`: the client waits for a `100 Continue`, which nobody has sent yet (the server's `checkContinue`). */
  (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse, awaitsContinue?: unknown): void;
  /** Exchanges under way. */
  readonly active: () => number;
  /** Requests to upstreams under way. */
  readonly activeCalls: () => number;
  /** Closes the upstream connections. */
  readonly close: () => Promise<void>;
}

const defaultTimeouts: UpstreamTimeouts = { connectMs: 5_000, firstByteMs: 120_000, streamIdleMs: 300_000 };

/**
 * Runs a gateway as a request listener of `node:http` or `node:http2`.
 *
 * @example
 * createServer(toNodeHandler(createLlmGateway(config))).listen(12000);
 */
export function toNodeHandler(gateway: Gateway, options: NodeHandlerOptions = {}): NodeHandler {
  const bodyLimit = options.requestBodyBytes ?? 32 * 1024 * 1024;
  const limits = options.limits ?? createHostLimits(options);
  const timeouts = options.timeouts ?? defaultTimeouts;
  const requestMs = options.requestMs ?? 300_000;
  const pools = options.pools ?? createUpstreamPools(timeouts, { sign: options.sign });
  const auth = options.auth ? createAuthCheck(options.auth) : undefined;
  const rateLimits = options.rateLimits ?? createMemoryStore();
  const { tracer } = options;
  const cors = options.cors ? createCors(options.cors) : undefined;
  const host: WalkHost = {
    gateway,
    capabilities: { ...hostCapabilities, signing: pools.signs, countTokens },
    send: pools.send,
    rateLimits,
    clock: nodeClock,
    totalMs: options.totalMs ?? 600_000,
    streamTotalMs: pools.streamTotalMs,
    onExchange: options.onExchange,
  };

  function handle(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    awaitsContinue: unknown = false,
  ): void {
    // What is there afterwards and was not before, the gateway has made: a trace begins here.
    const sentTraceparent = request.headers[headerNames.traceparent];
    const read = readRequestHead(request, options.internal === true);
    const cameBy = options.internal === true ? headerValue(read.headers, headerNames.listenerName) : undefined;
    const deadlineMs = cameBy === undefined ? undefined : options.deadlines?.get(cameBy);
    const listener = deadlineMs === undefined ? options.listener : cameBy;
    const { method, path, headers } = read;
    const head = listener === undefined ? read : { method, path, headers, listener };
    const trace = tracer?.start(head, { root: headers[headerNames.traceparent] !== sentTraceparent, internal: options.internal === true });
    const own: Record<string, string> = { [headerNames.requestId]: headers[headerNames.requestId] as string };
    const preflight = cors?.preflight(method, headers);
    if (cors !== undefined) Object.assign(own, preflight ?? cors.headersFor(headerValue(headers, 'origin')));
    const memory = openAccount(limits.memory);
    const client = new ClientResponse(request, response, { memory, headers: own, compress: true, stallMs: timeouts.streamIdleMs });
    const started = performance.now();
    let arrived = false;
    limits.active++;
    client.onClose(() => {
      limits.active--;
      closeAccount(memory);
      if (!arrived)
        report(head, trace, clientClosedRequest, emptySummary, 0, { outcome: 'aborted', durationMs: performance.now() - started });
    });
    if (preflight !== undefined) {
      arrived = true;
      refuseEarly(request, client, { status: 204, headers: {}, body: '' });
      report(head, trace, 204, emptySummary, 0);
      return;
    }
    const error = auth?.(head) ?? refusalOf(head);
    const refusal = error === undefined ? gateway.refuseByHead?.(head) : gateway.refuse(head, error);
    if (refusal !== undefined) {
      arrived = true;
      refuse(request, { head, trace }, client, refusal);
      return;
    }
    if (awaitsContinue === true) response.writeContinue();
    const decoder = requestDecoder(headerValue(headers, 'content-encoding')) ?? undefined;
    readRequestBody(request, { limit: bodyLimit, timeoutMs: requestMs, memory, decoder }, (outcome) => {
      arrived = true;
      if (outcome.ok) {
        const { body } = outcome;
        driveExchange(
          deadlineMs === undefined ? host : { ...host, totalMs: deadlineMs },
          { head, body, bytes: body.length, trace },
          client,
        );
      } else refuse(request, { head, trace }, client, gateway.refuse(head, bodyErrors[outcome.reason](bodyLimit)));
    });
  }

  /** What speaks against a request before its body is read. */
  function refusalOf({ headers }: RequestHead): GatewayError | undefined {
    if (limits.active > limits.inFlight) {
      return gatewayError('overloaded', 'The gateway is at its limit of requests', { retryAfterSeconds: 1 });
    }
    const encoding = headerValue(headers, 'content-encoding');
    if (requestDecoder(encoding) === null) {
      return gatewayError(
        'unsupported_encoding',
        `Request bodies encoded as ${encoding ?? ''} are not understood: use one of ${requestCodings}`,
      );
    }
    const announced = Number(headerValue(headers, 'content-length') ?? 0);
    if (announced > bodyLimit) return bodyErrors['too-large'](bodyLimit);
    if (limits.memory.used + announced > limits.memory.limit) return bodyErrors.shed();
    return undefined;
  }

  function refuse(
    request: IncomingMessage | Http2ServerRequest,
    { head, trace }: { head: RequestHead; trace: ExchangeTrace | undefined },
    client: ClientResponse,
    refusal: Refusal,
  ): void {
    const { status, headers, body, summary } = refusal;
    const out: OutgoingHttpHeaders = { ...(headers as OutgoingHttpHeaders), 'content-length': Buffer.byteLength(body) };
    if (status === 401) out['www-authenticate'] = 'Bearer';
    if (status === 415) out['accept-encoding'] = requestCodings;
    refuseEarly(request, client, { status, headers: out, body });
    report(head, trace, status, summary, Buffer.byteLength(body));
  }

  /** Tells of a request that never became an exchange. */
  function report(
    head: RequestHead,
    trace: ExchangeTrace | undefined,
    status: number,
    summary: ExchangeSummary,
    bytesOut: number,
    end: Pick<ExchangeRecord, 'outcome' | 'durationMs'> = { outcome: 'finished', durationMs: 0 },
  ): void {
    const firstByteMs = bytesOut === 0 ? null : end.durationMs;
    const record: ExchangeRecord = { head, status, summary, ...end, firstByteMs, bytesIn: 0, bytesOut };
    options.onExchange?.(record);
    trace?.end(record);
  }

  return Object.assign(handle, { active: () => limits.active, activeCalls: () => pools.running(), close: () => pools.close() });
}

type Refusal = ReturnType<Gateway['refuse']>;

/** What others write for a client that went away before it had an answer. */
const clientClosedRequest = 499;

const bodyErrors = {
  'too-large': (limit: number) => gatewayError('request_too_large', `The request body is larger than ${limit} bytes`),
  malformed: () => gatewayError('invalid_request', 'The request body is not what its content-encoding says'),
  shed: () => gatewayError('overloaded', 'The gateway holds too much in memory', { retryAfterSeconds: 1 }),
  'too-slow': () => gatewayError('request_timeout', 'The request took too long to arrive'),
};
