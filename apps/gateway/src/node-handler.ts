import { Buffer } from 'node:buffer';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Gateway, GatewayError, RequestHead } from '@plano/common';
import { gatewayError, headerValue } from '@plano/common';
import { v4 as uuid } from 'uuid';
import type { ExchangeRecord } from './drive-exchange.ts';
import { driveExchange } from './drive-exchange.ts';
import { nativeUtf8 } from './native-utf8.ts';
import type { UpstreamPools, UpstreamTimeouts } from './upstream-pools.ts';
import { createUpstreamPools } from './upstream-pools.ts';

/** Everything has the gateway's default. */
export interface NodeHandlerOptions {
  /** Bytes of a request body. Default 32 MiB. */
  readonly requestBodyBytes?: number;
  /** Exchanges at the same time; above it the answer is 503 with `retry-after`. Default 1024. */
  readonly inFlight?: number;
  /** Deadline in milliseconds of an exchange that is not a stream. Default 600,000. */
  readonly totalMs?: number;
  /** Defaults: connect 5 s, first byte 120 s, idle 300 s. */
  readonly timeouts?: UpstreamTimeouts;
  /** Share the connections of another handler; by default the handler has its own. */
  readonly pools?: UpstreamPools;
  /** Told once what became of each exchange, for logs and metrics. */
  readonly onExchange?: (record: ExchangeRecord) => void;
}

/** A request listener for `node:http`, with what its owner needs to stop it. */
export interface NodeHandler extends RequestListener {
  /** Exchanges under way. */
  readonly active: () => number;
  /** Requests to upstreams under way. */
  readonly activeCalls: () => number;
  /** Closes the upstream connections. */
  readonly close: () => Promise<void>;
}

const defaultTimeouts: UpstreamTimeouts = { connectMs: 5_000, firstByteMs: 120_000, streamIdleMs: 300_000 };

/**
 * Runs a gateway as a request listener of `node:http`.
 *
 * @example
 * createServer(toNodeHandler(createLlmGateway(config))).listen(12000);
 */
export function toNodeHandler(gateway: Gateway, options: NodeHandlerOptions = {}): NodeHandler {
  const bodyLimit = options.requestBodyBytes ?? 32 * 1024 * 1024;
  const inFlight = options.inFlight ?? 1024;
  const pools = options.pools ?? createUpstreamPools(options.timeouts ?? defaultTimeouts);
  let active = 0;
  const host = {
    gateway,
    capabilities: {
      redispatch: true,
      utf8: nativeUtf8,
      now: Date.now,
      newId: (prefix: string) => prefix + uuid().replaceAll('-', ''),
    },
    pools,
    totalMs: options.totalMs ?? 600_000,
    ...(options.onExchange === undefined ? {} : { onExchange: options.onExchange }),
  };

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const head: RequestHead = { method: request.method ?? 'GET', path: request.url ?? '/', headers: request.headers };
    active++;
    response.once('close', () => active--);
    if (active > inFlight) {
      refuse(head, response, gatewayError('overloaded', 'The gateway is at its limit of requests', { retryAfterSeconds: 1 }));
      request.resume();
      return;
    }
    const encoding = headerValue(head.headers, 'content-encoding');
    if (encoding !== undefined && encoding !== 'identity') {
      refuse(head, response, gatewayError('unsupported_encoding', `Request bodies encoded as ${encoding} are not understood`));
      request.resume();
      return;
    }
    readBody(request, bodyLimit, (body) => {
      if (body === undefined) {
        refuse(head, response, gatewayError('request_too_large', `The request body is larger than ${bodyLimit} bytes`));
        response.once('finish', () => request.destroy());
      } else driveExchange(host, head, body, response);
    });
  }

  function refuse(head: RequestHead, response: ServerResponse, error: GatewayError): void {
    const { status, headers, body, summary } = gateway.refuse(head, error);
    response.writeHead(status, { ...(headers as Record<string, string>), 'content-length': Buffer.byteLength(body), connection: 'close' });
    response.end(body);
    options.onExchange?.({
      head,
      status,
      summary,
      outcome: 'finished',
      durationMs: 0,
      firstByteMs: 0,
      bytesIn: 0,
      bytesOut: Buffer.byteLength(body),
    });
  }

  return Object.assign(handle, { active: () => active, activeCalls: () => pools.running(), close: () => pools.close() });
}

/** Reads a whole body; hands on undefined as soon as it is over the limit, and nothing when the client goes away. */
function readBody(request: IncomingMessage, limit: number, done: (body: Buffer | undefined) => void): void {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) {
    done(undefined);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) finish(undefined);
  };
  const onEnd = (): void => finish(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  function finish(body: Buffer | undefined): void {
    request.off('data', onData);
    request.off('end', onEnd);
    if (body === undefined) request.pause();
    done(body);
  }
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('error', () => {});
}
