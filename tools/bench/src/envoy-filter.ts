import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pinCores } from './cores.ts';
import { envoyContenders, plainEnvoy } from './envoy-contenders.ts';
import { envoyScenarios, type FilterBar, requestBars } from './envoy-scenarios.ts';
import { startBars } from './envoy-start.ts';
import { disturbance, renderReport, rowsOf } from './gateway-report.ts';
import { runGatewayBench } from './run-gateway-bench.ts';
import type { Scenario } from './scenarios.ts';
import { significant, textTable } from './table.ts';

const usage = `npx nx run bench:envoy-filter [options]
  --rounds N     interleaved rounds (5)
  --seconds S    counted time of each contender in each scenario in each round (1)
  --starts N     starts of an Envoy with and without filters (3)
  --report FILE  JSON with every cell (reports/bench-envoy-filter.json)
  --assert       exit 1 when a bar is missed`;

const root = resolve(import.meta.dirname, '../../..');

/** The filters in a real Envoy against a plain one with the same upstream in the same run, and the Node gateway beside them. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1' },
      starts: { type: 'string', default: '3' },
      report: { type: 'string', default: 'reports/bench-envoy-filter.json' },
      assert: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const settings = { rounds: atLeastOne(values.rounds), seconds: Number(values.seconds), starts: atLeastOne(values.starts) };
  // Live and memory first: they are about two workers, which want both cores.
  const started = await startBars(settings.starts, envoyScenarios[0] as Scenario);
  const cores = pinCores();
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}; ${cores.note}`;
  console.log(machine);
  const { cells, problems } = await runGatewayBench({
    contenders: envoyContenders(root),
    scenarios: envoyScenarios,
    rounds: settings.rounds,
    seconds: settings.seconds,
    warmupSeconds: 0.3,
    warmupRequests: 1000,
    connections: 16,
    bytes: 1024,
    burst: 10,
    prefix: cores.contenderPrefix,
    progress: (line) => console.error(line),
  });
  const bars = [...requestBars(cells), ...started];
  console.log(`\n${renderReport(rowsOf(cells, envoyScenarios, plainEnvoy), envoyScenarios, [], problems)}\n\n${barTable(bars)}`);
  const warning = disturbance(cells);
  if (warning !== undefined) console.log(`\n${warning}`);
  const file = resolve(root, values.report);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, settings, bars, problems, warning, cells }, undefined, 2)}\n`);
  if (values.assert && !bars.every(isMet)) process.exitCode = 1;
}

const isMet = ({ measured, bar }: FilterBar): boolean => measured <= bar;

const barTable = (bars: readonly FilterBar[]): string =>
  textTable(
    ['bar', 'measured', 'at most', 'unit', ''],
    bars.map((one) => [one.name, significant(one.measured), String(one.bar), one.unit, isMet(one) ? 'met' : 'MISSED']),
  );

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is not a number of times`);
  return value;
}

main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
