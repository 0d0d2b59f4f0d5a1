import { type Bar, judge, type Verdict } from './bars.ts';
import type { Measured, MeasureOptions, Variant } from './measure.ts';
import { measure } from './measure.ts';
import { significant, textTable } from './table.ts';

interface BarredVariant extends Variant {
  /** For the ratio to the group's yardstick. */
  readonly bar?: Bar;
}

/** Variants over the same payload; the first is the yardstick. */
export interface BenchGroup {
  readonly title: string;
  /** What the costs are given for: `request`, `event`. */
  readonly unit: string;
  readonly variants: readonly BarredVariant[];
}

export interface GroupResult {
  readonly title: string;
  readonly unit: string;
  readonly measured: readonly Measured[];
  readonly verdicts: readonly Verdict[];
}

export function measureGroup(group: BenchGroup, options: MeasureOptions): GroupResult {
  const measured = measure(group.variants, options);
  const verdicts: Verdict[] = [];
  group.variants.forEach(({ name, bar }, index) => {
    if (bar) verdicts.push(judge(`${group.title}: ${name}`, bar, measured[index]?.ratio));
  });
  return { title: group.title, unit: group.unit, measured, verdicts };
}

export function renderGroup({ title, unit, measured, verdicts }: GroupResult): string {
  const rows = measured.map(({ name, cost, ratio }) => {
    const verdict = verdicts.find((candidate) => candidate.name === `${title}: ${name}`);
    const bar = verdict ? `≤ ${verdict.bar.must.toFixed(2)} ${verdict.met ? 'met' : 'MISSED'}` : '';
    return [`  ${name}`, significant(cost.median), ratio.median.toFixed(2), `${ratio.minimum.toFixed(2)}–${ratio.maximum.toFixed(2)}`, bar];
  });
  return textTable([title, `CPU µs/${unit}`, '×', 'min–max', 'must'], rows);
}
