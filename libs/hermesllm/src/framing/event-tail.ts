import { joinBytes } from '../join-bytes.ts';
import type { EventBoundaries } from './stream-framing.ts';

/** The youngest events of a stream that passes as bytes. */
export interface EventTail {
  /** Takes whole events, in pieces. `size`: bytes of all pieces. */
  push(pieces: readonly Uint8Array[], size: number): void;
  /** What is kept: at least the last events, or as many of them as the limit allows. */
  bytes(): Uint8Array;
  /** Whether something is not kept any more. */
  isCut(): boolean;
}

/** Of one of the two arrays that most streams need. */
const usualSize = 4 * 1024;
/** From here on room is made by giving up events before it is made by growing. */
const largeSize = 2 * usualSize;

/**
 * Keeps the last events as a copy: a stream that held the pieces themselves would keep them for just so long that the garbage collector
 * takes them for old, several a stream, and would hold the larger buffers that they are parts of.
 *
 * Two arrays take turns. When one is full and has enough events by itself, the other one is written over: so an event costs its copy, and nobody
 * looks where it begins. Where events are so large that one array does not hold enough of them, there is only one, which grows.
 *
 * @param count - how many events
 * @param limit - bytes that are kept at most, unless the last event alone is larger
 */
export function createEventTail(boundaries: EventBoundaries, count: number, limit: number): EventTail {
  const arraySize = Math.min(usualSize, limit);
  let older = noBytes;
  let olderLength = 0;
  let kept = noBytes;
  let length = 0;
  /** Pushes that `kept` holds: each is at least one event. */
  let groups = 0;
  let cut = false;

  /** Makes room for a group, and gives what of it is to be kept. */
  function makeRoom(group: readonly Uint8Array[], size: number): readonly Uint8Array[] {
    if (kept.length === 0 && size <= arraySize) {
      kept = new Uint8Array(arraySize);
      return group;
    }
    if (groups >= count && kept.length === arraySize && size <= arraySize && 2 * arraySize <= limit) {
      const full = kept;
      cut ||= olderLength > 0;
      kept = older.length === 0 ? new Uint8Array(arraySize) : older;
      [older, olderLength, length, groups] = [full, length, 0, 0];
      return group;
    }
    return makeMuchRoom(group, size);
  }

  function makeMuchRoom(group: readonly Uint8Array[], size: number): readonly Uint8Array[] {
    if (olderLength > 0) {
      kept = all();
      length = kept.length;
    }
    older = noBytes;
    olderLength = 0;
    let last = group;
    let lastSize = size;
    if (size > largeSize) {
      const bytes = joinBytes(group);
      const from = boundaries.startOfLast(bytes, count);
      if (from > 0) {
        keepLast(0);
        cut = true;
        last = [bytes.subarray(from)];
        lastSize = bytes.length - from;
      }
    }
    if (length + lastSize > largeSize) keepLast(count);
    for (let events = count - 1; events >= 0 && length + lastSize > limit; events--) keepLast(events);
    if (length + lastSize > kept.length) grow(length + lastSize);
    return last;
  }

  /** Gives up what stands before the last `events`; all of it for 0. */
  function keepLast(events: number): void {
    const from = events === 0 ? length : boundaries.startOfLast(kept.subarray(0, length), events);
    if (from === 0) return;
    kept.copyWithin(0, from, length);
    length -= from;
    cut = true;
  }

  function grow(needed: number): void {
    const grown = new Uint8Array(Math.max(2 * kept.length, needed));
    grown.set(kept.subarray(0, length));
    kept = grown;
  }

  function all(): Uint8Array {
    const young = kept.subarray(0, length);
    return olderLength === 0 ? young : joinBytes([older.subarray(0, olderLength), young]);
  }

  return {
    push(pieces, size) {
      const group = length + size > kept.length ? makeRoom(pieces, size) : pieces;
      groups++;
      for (let i = 0; i < group.length; i++) {
        const piece = group[i] as Uint8Array;
        kept.set(piece, length);
        length += piece.length;
      }
    },
    bytes: () => (groups >= count ? kept.subarray(0, length) : all()),
    isCut: () => cut || (groups >= count && olderLength > 0),
  };
}

const noBytes = new Uint8Array(0);

/** Of all pieces together. */
export function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (let i = 0; i < pieces.length; i++) size += (pieces[i] as Uint8Array).length;
  return size;
}
