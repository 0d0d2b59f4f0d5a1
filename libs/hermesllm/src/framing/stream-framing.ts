import type { Machine } from '../machine.ts';
import type { Frame, Framing } from '../model/api.ts';
import type { Utf8 } from './utf8.ts';

/** Where whole events end in a stream that passes as bytes. */
export interface EventBoundaries {
  /** How many bytes of this chunk belong to events that are complete with it. */
  push(bytes: Uint8Array): number;
  /** Where an event begins at or before a position in bytes that begin with an event; 0 if that cannot be told. */
  startBefore(bytes: Uint8Array, position: number): number;
  /** A last event without its terminator: its frames and the bytes that close it; none when it is cut. */
  finish(waiting: readonly Uint8Array[], utf8: Utf8): { frames: readonly Frame[]; closing: readonly Uint8Array[] };
}

/** One way to put frames on the wire: an object, so that a bundle holds only the framings of its codecs. */
export interface StreamFraming {
  readonly id: Framing;
  readonly contentType: string;
  /** Bytes to frames. `limit`: characters (or bytes) of one frame. */
  decoder(utf8: Utf8, limit: number): Machine<Uint8Array, Frame>;
  /** Frames that became ready together to what is written at once. */
  encoder(): Machine<readonly Frame[], string | Uint8Array>;
  /** A fresh finder of the ends of events, for streams that pass as bytes. */
  boundaries(): EventBoundaries;
}

export const noRest: ReturnType<EventBoundaries['finish']> = { frames: [], closing: [] };

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
