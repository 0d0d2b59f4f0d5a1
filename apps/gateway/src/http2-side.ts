import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createServer } from 'node:http2';
import type { Socket } from 'node:net';

/** The bounds of one HTTP/2 connection. */
export interface Http2Limits {
  /** Bytes of a request's head. */
  readonly headerBytes: number;
  /** Streams at the same time. */
  readonly streams: number;
  /** Streams that a client may reset in one go; it may reset a third of them again every second. Above it the connection is ended. */
  readonly resets: number;
  /** Milliseconds without any stream after which the connection is ended. */
  readonly keepAliveMs: number;
}

/** The HTTP/2 connections of a listener. */
export interface Http2Side {
  /** Takes over a connection whose first bytes are the preface of HTTP/2, or that agreed on it in its TLS handshake. */
  accept(socket: Socket): void;
  /** Sends GOAWAY on every connection: what is under way ends, nothing new begins. */
  goAway(): void;
  /** Cuts every connection. */
  destroy(): void;
}

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse, awaitsContinue?: unknown) => void;

// Bodies of requests are read at once, so windows only bound what may be under way: one body fast over a long line, all of a connection 1 MiB.
const streamWindowBytes = 256 * 1024;
const connectionWindowBytes = 1024 * 1024;

/** A server that never listens: connections come from the listener that knows their protocol. */
export function createHttp2Side(handler: Handler, limits: Http2Limits): Http2Side {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    settings: {
      maxConcurrentStreams: limits.streams,
      maxHeaderListSize: limits.headerBytes,
      initialWindowSize: streamWindowBytes,
      enablePush: false,
    },
    streamResetBurst: limits.resets,
    streamResetRate: Math.max(1, Math.ceil(limits.resets / 3)),
  });
  server.on('request', (request, response) => handler(request, response, false));
  server.on('checkContinue', (request, response) => handler(request, response, true));
  server.on('session', (session) => {
    let streams = 0;
    sessions.add(session);
    session.setLocalWindowSize(connectionWindowBytes);
    session.on('stream', (stream) => {
      streams++;
      stream.once('close', () => streams--);
    });
    session.setTimeout(limits.keepAliveMs, () => {
      if (streams === 0) session.close();
    });
    session.once('close', () => sessions.delete(session));
  });
  // A broken connection is its client's business; its streams are told by their own close.
  server.on('sessionError', (_error, session) => session.destroy());
  return {
    accept(socket) {
      // A client of HTTP/1 may close its half and wait for the answer; one of HTTP/2 has gone away.
      socket.allowHalfOpen = false;
      server.emit('connection', socket);
    },
    goAway() {
      for (const session of sessions) session.close();
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}
