import { llmFilter, offPath, plainEnvoy } from './envoy-contenders.ts';
import type { Cell } from './gateway-report.ts';
import type { Scenario } from './scenarios.ts';
import { median, ratios } from './statistics.ts';

/** Events of a streamed answer: three beside the deltas, and `[DONE]`. */
const streamDeltas = 97;
const streamEvents = streamDeltas + 4;

const json = (id: string, title: string, bytes: number, connections: number): Scenario => ({
  id,
  suite: bytes > 1024 ? 'large' : 'base',
  title,
  client: 'messages',
  kind: 'json',
  measure: 'cpuMicroseconds',
  bar: { must: 5 },
  bytes,
  connections,
  against: id,
});

/** The client speaks Messages, the upstream of the filters Chat Completions: both directions are translated. Plain Envoy passes Messages through. */
export const envoyScenarios: readonly Scenario[] = [
  json('1kb', 'JSON, 1 KB', 1024, 16),
  { ...json('alone', 'JSON, 1 KB, one connection', 1024, 1), suite: 'latency' },
  { ...json('stream', `stream of ${streamEvents} events`, 1024, 16), kind: 'stream' },
  { ...json('same', 'JSON, 1 KB, Chat on both sides', 1024, 16), client: 'chat' },
  json('10kb', 'JSON, 10 KB', 10 * 1024, 8),
  json('100kb', 'JSON, 100 KB', 100 * 1024, 4),
];

/** A bar of the filters and what was measured; NaN when nothing was. */
export interface FilterBar {
  readonly name: string;
  readonly unit: string;
  readonly bar: number;
  readonly measured: number;
}

/** The bars that requests are held against, each a median of the rounds. */
export function requestBars(cells: readonly Cell[]): FilterBar[] {
  const valid = cells.filter(({ failed, completed }) => failed === 0 && completed > 0);
  const values = (scenario: string, contender: string, measure: 'cpuMicroseconds' | 'p50Milliseconds'): Map<number, number> =>
    new Map(
      valid
        .filter((cell) => cell.scenario === scenario && cell.contender === contender)
        .map((cell) => [cell.round, cell[measure]] as const),
    );
  const cpu = (scenario: string, contender: string): number =>
    median(ratios(values(scenario, contender, 'cpuMicroseconds'), values(scenario, plainEnvoy, 'cpuMicroseconds')));
  const plainAlone = values('alone', plainEnvoy, 'p50Milliseconds');
  const added = [...values('alone', llmFilter, 'p50Milliseconds')].map(([round, value]) => value - (plainAlone.get(round) ?? Number.NaN));
  const event = [...values('stream', llmFilter, 'cpuMicroseconds').values()].map((value) => value / streamEvents);
  return [
    { name: 'CPU a request, 1 KB, both directions translated', unit: '× plain Envoy', bar: 5, measured: cpu('1kb', llmFilter) },
    { name: 'CPU a request on a route where the filters are off', unit: '× plain Envoy', bar: 1.8, measured: cpu('1kb', offPath) },
    { name: 'p50 more at one connection', unit: 'ms', bar: 1, measured: median(added) },
    { name: 'CPU an event of a translated stream, with all of Envoy', unit: 'µs', bar: 30, measured: median(event) },
  ];
}
