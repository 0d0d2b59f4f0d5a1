import { readdirSync } from 'node:fs';
import { sampleProcess } from './process-sample.ts';
import { median } from './statistics.ts';

/** What the gateway held at one moment. */
export interface MemorySample {
  /** Part of the work that was done, 0 to 1. */
  readonly done: number;
  readonly megabytes: number;
  readonly files: number;
}

export function takeSample(pid: number, done: number): MemorySample {
  return { done, megabytes: sampleProcess(pid).rssBytes / 1024 / 1024, files: openFiles(pid) };
}

export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

type Measure = 'megabytes' | 'files';

/** The median of each tenth; `NaN` where there is no sample. */
export function tenths(samples: readonly MemorySample[], measure: Measure): number[] {
  return Array.from({ length: 10 }, (_, tenth) => {
    const own = samples.filter(({ done }) => Math.min(9, Math.floor(done * 10)) === tenth);
    return own.length === 0 ? Number.NaN : median(own.map((sample) => sample[measure]));
  });
}

/** From the second tenth, what follows the first, to the last one. `NaN` without samples of both. */
export function growth(samples: readonly MemorySample[], measure: Measure): number {
  const [, early = Number.NaN, ...rest] = tenths(samples, measure);
  return (rest.at(-1) ?? Number.NaN) - early;
}

/** A line of ten numbers. */
export const curve = (samples: readonly MemorySample[], measure: Measure): string =>
  tenths(samples, measure)
    .map((value) => value.toFixed(0).padStart(4))
    .join('');
