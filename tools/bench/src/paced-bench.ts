import { request } from 'undici';
import { type Bar, judge, type Verdict } from './bars.ts';
import type { RunningContender } from './contender.ts';
import { type ContenderEntry, ours, yardstick } from './contenders.ts';
import { type PacedLoadResult, runPacedLoad } from './paced-load.ts';
import type { ProcessSample } from './process-sample.ts';
import { askedRequest, type ClientApi, requestBytes, type Scenario } from './scenarios.ts';
import { median, type Summary, summarize } from './statistics.ts';
import { significant, textTable } from './table.ts';
import type { AskedRequest } from './verify-answer.ts';
import { inRounds, withContenders } from './with-contenders.ts';

export interface PacedBenchOptions {
  readonly contenders: readonly ContenderEntry[];
  readonly rounds: number;
  readonly seconds: number;
  readonly streams: number;
  /** Between two events of a stream. */
  readonly gapMilliseconds: number;
  readonly prefix?: readonly string[];
  progress?(line: string): void;
}

/** One contender with one client API in one round. */
interface PacedCell {
  readonly round: number;
  readonly contender: string;
  readonly client: ClientApi;
  /** CPU µs an event that reached the client. */
  readonly cpuMicroseconds: number;
  readonly firstP99Milliseconds: number;
  readonly gapP99Milliseconds: number;
  readonly events: number;
  readonly lost: number;
  readonly rssMegabytes: number;
}

export interface PacedBenchResult {
  readonly cells: readonly PacedCell[];
  readonly verdicts: readonly Verdict[];
  readonly text: string;
}

const deltas = 47;
/** Counted time of the round that warms up: V8 needs as long until it has optimised what runs a few hundred times a second. */
const warmupSeconds = 20;
const bars: readonly { measure: Measure; name: string; bar: Bar }[] = [
  { measure: 'cpuMicroseconds', name: 'CPU an event', bar: { must: 1.3, aim: 1.1 } },
  { measure: 'firstP99Milliseconds', name: 'time to first event p99', bar: { must: 1.5 } },
  { measure: 'gapP99Milliseconds', name: 'gap p99', bar: { must: 1.5 } },
];
type Measure = 'cpuMicroseconds' | 'firstP99Milliseconds' | 'gapP99Milliseconds';

/**
 * Many streams of which each says a word every few milliseconds: what the gateway costs an event, and how much later events come than
 * through the pass-through. The pass-through takes Chat only; a Messages client is compared with it.
 */
export async function runPacedBench(options: PacedBenchOptions): Promise<PacedBenchResult> {
  const { gapMilliseconds, prefix, rounds, progress } = options;
  const cells: PacedCell[] = [];
  await withContenders({ upstream: { deltas, burst: 1, pauseMilliseconds: gapMilliseconds }, prefix }, async ({ upstream, start }) => {
    const lanes: { entry: ContenderEntry; contender: RunningContender; asked: AskedRequest; client: ClientApi; events: number }[] = [];
    for (const entry of options.contenders) {
      const contender = await start(entry);
      for (const client of entry.clients) {
        const asked = askedRequest(streamOf(client), entry.model, entry.headers(upstream.port), 1024);
        lanes.push({ entry, contender, asked, client, events: await countEvents(contender.port, asked) });
      }
    }
    await inRounds(
      lanes,
      { title: 'paced streams', rounds, seed: 7, progress },
      async ({ entry, contender, asked, client, events }, round) => {
        const result = await runPacedLoad({
          port: contender.port,
          request: requestBytes(asked, contender.port),
          streams: options.streams,
          events,
          streamMilliseconds: deltas * gapMilliseconds,
          warmupSeconds: 0.5,
          seconds: round === 0 ? warmupSeconds : options.seconds,
          mark: contender.sample,
        });
        if (round > 0) cells.push(cellOf(round, entry.name, client, result));
      },
    );
  });
  const verdicts = verdictsOf(cells);
  return { cells, verdicts, text: tableOf(cells, options) };
}

const streamOf = (client: ClientApi): Scenario => ({
  id: `paced-${client}`,
  suite: 'base',
  title: '',
  client,
  kind: 'stream',
  measure: 'cpuMicroseconds',
  bar: { must: 1 },
  against: 'paced-chat',
});

async function countEvents(port: number, asked: AskedRequest): Promise<number> {
  const { path, headers, body } = asked;
  const answer = await request(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body, reset: true });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${text.slice(0, 300)}`);
  return text.split('\n\n').length - 1;
}

function cellOf(round: number, contender: string, client: ClientApi, result: PacedLoadResult<ProcessSample>): PacedCell {
  const { before, after, events, lost, firstP99Milliseconds, gapP99Milliseconds } = result;
  return {
    round,
    contender,
    client,
    cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / events,
    firstP99Milliseconds,
    gapP99Milliseconds,
    events,
    lost,
    rssMegabytes: after.rssBytes / 1024 / 1024,
  };
}

const of = (cells: readonly PacedCell[], contender: string, client: ClientApi): PacedCell[] =>
  cells.filter((cell) => cell.contender === contender && cell.client === client);

function ratioOf(cells: readonly PacedCell[], client: ClientApi, measure: Measure): Summary | undefined {
  const base = new Map(of(cells, yardstick, 'chat').map((cell) => [cell.round, cell[measure]]));
  const ratios = of(cells, ours, client).flatMap((cell) => {
    const divisor = base.get(cell.round);
    return divisor === undefined ? [] : [cell[measure] / divisor];
  });
  return ratios.length === 0 ? undefined : summarize(ratios);
}

function verdictsOf(cells: readonly PacedCell[]): Verdict[] {
  const lost = of(cells, ours, 'chat').reduce((sum, cell) => sum + cell.lost, 0);
  return bars.map(({ measure, name, bar }) => {
    const ratio = lost > 0 ? undefined : ratioOf(cells, 'chat', measure);
    return judge(
      `${ours}, paced streams, chat→chat, ${name} × ${yardstick}`,
      bar,
      ratio,
      lost > 0 ? `${lost} streams lost events` : undefined,
    );
  });
}

function tableOf(cells: readonly PacedCell[], { streams, gapMilliseconds, seconds }: PacedBenchOptions): string {
  const header = [
    `${streams} streams, an event every ${gapMilliseconds} ms`,
    'events/s',
    'CPU µs',
    'first p99 ms',
    'gap p99 ms',
    'RSS MB',
    'lost',
  ];
  const lanes = [...new Set(cells.map(({ contender, client }) => `${contender} ${client}`))].sort();
  const rows = lanes.map((lane) => {
    const [contender = '', client = 'chat'] = lane.split(' ') as [string, ClientApi];
    const own = of(cells, contender, client);
    const middle = (value: (cell: PacedCell) => number): number => median(own.map(value));
    return [
      `  ${contender}, ${client} client`,
      (middle(({ events }) => events) / seconds).toFixed(0),
      significant(middle((cell) => cell.cpuMicroseconds)),
      significant(middle((cell) => cell.firstP99Milliseconds)),
      significant(middle((cell) => cell.gapP99Milliseconds)),
      middle((cell) => cell.rssMegabytes).toFixed(0),
      String(own.reduce((sum, cell) => sum + cell.lost, 0)),
    ];
  });
  return textTable(header, rows);
}
