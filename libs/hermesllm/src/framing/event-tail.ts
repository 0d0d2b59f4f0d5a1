import { joinBytes } from '../join-bytes.ts';
import type { EventBoundaries } from './stream-framing.ts';

/** The youngest events of a stream that passes as bytes. */
export interface EventTail {
  /** Takes whole events, in pieces. */
  push(pieces: readonly Uint8Array[]): void;
  /** What is kept: at least the last events, or as many of them as the limit allows. */
  bytes(): Uint8Array;
  /** Whether something is not kept any more. */
  isCut(): boolean;
}

const firstSize = 1024;
/** From here on room is made by giving up events before it is made by growing. */
const usualSize = 8 * 1024;

/**
 * Keeps the last events as a copy in one array: a stream that held the pieces themselves would keep them for just so long that the garbage collector
 * takes them for old, several a stream, and would hold the larger buffers that they are parts of.
 *
 * @param count - how many events
 * @param limit - bytes that are kept at most, unless the last event alone is larger
 */
export function createEventTail(boundaries: EventBoundaries, count: number, limit: number): EventTail {
  let kept = new Uint8Array(0);
  let length = 0;
  let cut = false;

  /** Gives up what stands before the last `events`; all of it for 0. */
  function keepLast(events: number): void {
    const from = events === 0 ? length : boundaries.startOfLast(kept.subarray(0, length), events);
    if (from === 0) return;
    kept.copyWithin(0, from, length);
    length -= from;
    cut = true;
  }

  function grow(needed: number): void {
    const grown = new Uint8Array(Math.max(firstSize, 2 * kept.length, needed));
    grown.set(kept.subarray(0, length));
    kept = grown;
  }

  return {
    push(pieces) {
      let group = pieces;
      let size = sizeOf(group);
      if (length + size > kept.length) {
        if (size > usualSize) {
          const bytes = joinBytes(group);
          const from = boundaries.startOfLast(bytes, count);
          if (from > 0) {
            keepLast(0);
            cut = true;
            group = [bytes.subarray(from)];
            size = bytes.length - from;
          }
        }
        if (length + size > usualSize) keepLast(count);
        for (let events = count - 1; events >= 0 && length + size > limit; events--) keepLast(events);
        if (length + size > kept.length) grow(length + size);
      }
      for (const piece of group) {
        kept.set(piece, length);
        length += piece.length;
      }
    },
    bytes: () => kept.subarray(0, length),
    isCut: () => cut,
  };
}

/** Of all pieces together. */
export function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (let i = 0; i < pieces.length; i++) size += (pieces[i] as Uint8Array).length;
  return size;
}
