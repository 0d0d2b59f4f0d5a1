import type { Summary } from './statistics.ts';

/** What a measured ratio is held against: `must` decides, `aim` is a wish. A ratio equal to the bar has met it. */
export interface Bar {
  readonly must: number;
  readonly aim?: number;
}

export interface Verdict {
  readonly name: string;
  readonly bar: Bar;
  /** Absent when nothing valid was measured; then the bar is missed. */
  readonly ratio?: Summary;
  readonly met: boolean;
  readonly aimed: boolean;
  readonly note?: string;
}

export function judge(name: string, bar: Bar, ratio: Summary | undefined, note?: string): Verdict {
  const value = ratio?.median ?? Number.NaN;
  return {
    name,
    bar,
    ...(ratio === undefined ? {} : { ratio }),
    met: value <= bar.must,
    aimed: value <= (bar.aim ?? bar.must),
    ...(note === undefined ? {} : { note }),
  };
}

export function verdictLine(verdict: Verdict): string {
  const { bar, ratio } = verdict;
  const measured = ratio ? `${ratio.median.toFixed(2)} (${ratio.minimum.toFixed(2)}–${ratio.maximum.toFixed(2)})` : 'not measured';
  const aim = bar.aim === undefined ? '' : `; aim ≤ ${bar.aim.toFixed(2)} ${verdict.aimed ? 'reached' : 'not reached'}`;
  const note = verdict.note === undefined ? '' : ` [${verdict.note}]`;
  return `${verdict.met ? 'met   ' : 'MISSED'}  ${verdict.name}: ${measured}, must ≤ ${bar.must.toFixed(2)}${aim}${note}`;
}
