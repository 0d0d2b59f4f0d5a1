export interface Summary {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
}

/** The middle value; of an even count, the mean of the two in the middle. `NaN` for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Nearest rank: the smallest value with at least `share` (0 to 1) of all values at or below it. `NaN` for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

export function summarize(values: readonly number[]): Summary {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  if (values.length === 0) minimum = maximum = Number.NaN;
  return { median: median(values), minimum, maximum, count: values.length };
}

/**
 * Ratio of each value to the value of the same round in `base`. Only values of one round share the machine's mood,
 * so ratios are taken round by round and summarised afterwards, never the other way round. Rounds that either side lacks are left out.
 */
export function ratios(values: ReadonlyMap<number, number>, base: ReadonlyMap<number, number>): number[] {
  const result: number[] = [];
  for (const [round, value] of values) {
    const divisor = base.get(round);
    if (divisor !== undefined && divisor > 0) result.push(value / divisor);
  }
  return result;
}
