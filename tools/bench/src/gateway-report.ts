import { judge, type Verdict, verdictLine } from './bars.ts';
import { ours, yardstick } from './contenders.ts';
import type { Scenario } from './scenarios.ts';
import { median, ratios, type Summary, summarize } from './statistics.ts';
import { significant, textTable } from './table.ts';

/** One contender in one scenario in one round. */
export interface Cell {
  readonly round: number;
  readonly scenario: string;
  readonly contender: string;
  readonly completed: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** CPU µs a request; `NaN` when none was completed. */
  readonly cpuMicroseconds: number;
  readonly rssMegabytes: number;
  /** Part of the machine (0 to 1) that neither load nor contender used while they ran. */
  readonly foreignShare: number;
}

const measures = ['requestsPerSecond', 'p50Milliseconds', 'p99Milliseconds', 'cpuMicroseconds', 'rssMegabytes'] as const;
type Measure = (typeof measures)[number];

export interface Row {
  readonly scenario: string;
  readonly contender: string;
  /** Medians of the rounds. */
  readonly values: Readonly<Record<Measure, number>>;
  /** To the yardstick in the same round. Absent without such rounds. */
  readonly ratios?: Readonly<Record<Measure, Summary>>;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Fewer rounds than this prove nothing; the verdict says so. */
const leastRounds = 5;

export function rowsOf(cells: readonly Cell[], scenarios: readonly Scenario[], against: string = yardstick): Row[] {
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    const names = new Set(cells.filter((cell) => cell.scenario === scenario.id).map((cell) => cell.contender));
    for (const contender of names) {
      const own = cells.filter((cell) => cell.scenario === scenario.id && cell.contender === contender);
      const base = cells.filter((cell) => cell.scenario === scenario.against && cell.contender === against);
      const compared = {} as Record<Measure, Summary>;
      const values = {} as Record<Measure, number>;
      for (const measure of measures) {
        values[measure] = median(own.map((cell) => cell[measure]));
        compared[measure] = summarize(ratios(byRound(own, measure), byRound(base, measure)));
      }
      const reasons = new Set(own.flatMap((cell) => Object.keys(cell.failures)));
      const failed = own.reduce((sum, cell) => sum + cell.failed, 0);
      const comparable = compared.cpuMicroseconds.count > 0;
      rows.push({ scenario: scenario.id, contender, values, ...(comparable ? { ratios: compared } : {}), failed, failures: [...reasons] });
    }
  }
  return rows;
}

/** More than this, used by others, and the numbers say more about them: caches are shared and turns are lost. */
const quietShare = 0.05;

/** A warning when the machine was not ours. */
export function disturbance(cells: readonly Cell[]): string | undefined {
  const share = median(cells.map((cell) => cell.foreignShare));
  if (!(share > quietShare)) return undefined;
  return `warning: other processes used ${(share * 100).toFixed(0)} % of the machine (median of all cells): run again when it is quiet`;
}

/** One for each scenario that was to be measured. A row with failures has no valid ratio. */
export function verdictsOf(rows: readonly Row[], scenarios: readonly Scenario[], problems: Readonly<Record<string, string>>): Verdict[] {
  return scenarios.map((scenario) => {
    const row = rows.find((candidate) => candidate.scenario === scenario.id && candidate.contender === ours);
    const name = `${ours}, ${scenario.title}, ${measureNames[scenario.measure]} × ${yardstick}`;
    if (!row) return judge(name, scenario.bar, undefined, firstLine(problems[`${ours} ${scenario.id}`] ?? problems[ours]));
    if (row.failed > 0) return judge(name, scenario.bar, undefined, `${row.failed} failed: ${row.failures.join('; ')}`);
    const ratio = row.ratios?.[scenario.measure];
    const rounds = ratio?.count ?? 0;
    const note = rounds < leastRounds ? `only ${rounds} of at least ${leastRounds} rounds` : undefined;
    return judge(name, scenario.bar, ratio, note);
  });
}

export function renderReport(
  rows: readonly Row[],
  scenarios: readonly Scenario[],
  verdicts: readonly Verdict[],
  problems: Readonly<Record<string, string>>,
): string {
  const parts: string[] = [];
  for (const scenario of scenarios) {
    const header = [scenario.title, 'req/s', 'p50 ms', 'p99 ms', 'CPU µs', 'RSS MB', '│ ×req/s', '×p50', '×p99', '×RSS', '×CPU', 'min–max'];
    const lines = rows.filter((row) => row.scenario === scenario.id).map(tableLine);
    if (lines.length > 0) parts.push(textTable(header, lines));
  }
  for (const row of rows) {
    if (row.failed > 0) parts.push(`${row.contender}, ${row.scenario}: ${row.failed} failed: ${row.failures.join('; ')}`);
  }
  for (const [where, problem] of Object.entries(problems)) parts.push(`${where}: not measured: ${problem}`);
  if (verdicts.length > 0) parts.push(verdicts.map(verdictLine).join('\n'));
  return parts.join('\n\n');
}

const measureNames: Readonly<Record<Scenario['measure'], string>> = { cpuMicroseconds: 'CPU', p50Milliseconds: 'p50' };

const firstLine = (text: string | undefined) => text?.split('\n', 1)[0];

function tableLine(row: Row): string[] {
  const { values, ratios: compared } = row;
  const ratio = (measure: Measure) => (compared ? compared[measure].median.toFixed(2) : '-');
  const spread = compared ? `${compared.cpuMicroseconds.minimum.toFixed(2)}–${compared.cpuMicroseconds.maximum.toFixed(2)}` : '-';
  return [
    `  ${row.contender}${row.failed > 0 ? ' (!)' : ''}`,
    values.requestsPerSecond.toFixed(0),
    significant(values.p50Milliseconds),
    significant(values.p99Milliseconds),
    significant(values.cpuMicroseconds),
    values.rssMegabytes.toFixed(0),
    `│ ${ratio('requestsPerSecond')}`,
    ratio('p50Milliseconds'),
    ratio('p99Milliseconds'),
    ratio('rssMegabytes'),
    ratio('cpuMicroseconds'),
    spread,
  ];
}

function byRound(cells: readonly Cell[], measure: Measure): Map<number, number> {
  const values = new Map<number, number>();
  for (const cell of cells) {
    if (Number.isFinite(cell[measure])) values.set(cell.round, cell[measure]);
  }
  return values;
}
