import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { constants } from 'node:http2';
import type { ClientResponse } from './client-response.ts';

/** An answer that is whole. */
interface WholeAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
}

/** A rest of this size is read and dropped, so that the connection can be used again. */
const droppedRestBytes = 64 * 1024;
const lingerMs = 1_000;

/**
 * Answers a request whose body has not been read to its end. A client may be in the middle of sending: if the connection were closed at once,
 * what it has sent would make its system throw our answer away. So the rest is dropped unread for a moment, and only then closed. Over HTTP/2 that
 * is the stream alone.
 */
export function refuseEarly(
  request: IncomingMessage | Http2ServerRequest,
  response: ClientResponse,
  { status, headers, body }: WholeAnswer,
): void {
  if ('stream' in request) {
    response.writeHead(status, headers);
    response.end(body);
    request.resume();
    // A reset at once would overtake the answer: nghttp2 forgets what it has not sent of a stream that is reset.
    const timer = setTimeout(() => request.stream.close(constants.NGHTTP2_NO_ERROR), lingerMs);
    response.onClose(() => clearTimeout(timer));
    return;
  }
  const announced = request.headers['content-length'];
  const hasBody = announced !== undefined || request.headers['transfer-encoding'] !== undefined;
  if (request.complete || !hasBody || Number(announced) <= droppedRestBytes) {
    request.resume();
    response.writeHead(status, headers);
    response.end(body);
    return;
  }
  response.writeHead(status, { ...headers, connection: 'close' });
  response.write(body);
  const timer = setTimeout(end, lingerMs);
  function end(): void {
    clearTimeout(timer);
    response.end();
  }
  request.once('end', end);
  response.onClose(() => clearTimeout(timer));
  request.resume();
}
