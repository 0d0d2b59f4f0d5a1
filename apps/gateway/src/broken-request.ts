import { Buffer } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Gateway, GatewayError } from '@plano/common';
import { gatewayError } from '@plano/common';

const lingerMs = 1_000;

/** What Node's parser tells of a request that it cannot make. */
export interface ParseError extends NodeJS.ErrnoException {
  /** What the last read brought. */
  readonly rawPacket?: Buffer;
}

/**
 * Answers what never became a request: a head that is unreadable, too large or too slow. If its path can be seen the answer is in the envelope of
 * that path's API, else in OpenAI's.
 */
export function answerBrokenRequest(refuse: Gateway['refuse'], error: ParseError, socket: Socket): void {
  const refusal = errorOf(error.code ?? '');
  if (refusal === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  const line = error.rawPacket === undefined ? null : /^([A-Z]+) (\S+) HTTP\/1/.exec(error.rawPacket.toString('latin1', 0, 2048));
  answerAndClose(socket, refuse({ method: line?.[1] ?? 'GET', path: line?.[2] ?? '/', headers: {} }, refusal));
}

/** Answers who takes us for a proxy of connections. */
export function refuseTunnel(refuse: Gateway['refuse'], path: string, socket: Socket): void {
  // What the client sends before it has read the answer, or its leaving, is nothing to anybody.
  socket.on('error', () => socket.destroy());
  socket.resume();
  answerAndClose(socket, refuse({ method: 'CONNECT', path, headers: {} }, gatewayError('method_not_allowed', 'CONNECT is not supported')));
}

function answerAndClose(socket: Socket, { status, headers, body }: ReturnType<Gateway['refuse']>): void {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${String(value)}\r\n`;
  // The client has a moment to read this; if it does not close its half then, it is cut.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.end(`${text}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${String(body)}`);
}

/** A head over the limit. */
export const headersTooLarge = (): GatewayError => gatewayError('headers_too_large', 'The request headers are too large');

/** Undefined for what is no request at all, such as a broken connection or handshake. */
function errorOf(code: string): GatewayError | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge();
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return gatewayError('request_timeout', 'The request took too long to arrive');
    default:
      return code.startsWith('HPE_') ? gatewayError('invalid_request', 'The request is not valid HTTP') : undefined;
  }
}
