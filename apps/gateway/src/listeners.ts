import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A socket to open. */
export interface ListenerAddress {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** An open socket. */
export interface OpenListener extends ListenerAddress {
  /** Takes no new connections; resolves when the last one is gone. */
  close(): Promise<void>;
  /** Cuts whatever is left. */
  destroy(): void;
}

/** A socket to open and what answers there. */
export interface ListenerSocket extends ListenerAddress {
  readonly handler: RequestListener;
}

/** What all listeners share. */
export interface ListenerOptions {
  /** Bytes of a request's head. */
  readonly headerBytes: number;
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

function openListener(listener: ListenerSocket, options: ListenerOptions): Promise<OpenListener> {
  const server = createServer(
    { maxHeaderSize: options.headerBytes, noDelay: true, keepAliveTimeout: 75_000 },
    probes(listener.handler, options.ready),
  );
  server.on('clientError', answerBrokenRequest);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(`Listener '${listener.name}' cannot open ${listener.address}:${listener.port}: ${error.code ?? error.message}`));
    });
    server.listen(listener.port, listener.address, () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        name: listener.name,
        address: listener.address,
        port,
        close: () => close(server),
        destroy() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/** A kept-alive connection is idle between requests; it is closed as soon as its last answer is out. */
function close(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Answers the probes of an orchestrator; everything else goes on. */
function probes(handler: RequestListener, ready: () => boolean): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { url } = request;
    if (url === '/healthz') answerProbe(response, true);
    else if (url === '/readyz') answerProbe(response, ready());
    else {
      if (!ready()) response.shouldKeepAlive = false;
      handler(request, response);
    }
  };
}

function answerProbe(response: ServerResponse, good: boolean): void {
  const body = good ? 'ok\n' : 'draining\n';
  response.writeHead(good ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

/** What never became a request: an unreadable or too large head. The path is unknown, so the envelope is OpenAI's. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = tooLarge ? '431 Request Header Fields Too Large' : slow ? '408 Request Timeout' : '400 Bad Request';
  const message = tooLarge
    ? 'The request headers are too large'
    : slow
      ? 'The request took too long to arrive'
      : 'The request is not valid HTTP';
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: tooLarge ? 'headers_too_large' : null },
  });
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
}
