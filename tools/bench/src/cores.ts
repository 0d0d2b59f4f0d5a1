import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Cores {
  /** Words before a contender's command; empty when nothing is pinned. */
  readonly contenderPrefix: readonly string[];
  readonly note: string;
}

/** Pins this process (load and upstream) to core 1 and says how to start contenders on core 0; unpinned where that is impossible. */
export function pinCores(): Cores {
  if (availableParallelism() < 2) return { contenderPrefix: [], note: 'not pinned: fewer than two cores' };
  const pinned = spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' });
  if (pinned.error) return { contenderPrefix: [], note: 'not pinned: taskset is missing; ratios are less steady' };
  if (pinned.status !== 0) return { contenderPrefix: [], note: 'not pinned: cores 0 and 1 are not ours' };
  return { contenderPrefix: ['taskset', '-c', '0'], note: 'contender on core 0, load and upstream on core 1' };
}
