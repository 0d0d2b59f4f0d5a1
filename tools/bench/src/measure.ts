import { seededRandom, shuffled } from './random.ts';
import { type Summary, ratios, summarize } from './statistics.ts';

export interface Variant {
  readonly name: string;
  /** Operations that one call of `run` stands for; costs are given per operation. Default 1. */
  readonly operations?: number;
  /** Must return something that depends on its work, so that the work cannot be optimised away. */
  run(): unknown;
}

export interface MeasureOptions {
  /** Default 9; fewer than 7 medians are not worth printing. */
  readonly rounds?: number;
  /** CPU time of one sample. Default 40 ms. */
  readonly sampleMilliseconds?: number;
  /** CPU time of each variant before anything counts, so that its optimised code is measured and not its compilation. Default 0: one sample. */
  readonly warmUpMilliseconds?: number;
  /** Called before every sample, outside the measured time: collects young garbage, so that no variant pays for another one's. */
  readonly collect?: () => void;
  readonly seed?: number;
}

export interface Measured {
  readonly name: string;
  /** CPU µs an operation. */
  readonly cost: Summary;
  /** To the yardstick, the first variant of the list, round by round. */
  readonly ratio: Summary;
}

/** User and system time of all threads of this process in µs: includes garbage collection and compilation in the background. */
const cpuMicroseconds = () => {
  const usage = process.cpuUsage();
  return usage.user + usage.system;
};

/** Keeps results alive across the loop; a length is enough to make the result observable. */
let sink = 0;
const keep = (value: unknown) => {
  if (typeof value === 'string') sink = (sink + value.length) | 0;
  else if (typeof value === 'number') sink = (sink + value) | 0;
  else sink = (sink + (value === undefined ? 0 : 1)) | 0;
};

/**
 * Runs all variants in one process, in a new random order each round, and compares CPU time. The first variant is the yardstick.
 * One process and shuffled orders, because the machine's speed drifts by more than the differences looked for: only ratios within
 * a round mean anything. A first, uncounted pass warms up every variant and finds how often it has to run for one sample. The yardstick is
 * native code and needs no warming up: without it, the others' compilers, which work for half a second, would be held against them.
 */
export function measure(variants: readonly Variant[], options: MeasureOptions = {}): Measured[] {
  const rounds = options.rounds ?? 9;
  const target = (options.sampleMilliseconds ?? 40) * 1000;
  const warmUp = (options.warmUpMilliseconds ?? 0) * 1000;
  const random = seededRandom(options.seed ?? 1);

  const time = (variant: Variant, runs: number) => {
    const before = cpuMicroseconds();
    for (let run = 0; run < runs; run++) keep(variant.run());
    return cpuMicroseconds() - before;
  };

  const runs = new Map<string, number>();
  const costs = new Map<string, Map<number, number>>();
  for (const variant of variants) {
    let count = 1;
    let spent = time(variant, count);
    let total = spent;
    while ((spent < target || total < warmUp) && count < 1e9) {
      count = Math.ceil(count * Math.min(10, Math.max(spent < target ? 1.5 : 0, (1.1 * target) / Math.max(1, spent))));
      spent = time(variant, count);
      total += spent;
    }
    runs.set(variant.name, count);
    costs.set(variant.name, new Map());
  }
  for (let round = 0; round < rounds; round++) {
    for (const variant of shuffled(variants, random)) {
      const count = runs.get(variant.name) ?? 1;
      options.collect?.();
      costs.get(variant.name)?.set(round, time(variant, count) / (count * (variant.operations ?? 1)));
    }
  }
  const base = costs.get(variants[0]?.name ?? '') ?? new Map<number, number>();
  return variants.map((variant) => {
    const own = costs.get(variant.name) ?? new Map<number, number>();
    return { name: variant.name, cost: summarize([...own.values()]), ratio: summarize(ratios(own, base)) };
  });
}
