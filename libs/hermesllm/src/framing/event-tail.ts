import { joinBytes } from '../join-bytes.ts';
import type { EventBoundaries } from './stream-framing.ts';

/** Of one of the two arrays that most streams need. */
const usualSize = 4 * 1024;
/** From here on room is made by giving up events before it is made by growing. */
const largeSize = 2 * usualSize;
const noBytes = new Uint8Array(0);

/**
 * The youngest events of a stream that passes as bytes, as a copy: a stream that held the pieces themselves would keep them for just so long that the
 * garbage collector takes them for old, several a stream, and would hold the larger buffers that they are parts of.
 *
 * Two arrays take turns. When one is full and has enough events by itself, the other one is written over: so an event costs its copy, and nobody
 * looks where it begins. Where events are so large that one array does not hold enough of them, there is only one, which grows.
 */
export class EventTail {
  readonly #boundaries: EventBoundaries;
  readonly #count: number;
  readonly #limit: number;
  readonly #arraySize: number;
  #kept: Uint8Array = noBytes;
  #length = 0;
  /** Pushes that `#kept` holds: each is at least one event. */
  #groups = 0;
  #older: Uint8Array = noBytes;
  #olderLength = 0;
  #cut = false;

  /**
   * @param count - how many events
   * @param limit - bytes that are kept at most, unless the last event alone is larger
   */
  constructor(boundaries: EventBoundaries, count: number, limit: number) {
    this.#boundaries = boundaries;
    this.#count = count;
    this.#limit = limit;
    this.#arraySize = Math.min(usualSize, limit);
  }

  /** Takes whole events, in pieces. `size`: bytes of all pieces. */
  push(pieces: readonly Uint8Array[], size: number): void {
    const group = this.#length + size > this.#kept.length ? this.#makeRoom(pieces, size) : pieces;
    const kept = this.#kept;
    let length = this.#length;
    for (let i = 0; i < group.length; i++) {
      const piece = group[i] as Uint8Array;
      kept.set(piece, length);
      length += piece.length;
    }
    this.#length = length;
    this.#groups++;
  }

  /** What is kept: at least the last events, or as many of them as the limit allows. */
  bytes(): Uint8Array {
    return this.#groups >= this.#count ? this.#kept.subarray(0, this.#length) : this.#all();
  }

  /** Whether something is not kept any more. */
  isCut(): boolean {
    return this.#cut || (this.#groups >= this.#count && this.#olderLength > 0);
  }

  /** Makes room for a group, and gives what of it is to be kept. */
  #makeRoom(group: readonly Uint8Array[], size: number): readonly Uint8Array[] {
    const arraySize = this.#arraySize;
    if (this.#kept.length === 0 && size <= arraySize) {
      this.#kept = new Uint8Array(arraySize);
      return group;
    }
    if (this.#groups >= this.#count && this.#kept.length === arraySize && size <= arraySize && 2 * arraySize <= this.#limit) {
      const full = this.#kept;
      this.#cut ||= this.#olderLength > 0;
      this.#kept = this.#older.length === 0 ? new Uint8Array(arraySize) : this.#older;
      this.#older = full;
      this.#olderLength = this.#length;
      this.#length = 0;
      this.#groups = 0;
      return group;
    }
    return this.#makeMuchRoom(group, size);
  }

  #makeMuchRoom(group: readonly Uint8Array[], size: number): readonly Uint8Array[] {
    if (this.#olderLength > 0) {
      this.#kept = this.#all();
      this.#length = this.#kept.length;
    }
    this.#older = noBytes;
    this.#olderLength = 0;
    let last = group;
    let lastSize = size;
    if (size > largeSize) {
      const bytes = joinBytes(group);
      const from = this.#boundaries.startOfLast(bytes, this.#count);
      if (from > 0) {
        this.#keepLast(0);
        this.#cut = true;
        last = [bytes.subarray(from)];
        lastSize = bytes.length - from;
      }
    }
    if (this.#length + lastSize > largeSize) this.#keepLast(this.#count);
    for (let events = this.#count - 1; events >= 0 && this.#length + lastSize > this.#limit; events--) this.#keepLast(events);
    if (this.#length + lastSize > this.#kept.length) this.#grow(this.#length + lastSize);
    return last;
  }

  /** Gives up what stands before the last `events`; all of it for 0. */
  #keepLast(events: number): void {
    const length = this.#length;
    const from = events === 0 ? length : this.#boundaries.startOfLast(this.#kept.subarray(0, length), events);
    if (from === 0) return;
    this.#kept.copyWithin(0, from, length);
    this.#length = length - from;
    this.#cut = true;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#kept.length, needed));
    grown.set(this.#kept.subarray(0, this.#length));
    this.#kept = grown;
  }

  #all(): Uint8Array {
    const young = this.#kept.subarray(0, this.#length);
    return this.#olderLength === 0 ? young : joinBytes([this.#older.subarray(0, this.#olderLength), young]);
  }
}

/** Of all pieces together. */
export function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (let i = 0; i < pieces.length; i++) size += (pieces[i] as Uint8Array).length;
  return size;
}
