import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { constants } from 'node:http2';
import type { Socket } from 'node:net';

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

/** Calls when the answer is out or the client has gone away; perhaps twice. */
export function onClosed(request: NodeRequest, response: NodeResponse, listener: () => void): void {
  response.on('close', listener);
  // A pipelined answer that waits for its turn has no socket yet, and is not told when the socket closes.
  if (!('assignSocket' in response) || response.socket !== null) return;
  const waiting = waitingAt(request.socket);
  waiting.add(listener);
  response.on('close', () => waiting.delete(listener));
}

const waitingAnswers = new WeakMap<Socket, Set<() => void>>();

/** Who waits for its turn at a socket: any number, with one listener of the socket for all of them. */
function waitingAt(socket: Socket): Set<() => void> {
  const known = waitingAnswers.get(socket);
  if (known !== undefined) return known;
  const waiting = new Set<() => void>();
  waitingAnswers.set(socket, waiting);
  socket.once('close', () => {
    for (const listener of waiting) listener();
  });
  return waiting;
}
