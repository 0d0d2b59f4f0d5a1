import type { Machine } from '../machine.ts';
import type { Frame, Framing } from '../model/api.ts';
import type { Utf8 } from './utf8.ts';

/** What waits when a stream that passes as bytes is over. */
export interface StreamRest {
  /** A last event that lacks its terminator only. */
  readonly frames: readonly Frame[];
  /** Its bytes, and the terminator. */
  readonly bytes: readonly Uint8Array[];
  /** What closes the stream after its last event. */
  readonly closing: readonly Uint8Array[];
}

/** Where whole events end in a stream that passes as bytes. */
export interface EventBoundaries {
  /** How many bytes of this chunk belong to events that are complete with it. */
  push(bytes: Uint8Array): number;
  /** Where the last `count` events begin in bytes that begin and end with one; 0 if there are no more than these. */
  startOfLast(bytes: Uint8Array, count: number): number;
  /** The rest of the stream; an event that is cut is not in it. */
  finish(waiting: readonly Uint8Array[], utf8: Utf8): StreamRest;
}

/** One way to put frames on the wire: an object, so that a bundle holds only the framings of its codecs. */
export interface StreamFraming {
  readonly id: Framing;
  readonly contentType: string;
  /** Bytes to frames. `limit`: characters (or bytes) of one frame. */
  decoder(utf8: Utf8, limit: number): Machine<Uint8Array, Frame>;
  /** Frames of JSON that became ready together to what is written at once. `begun`: events went before, as bytes. */
  encoder(begun?: boolean): Machine<readonly Frame[], string | Uint8Array>;
  /** A fresh finder of the ends of events, for streams that pass as bytes. */
  boundaries(): EventBoundaries;
}

export const noRest: StreamRest = { frames: [], bytes: [], closing: [] };

/** A decoder of text as one of bytes. */
export function decodeText(frames: Machine<string, Frame>, utf8: Utf8): Machine<Uint8Array, Frame> {
  const text = utf8.createDecoder();
  return {
    push: (bytes) => frames.push(text.decode(bytes)),
    finish() {
      const rest = text.finish();
      return rest === '' ? frames.finish() : [...frames.push(rest), ...frames.finish()];
    },
  };
}
