import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { constants } from 'node:http2';

/** A request as Node's servers tell it. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
/** The response that belongs to it. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/**
 * Bounds the time in which the client takes nothing of what waits for it; 0 ends the bound. Progress of a write counts, which is why this
 * is the socket's own timer. HTTP/1 has a listener for it already (the server destroys the socket); over HTTP/2 `stalled` is called.
 */
export function boundStall(response: NodeResponse, milliseconds: number, stalled: () => void): void {
  if ('stream' in response) {
    // The type says that there always is a stream; after its end there is none.
    const stream = response.stream as Http2ServerResponse['stream'] | undefined;
    stream?.setTimeout(milliseconds, milliseconds === 0 ? undefined : stalled);
  } else response.socket?.setTimeout(milliseconds);
}

/** Ends an answer abruptly, so that the client sees that something is missing. */
export function resetResponse(response: NodeResponse): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

/** Sends a head without waiting for a body; HTTP/2 does that anyway. */
export function flushHead(response: NodeResponse): void {
  if ('flushHeaders' in response) response.flushHeaders();
}

/** Calls once when the answer is out or the client has gone away. */
export function onceClosed(request: NodeRequest, response: NodeResponse, listener: () => void): void {
  response.once('close', listener);
  // A pipelined answer that waits for its turn has no socket yet, and is not told when the socket closes.
  if ('assignSocket' in response && response.socket === null) {
    const { socket } = request;
    socket.once('close', listener);
    response.once('close', () => socket.off('close', listener));
  }
}
