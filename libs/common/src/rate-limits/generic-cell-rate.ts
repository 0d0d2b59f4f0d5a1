import type { BucketLevel, BucketTake } from './bucket.ts';

/*
 * The generic cell rate algorithm: of each bucket only one number is kept, the time at which it will be full again. Taking `n` of a bucket of `N`
 * a unit moves that time by n/N of a unit, and is allowed as long as it does not get more than one unit ahead of now. So a bucket refills all the
 * time, holds N at most, and one that is full again need not be kept at all. Nothing here depends on where the number is kept.
 */

/** A millionth of a millisecond is what adding up fractions may be off by. */
const rounding = 1e-6;

type Definition = Pick<BucketTake, 'capacity' | 'unitMs'>;

/**
 * Milliseconds until a take is allowed: 0 now, null never.
 *
 * @param fullAt - when the bucket is full again, in milliseconds; undefined for a bucket that is full
 */
export function waitForTake(fullAt: number | undefined, take: Definition & Pick<BucketTake, 'amount'>, nowMs: number): number | null {
  // Nothing asked is nothing to wait for, even of a bucket that answers have overdrawn.
  if (take.amount <= 0) return 0;
  if (take.amount > take.capacity) return null;
  const ahead = Math.max(fullAt ?? nowMs, nowMs) + (take.amount / take.capacity) * take.unitMs - nowMs - take.unitMs;
  return ahead <= rounding ? 0 : ahead;
}

/** When the bucket is full again after a take, or after giving back a negative amount. A time not after `nowMs` need not be kept. */
export function fullAfter(fullAt: number | undefined, take: Definition & Pick<BucketTake, 'amount'>, nowMs: number): number {
  return Math.max(fullAt ?? nowMs, nowMs) + (take.amount / take.capacity) * take.unitMs;
}

/** How full a bucket is. */
export function levelOf(fullAt: number | undefined, { capacity, unitMs }: Definition, nowMs: number): BucketLevel {
  const resetMs = Math.max((fullAt ?? nowMs) - nowMs, 0);
  return { remaining: Math.max(0, Math.floor(capacity * (1 - resetMs / unitMs) + rounding)), resetMs };
}
