import { Buffer } from 'node:buffer';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { EffectiveConfig, Gateway, GatewayError } from '@plano/common';
import { gatewayError, healthPath, readyPath } from '@plano/common';
import { answerBrokenRequest, headersTooLarge, refuseTunnel } from './broken-request.ts';
import { createHttp2Side } from './http2-side.ts';
import type { LoadedTls } from './listener-tls.ts';
import { originForm } from './request-head.ts';
import { sniffProtocol } from './sniff-protocol.ts';

/** A socket to open. */
export interface ListenerAddress {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A socket to open and what answers there. */
export interface ListenerSocket extends ListenerAddress {
  readonly handler: RequestHandler;
  /** How what never became a request is answered. */
  readonly refuse: Gateway['refuse'];
  readonly tls?: LoadedTls | undefined;
}

/** Answers over HTTP/1 and HTTP/2. `awaitsContinue`: the client waits for a `100 Continue`. */
type RequestHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  awaitsContinue?: unknown,
) => void;

/** An open socket. */
export interface OpenListener extends ListenerAddress {
  readonly secure: boolean;
  /** Takes no new connections; resolves when the last one is gone. */
  close(): Promise<void>;
  /** Cuts whatever is left. */
  destroy(): void;
}

/** The bounds of one listener's connections. */
export interface ConnectionLimits {
  /** Bytes of a request's head. */
  readonly headerBytes: number;
  /** Connections at the same time; more are closed at once. */
  readonly connections: number;
  /** Streams at the same time in one HTTP/2 connection. */
  readonly http2Streams: number;
  /** Streams of one HTTP/2 connection that its client may reset in one go. */
  readonly http2Resets: number;
  /** Milliseconds for a TLS handshake, and then again for a request's head. */
  readonly requestHeadMs: number;
  /** Milliseconds for a whole request. */
  readonly requestMs: number;
  /** Milliseconds without a request after which a connection is closed. */
  readonly keepAliveMs: number;
}

/** The bounds that a configuration sets. */
export const connectionLimits = ({ limits, timeouts }: EffectiveConfig): ConnectionLimits => ({
  headerBytes: limits.headerBytes,
  connections: limits.connections,
  http2Streams: limits.http2Streams,
  http2Resets: limits.http2Resets,
  requestHeadMs: timeouts.requestHeadMs,
  requestMs: timeouts.requestMs,
  keepAliveMs: timeouts.keepAliveMs,
});

/** What all listeners share. */
export interface ListenerOptions extends ConnectionLimits {
  /** What `/readyz` answers. */
  readonly ready: () => boolean;
}

/**
 * Opens all sockets or none.
 *
 * @throws Error that names the listener and the address when one cannot be opened
 */
export async function openListeners(sockets: readonly ListenerSocket[], options: ListenerOptions): Promise<OpenListener[]> {
  const open: OpenListener[] = [];
  try {
    for (const socket of sockets) open.push(await openListener(socket, options));
    return open;
  } catch (error) {
    for (const listener of open) listener.destroy();
    throw error;
  }
}

const idleSweepMs = 50;
/** How often Node looks for requests that take too long. */
const slowSweepMs = 5_000;

/*
 * One server of HTTP/1 listens, so that its time limits and its closing of idle connections hold. Before it sees a connection, that connection's
 * protocol is found out: by its first bytes, or with TLS by what was agreed on in the handshake. HTTP/2 goes to a server that does not listen.
 */
function openListener(listener: ListenerSocket, options: ListenerOptions): Promise<OpenListener> {
  const { handler, tls, refuse } = listener;
  const answer = withProbes(handler, options.ready);
  const answerHttp2: RequestHandler = (request, response, awaitsContinue) => {
    // Node tells clients the limit but does not hold them to it.
    if (headSize(request.rawHeaders) > options.headerBytes) answerRefused(listener, request, response, headersTooLarge());
    else answer(request, response, awaitsContinue);
  };
  const http2 = createHttp2Side(answerHttp2, {
    headerBytes: options.headerBytes,
    streams: options.http2Streams,
    resets: options.http2Resets,
    keepAliveMs: options.keepAliveMs,
  });
  const serverOptions = {
    maxHeaderSize: options.headerBytes,
    // Refused below, in words.
    requireHostHeader: false,
    noDelay: true,
    keepAliveTimeout: options.keepAliveMs,
    headersTimeout: Math.min(options.requestHeadMs, options.requestMs),
    requestTimeout: options.requestMs,
    connectionsCheckingInterval: Math.min(slowSweepMs, options.requestHeadMs, options.requestMs),
  };
  const server: Server =
    tls === undefined
      ? createServer(serverOptions)
      : createTlsServer({ ...serverOptions, ...tls, ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: options.requestHeadMs });
  server.maxConnections = options.connections;
  const answerHttp1 = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void => {
    if (request.headers.host === undefined && request.httpVersionMinor > 0) {
      response.shouldKeepAlive = false;
      answerRefused(listener, request, response, gatewayError('invalid_request', 'A request of HTTP/1.1 must have a host header'));
    } else answer(request, response, awaitsContinue);
  };
  server.on('request', (request, response) => answerHttp1(request, response, false));
  server.on('checkContinue', (request, response) => answerHttp1(request, response, true));
  server.on('connect', (request, socket) => refuseTunnel(refuse, request.url ?? '/', socket as Socket));
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    response.shouldKeepAlive = false;
    answerRefused(listener, request, response, gatewayError('expectation_failed', 'The only expectation understood is 100-continue'));
  });
  server.on('clientError', (error, socket) => answerBrokenRequest(refuse, error, socket as Socket));

  const sockets = new Set<Socket>();
  const undecided = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const event = tls === undefined ? 'connection' : 'secureConnection';
  const [serveHttp1] = server.listeners(event) as ((socket: Socket) => void)[];
  if (serveHttp1 === undefined) throw new Error(`Node's server has no listener for ${event}`);
  server.off(event, serveHttp1);
  const dispatch = (protocol: string | false | null, socket: Socket): void => {
    if (protocol === 'http2' || protocol === 'h2') http2.accept(socket);
    else serveHttp1.call(server, socket);
  };
  server.on(event, (socket: Socket) => {
    if (tls !== undefined) {
      dispatch((socket as TLSSocket).alpnProtocol, socket);
      return;
    }
    undecided.add(socket);
    const decided = (): unknown => undecided.delete(socket);
    socket.once('close', decided);
    sniffProtocol(socket, options.requestHeadMs, (protocol) => {
      socket.off('close', decided);
      decided();
      dispatch(protocol, socket);
      if (protocol === 'http1') socket.resume();
    });
  });

  /** A kept-alive connection is idle between requests; it is closed as soon as its last answer is out. */
  function close(): Promise<void> {
    const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
    return new Promise((resolve) => {
      server.close(() => {
        clearInterval(sweep);
        resolve();
      });
      for (const socket of undecided) socket.destroy();
      http2.goAway();
    });
  }

  function destroy(): void {
    server.close();
    http2.destroy();
    for (const socket of sockets) socket.destroy();
  }

  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(`Listener '${listener.name}' cannot open ${listener.address}:${listener.port}: ${error.code ?? error.message}`));
    });
    server.listen(listener.port, listener.address, () => {
      const { port } = server.address() as AddressInfo;
      resolve({ name: listener.name, address: listener.address, port, secure: tls !== undefined, close, destroy });
    });
  });
}

/** Answers the probes of an orchestrator; everything else goes on. */
function withProbes(handler: RequestHandler, ready: () => boolean): RequestHandler {
  return (request, response, awaitsContinue) => {
    const path = originForm(request.url ?? '/');
    if (isAt(path, healthPath)) answerProbe(response, true);
    else if (isAt(path, readyPath)) answerProbe(response, ready());
    else {
      if ('shouldKeepAlive' in response && !ready()) response.shouldKeepAlive = false;
      handler(request, response, awaitsContinue);
    }
  };
}

/** Whether a request is for exactly this place, whatever its query. */
const isAt = (path: string, place: string): boolean =>
  path.startsWith(place) && (path.length === place.length || path.charCodeAt(place.length) === 0x3f);

/** Answers a request that is not looked at any further. */
function answerRefused(
  { refuse }: ListenerSocket,
  { method = 'GET', url = '/' }: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  error: GatewayError,
): void {
  const { status, headers, body } = refuse({ method, path: url, headers: {} }, error);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
  response.setHeader('content-length', Buffer.byteLength(body));
  (response as ServerResponse).end(body);
}

/** The size of a head as HTTP/2 reckons it. @see https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2 */
function headSize(rawHeaders: readonly string[]): number {
  let size = rawHeaders.length * 16;
  for (const text of rawHeaders) size += text.length;
  return size;
}

function answerProbe(response: ServerResponse | Http2ServerResponse, good: boolean): void {
  const body = good ? 'ok\n' : 'draining\n';
  response.statusCode = good ? 200 : 503;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('content-length', body.length);
  response.end(body);
}
