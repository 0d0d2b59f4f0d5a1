import type { BucketTake, TakeOutcome } from '@plano/common';
import { chargeMemory, createMemoryBuckets, takeFromMemory } from '@plano/common';

/** Where the buckets of rate limits are kept: in this process, in one that several workers share, or in Redis. */
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

/** Everything has a default. */
export interface MemoryStoreOptions {
  /** Buckets that are kept apart. Default 100,000; clients beyond share one bucket of each limit. */
  readonly maxBuckets?: number;
  /** Milliseconds of a clock that never goes back. Default: that of the process. */
  readonly nowMs?: () => number;
}

/**
 * Buckets in the memory of this process.
 *
 * @example
 * toNodeHandler(createLlmGateway(config), { rateLimits: createMemoryStore() });
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): RateLimitStore {
  const buckets = createMemoryBuckets(options.maxBuckets);
  const now = options.nowMs ?? (() => performance.now());
  return {
    take: (takes) => takeFromMemory(buckets, takes, now()),
    charge: (charges) => chargeMemory(buckets, charges, now()),
    available: () => true,
    close: () => Promise.resolve(),
  };
}
