import type { BucketLevel, BucketTake, TakeOutcome } from './bucket.ts';
import { fullAfter, levelOf, waitForTake } from './generic-cell-rate.ts';

/*
 * Memory is bounded: when there are too many buckets, values not seen before share one bucket of their limit. Buckets in use are never thrown
 * away in their favour, because then a client could have its own refilled by making up values.
 */

/** Buckets in memory, apart from the limits, so that a new configuration keeps those whose limit is unchanged. */
export interface MemoryBuckets {
  /** When each bucket is full again, in milliseconds; least recently used first. */
  readonly fullAt: Map<string, number>;
  readonly maxBuckets: number;
}

/** No buckets in use; `maxBuckets` is 100,000 unless given. */
export function createMemoryBuckets(maxBuckets = 100_000): MemoryBuckets {
  return { fullAt: new Map(), maxBuckets };
}

/**
 * Takes from all buckets or from none.
 *
 * @param nowMs - milliseconds of a clock that never goes back
 * @example
 * takeFromMemory(buckets, [{ key: 'a', overflowKey: 'rest', capacity: 10, unitMs: 1000, amount: 1 }], performance.now()).ok;
 */
export function takeFromMemory(buckets: MemoryBuckets, takes: readonly BucketTake[], nowMs: number): TakeOutcome {
  const keys: string[] = [];
  for (let index = 0; index < takes.length; index += 1) {
    const take = takes[index] as BucketTake;
    const key = placeOf(buckets, take, nowMs);
    const waitMs = waitForTake(buckets.fullAt.get(key), take, nowMs);
    if (waitMs !== 0) return { ok: false, reason: 'limited', index, waitMs, levels: levels(buckets, takes, nowMs) };
    keys.push(key);
  }
  const after: BucketLevel[] = [];
  for (let index = 0; index < takes.length; index += 1) after.push(move(buckets, keys[index] as string, takes[index] as BucketTake, nowMs));
  return { ok: true, levels: after };
}

/** Takes whatever there is, even beyond what the buckets hold, or gives back negative amounts: what is used is used. */
export function chargeMemory(buckets: MemoryBuckets, charges: readonly BucketTake[], nowMs: number): void {
  for (const charge of charges) move(buckets, placeOf(buckets, charge, nowMs), charge, nowMs);
}

function levels(buckets: MemoryBuckets, takes: readonly BucketTake[], nowMs: number): BucketLevel[] {
  return takes.map((take) => levelOf(buckets.fullAt.get(placeOf(buckets, take, nowMs)), take, nowMs));
}

/** Full buckets that are looked for, from the least recently used on, when there is no room. */
const looksForRoom = 16;

/** Where a take goes: its own bucket, or the shared one when there is no room for another. */
function placeOf({ fullAt, maxBuckets }: MemoryBuckets, { key, overflowKey }: BucketTake, nowMs: number): string {
  if (fullAt.has(key) || fullAt.size < maxBuckets) return key;
  let looks = 0;
  for (const [other, full] of fullAt) {
    if (full <= nowMs) {
      fullAt.delete(other);
      return key;
    }
    if (++looks === looksForRoom) break;
  }
  return overflowKey;
}

function move(buckets: MemoryBuckets, key: string, take: BucketTake, nowMs: number): BucketLevel {
  const full = fullAfter(buckets.fullAt.get(key), take, nowMs);
  buckets.fullAt.delete(key);
  if (full > nowMs) buckets.fullAt.set(key, full);
  return levelOf(full, take, nowMs);
}
