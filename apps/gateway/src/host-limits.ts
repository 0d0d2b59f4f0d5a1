import type { MemoryBudget } from './memory-budget.ts';
import { createMemoryBudget } from './memory-budget.ts';

/** What the handlers of one process share: how many exchanges there are, and what they hold in memory. */
export interface HostLimits {
  /** Exchanges at the same time; above it the answer is 503. */
  readonly inFlight: number;
  active: number;
  readonly memory: MemoryBudget;
}

const defaultInFlight = 1024;
const defaultBufferedMemoryBytes = 512 * 1024 * 1024;

/** The limits of a process, with the gateway's defaults. */
export const createHostLimits = (options: { inFlight?: number | undefined; bufferedMemoryBytes?: number | undefined }): HostLimits => ({
  inFlight: options.inFlight ?? defaultInFlight,
  active: 0,
  memory: createMemoryBudget(options.bufferedMemoryBytes ?? defaultBufferedMemoryBytes),
});
