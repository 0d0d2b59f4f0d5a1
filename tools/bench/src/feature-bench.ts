import type { RunningContender } from './contender.ts';
import { type ContenderEntry, gatewayWith } from './contenders.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { median } from './statistics.ts';
import { startSpanSink } from './span-sink.ts';
import { significant, textTable } from './table.ts';
import { inRounds, loadScenario, withContenders } from './with-contenders.ts';

export interface FeatureBenchOptions {
  readonly root: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly prefix?: readonly string[];
  progress?(line: string): void;
}

interface Variant {
  readonly name: string;
  readonly listener?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const limit = (limits: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  ratelimits: [{ model: 'openai/gpt-4o', selector: { key: 'x-tenant', value: '*' }, limit: { ...limits, unit: 'minute' } }],
});
const listenerKey = 'bench-listener-key';
const plenty = 1_000_000_000;

const tracingTo = (collector: string, percent: number): Readonly<Record<string, unknown>> => ({
  random_sampling: percent,
  opentracing_grpc_endpoint: collector,
});

/** Everything off that can be off, and what is switched on alone. */
const off = { metrics: false, logging: { level: 'silent' } };
const variantsWith = (collector: string): readonly Variant[] => [
  { name: 'nothing', settings: off },
  {
    name: 'listener keys',
    listener: { auth: { keys: [listenerKey] } },
    settings: off,
    headers: { authorization: `Bearer ${listenerKey}` },
  },
  { name: 'a limit on requests', settings: { ...off, ...limit({ requests: plenty }) } },
  { name: 'a limit on tokens, which are counted', settings: { ...off, ...limit({ tokens: plenty }) } },
  { name: 'metrics', settings: { logging: off.logging } },
  { name: 'the access log', settings: { metrics: false, logging: { level: 'info', format: 'json' } } },
  { name: 'tracing of every request', settings: { ...off, tracing: tracingTo(collector, 100) } },
  { name: 'tracing of one in a hundred', settings: { ...off, tracing: tracingTo(collector, 1) } },
];

interface FeatureCell {
  readonly round: number;
  readonly variant: string;
  readonly scenario: string;
  readonly cpuMicroseconds: number;
}

/** CPU µs of a small request with one feature switched on, beside the same request with none: the difference is what the feature costs. */
export async function runFeatureBench(options: FeatureBenchOptions): Promise<{ cells: FeatureCell[]; text: string }> {
  const sink = await startSpanSink();
  try {
    const result = await measureVariants(variantsWith(sink.endpoint), options);
    if (sink.bytes() === 0) throw new Error('The gateway that traces sent no spans');
    return result;
  } finally {
    sink.close();
  }
}

async function measureVariants(
  variants: readonly Variant[],
  options: FeatureBenchOptions,
): Promise<{ cells: FeatureCell[]; text: string }> {
  const measured = scenarios.filter(({ suite, client }) => suite === 'base' && client === 'chat');
  const cells: FeatureCell[] = [];
  await withContenders(options, async ({ upstream, start }) => {
    const lanes: { name: string; entry: ContenderEntry; contender: RunningContender; headers: Readonly<Record<string, string>> }[] = [];
    for (const { name, listener = {}, settings = {}, headers = {} } of variants) {
      const entry = gatewayWith(options.root, { name, listener, settings });
      lanes.push({ name, entry, contender: await start(entry), headers: { 'x-tenant': 'bench', ...headers } });
    }
    const { rounds, progress, connections, seconds } = options;
    await inRounds(lanes, { title: 'features', rounds, seed: 19, progress }, async ({ name, entry, contender, headers }, round) => {
      for (const scenario of measured) {
        const load = { model: entry.model, headers, connections, warmupSeconds: 0.2, seconds };
        const { before, after, completed } = await loadScenario(contender, upstream, scenario, load);
        const cpuMicroseconds = (after.cpuMicroseconds - before.cpuMicroseconds) / completed;
        if (round > 0) cells.push({ round, variant: name, scenario: scenario.id, cpuMicroseconds });
      }
    });
  });
  return { cells, text: tableOf(variants, cells, measured) };
}

function tableOf(variants: readonly Variant[], cells: readonly FeatureCell[], measured: readonly Scenario[]): string {
  const middle = (variant: string, scenario: string): number =>
    median(cells.filter((cell) => cell.variant === variant && cell.scenario === scenario).map((cell) => cell.cpuMicroseconds));
  const [base] = variants as [Variant, ...Variant[]];
  const rows = variants.map(({ name }) => [
    `  ${name}`,
    ...measured.flatMap(({ id }) => {
      const difference = middle(name, id) - middle(base.name, id);
      return [significant(middle(name, id)), name === base.name ? '' : `${difference < 0 ? '−' : '+'}${significant(Math.abs(difference))}`];
    }),
  ]);
  return textTable(['CPU µs a request with', ...measured.flatMap(({ title }) => [title, 'more'])], rows);
}
