import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { contenders, ours, yardstick } from './contenders.ts';
import { pinCores } from './cores.ts';
import { runFeatureBench } from './feature-bench.ts';
import { disturbance, renderReport, rowsOf, verdictsOf } from './gateway-report.ts';
import { verdictLine } from './bars.ts';
import { runPacedBench } from './paced-bench.ts';
import { runGatewayBench } from './run-gateway-bench.ts';
import { scenarios } from './scenarios.ts';
import { runStartBench } from './start-bench.ts';

const usage = `npx nx run bench:gateway [options]
  --rounds N       interleaved rounds (9; fewer than 5 prove nothing)
  --seconds S      counted time of each contender in each scenario in each round (0.8)
  --connections N  requests in flight (16)
  --size BYTES     size of the request (1024)
  --suite WORDS    comma-separated, of base, latency, large, paced, start, features (all)
  --streams N      paced streams at the same time (512)
  --burst N        events of a stream that the upstream writes at once (all); 1 is event by event
  --only WORDS     comma-separated contenders or scenarios: ${[yardstick, ours, 'portkey', ...scenarios.map(({ id }) => id)].join(', ')}
  --report FILE    JSON with every cell (reports/bench-gateway.json)
  --assert         exit 1 when a "must" is missed`;

const root = resolve(import.meta.dirname, '../../..');
const suites = ['base', 'latency', 'large', 'paced', 'start', 'features'];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '0.8' },
      connections: { type: 'string', default: '16' },
      size: { type: 'string', default: '1024' },
      burst: { type: 'string' },
      suite: { type: 'string', default: suites.join(',') },
      streams: { type: 'string', default: '512' },
      only: { type: 'string', default: '' },
      report: { type: 'string', default: 'reports/bench-gateway.json' },
      assert: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const all = contenders(root);
  const only = values.only.split(',').filter((word) => word !== '');
  const known = new Set([...all.map(({ name }) => name), ...scenarios.map(({ id }) => id)]);
  for (const word of only) if (!known.has(word)) throw new Error(`--only: no contender or scenario is called ${word}`);
  const suite = values.suite.split(',');
  for (const word of suite) if (!suites.includes(word)) throw new Error(`--suite: none is called ${word}`);
  const named = scenarios.filter(({ id }) => only.includes(id));
  const chosenScenarios = named.length > 0 ? named : scenarios.filter((scenario) => suite.includes(scenario.suite));
  const needed = new Set(chosenScenarios.map(({ against }) => against));
  // The yardstick is always measured: without it there are no ratios.
  const chosenContenders = chosen(all, ({ name }) => only.includes(name));
  const measuredContenders = all.filter((entry) => entry.name === yardstick || chosenContenders.includes(entry));
  const measuredScenarios = scenarios.filter((scenario) => chosenScenarios.includes(scenario) || needed.has(scenario.id));

  const cores = pinCores();
  const settings = {
    rounds: positive('--rounds', values.rounds),
    seconds: positive('--seconds', values.seconds),
    warmupSeconds: 0.2,
    warmupRequests: 3000,
    connections: positive('--connections', values.connections),
    bytes: positive('--size', values.size),
    ...(values.burst === undefined ? {} : { burst: positive('--burst', values.burst) }),
  };
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}`;
  const described = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  console.log(`${machine}; ${cores.note}\n${described.join(', ')}`);

  const shared = { rounds: settings.rounds, prefix: cores.contenderPrefix, progress: (line: string) => console.error(line) };
  const { cells, problems } = await runGatewayBench({
    ...settings,
    ...shared,
    contenders: measuredContenders,
    scenarios: measuredScenarios,
  });
  const rows = rowsOf(cells, measuredScenarios);
  const both = all.filter(({ name }) => name === yardstick || name === ours);
  const more = [];
  if (named.length === 0 && suite.includes('paced')) {
    const streams = positive('--streams', values.streams);
    more.push(await runPacedBench({ ...shared, contenders: both, seconds: 3, streams, gapMilliseconds: 20 }));
  }
  if (named.length === 0 && suite.includes('start')) {
    more.push(await runStartBench({ ...shared, contenders: both, seconds: 2, connections: settings.connections }));
  }
  if (named.length === 0 && suite.includes('features')) {
    more.push({
      verdicts: [],
      ...(await runFeatureBench({ ...shared, root, seconds: settings.seconds, connections: settings.connections })),
    });
  }
  const measured = measuredContenders.some(({ name }) => name === ours) ? verdictsOf(rows, chosenScenarios, problems) : [];
  console.log(`\n${renderReport(rows, measuredScenarios, measured, problems)}`);
  for (const { text, verdicts } of more) console.log(`\n${[text, verdicts.map(verdictLine).join('\n')].join('\n\n').trim()}`);
  const verdicts = [...measured, ...more.flatMap((bench) => bench.verdicts)];

  const warning = disturbance(cells);
  if (warning !== undefined) console.log(`\n${warning}`);
  const file = resolve(root, values.report);
  mkdirSync(dirname(file), { recursive: true });
  const report = { machine, cores: cores.note, settings, rows, verdicts, problems, warning, cells, more: more.map((bench) => bench.cells) };
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\n${file.startsWith(join(root, '/')) ? file.slice(root.length + 1) : file} written`);
  if (values.assert && verdicts.some(({ met }) => !met)) process.exitCode = 1;
}

/** The items that were named, or all when none was. */
function chosen<Item>(items: readonly Item[], named: (item: Item) => boolean): Item[] {
  const found = items.filter(named);
  return found.length > 0 ? found : [...items];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name}: ${text} is not a positive number`);
  return value;
}

main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
