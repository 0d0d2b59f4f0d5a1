import type { RateLimitStore } from '@plano/common';
import { createMemoryBuckets, memoryStore } from '@plano/common';

export type { RateLimitStore } from '@plano/common';

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
  return memoryStore(createMemoryBuckets(options.maxBuckets), options.nowMs ?? (() => performance.now()));
}
