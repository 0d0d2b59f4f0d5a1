import { type Bar, judge, type Verdict } from './bars.ts';
import { type ContenderEntry, ours, yardstick } from './contenders.ts';
import { scenarios } from './scenarios.ts';
import { median, summarize } from './statistics.ts';
import { significant, textTable } from './table.ts';
import { loadScenario, withContenders } from './with-contenders.ts';

export interface StartBenchOptions {
  readonly contenders: readonly ContenderEntry[];
  readonly rounds: number;
  /** Load of each scenario before memory is read a second time. */
  readonly seconds: number;
  readonly connections: number;
  readonly prefix?: readonly string[];
  progress?(line: string): void;
}

interface StartCell {
  readonly round: number;
  readonly contender: string;
  /** From the start of the process until its port accepts. */
  readonly startMilliseconds: number;
  readonly idleMegabytes: number;
  readonly loadedMegabytes: number;
}

type Measure = 'startMilliseconds' | 'idleMegabytes' | 'loadedMegabytes';
const bars: readonly { measure: Measure; name: string; bar: Bar }[] = [
  { measure: 'startMilliseconds', name: 'cold start', bar: { must: 2 } },
  { measure: 'idleMegabytes', name: 'memory, idle', bar: { must: 1.4 } },
  { measure: 'loadedMegabytes', name: 'memory, after load', bar: { must: 1.5 } },
];
const idleMilliseconds = 1000;

/** Starts each contender anew in every round: how long until it listens, what it weighs then, and what after requests and streams. */
export async function runStartBench(options: StartBenchOptions): Promise<{ cells: StartCell[]; verdicts: Verdict[]; text: string }> {
  const cells: StartCell[] = [];
  await withContenders(options, async ({ upstream, start, end }) => {
    for (let round = 1; round <= options.rounds; round++) {
      options.progress?.(`start: round ${round} of ${options.rounds}`);
      for (const entry of options.contenders) {
        const started = performance.now();
        const contender = await start(entry);
        const startMilliseconds = performance.now() - started;
        await new Promise((resolve) => setTimeout(resolve, idleMilliseconds));
        const idleMegabytes = contender.sample().rssBytes / 1024 / 1024;
        for (const scenario of scenarios.filter(({ suite, client }) => suite === 'base' && client === 'chat')) {
          const { connections, seconds } = options;
          const load = { model: entry.model, headers: entry.headers(upstream.port), connections, warmupSeconds: 0, seconds };
          await loadScenario(contender, upstream, scenario, load);
        }
        const loadedMegabytes = contender.sample().rssBytes / 1024 / 1024;
        cells.push({ round, contender: entry.name, startMilliseconds, idleMegabytes, loadedMegabytes });
        await end(entry);
      }
    }
  });
  return { cells, verdicts: bars.map((each) => verdictOf(cells, each)), text: tableOf(cells) };
}

function verdictOf(cells: readonly StartCell[], { measure, name, bar }: (typeof bars)[number]): Verdict {
  const base = new Map(cells.filter(({ contender }) => contender === yardstick).map((cell) => [cell.round, cell[measure]]));
  const ratios = cells.filter(({ contender }) => contender === ours).map((cell) => cell[measure] / (base.get(cell.round) ?? Number.NaN));
  return judge(`${ours}, ${name} × ${yardstick}`, bar, ratios.length === 0 ? undefined : summarize(ratios));
}

function tableOf(cells: readonly StartCell[]): string {
  const rows = [...new Set(cells.map(({ contender }) => contender))].map((contender) => {
    const own = cells.filter((cell) => cell.contender === contender);
    const middle = (measure: Measure): string => significant(median(own.map((cell) => cell[measure])));
    return [`  ${contender}`, middle('startMilliseconds'), middle('idleMegabytes'), middle('loadedMegabytes')];
  });
  return textTable(['start and memory', 'listens after ms', 'idle MB', 'after load MB'], rows);
}
