import type { BucketTake, TakeOutcome } from './bucket.ts';
import type { MemoryBuckets } from './memory-buckets.ts';
import { chargeMemory, takeFromMemory } from './memory-buckets.ts';

/** Where a host keeps the buckets of rate limits: in its memory, in a process that several workers share, or in Redis. */
export interface RateLimitStore {
  /** Takes from all buckets or from none. What is at hand is answered at once; a promise never rejects. */
  take(takes: readonly BucketTake[]): TakeOutcome | Promise<TakeOutcome>;
  /** Takes or gives back without a question; never throws, and nobody waits for it. */
  charge(charges: readonly BucketTake[]): void;
  /** Whether the buckets can be reached. */
  available(): boolean;
  /** Ends its connections, if it has any. */
  close(): Promise<void>;
}

/**
 * Buckets in memory as a store.
 *
 * @param nowMs - milliseconds of a clock that never goes back
 * @example
 * const store = memoryStore(createMemoryBuckets(), () => performance.now());
 */
export function memoryStore(buckets: MemoryBuckets, nowMs: () => number): RateLimitStore {
  return {
    take: (takes) => takeFromMemory(buckets, takes, nowMs()),
    charge: (charges) => chargeMemory(buckets, charges, nowMs()),
    available: () => true,
    close: () => Promise.resolve(),
  };
}
