import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pinCores } from './cores.ts';
import { measure } from './measure.ts';
import { promptExchanges } from './prompt-exchanges.ts';
import { runPromptSockets } from './prompt-sockets.ts';
import type { Summary } from './statistics.ts';
import { significant, textTable } from './table.ts';

const usage = `npx nx run bench:prompt-gateway [options]
  --rounds N         rounds in random order (9; at least 7 mean something)
  --milliseconds M   CPU time of one sample in one process (40)
  --seconds S        load of one sample over sockets (1; 0 leaves them out)
  --connections N    requests in flight over sockets (8)
  --report FILE      JSON (reports/bench-prompt-gateway.json)`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    milliseconds: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '1' },
    connections: { type: 'string', default: '8' },
    report: { type: 'string', default: 'reports/bench-prompt-gateway.json' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(usage);
else await run();

async function run(): Promise<void> {
  const options = { rounds: Number(values.rounds), sampleMilliseconds: Number(values.milliseconds) };
  const sockets = { seconds: Number(values.seconds), connections: Number(values.connections) };
  if (!(options.rounds > 0 && options.sampleMilliseconds > 0 && sockets.seconds >= 0 && sockets.connections > 0)) {
    throw new Error('the options are positive numbers');
  }
  const root = resolve(import.meta.dirname, '../../..');
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}`;
  console.log(`${machine}; rounds ${options.rounds}, ${options.sampleMilliseconds} ms a sample\n`);
  const results = promptExchanges().map(({ title, variants }) => {
    const measured = measure(variants, options);
    show(title, measured);
    return { title, measured };
  });
  const groups = sockets.seconds === 0 ? [] : await overSockets({ ...sockets, root, rounds: options.rounds });
  const file = resolve(root, values.report);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, options, sockets, results, groups }, undefined, 2)}\n`);
  console.log(`${values.report} written`);
}

async function overSockets(options: { root: string; rounds: number; seconds: number; connections: number }) {
  const cores = pinCores();
  console.log(`The built gateway as a process, ${options.connections} requests in flight; ${cores.note}\n`);
  const groups = await runPromptSockets({ ...options, warmupSeconds: Math.min(1, options.seconds), prefix: cores.contenderPrefix });
  for (const { title, variants } of groups) {
    show(title, variants);
    for (const { name, failed } of variants) if (failed > 0) console.log(`${failed} answers of ‘${name}’ were wrong\n`);
  }
  return groups;
}

/** The first one is the plain path. */
function show(title: string, measured: readonly { readonly name: string; readonly cost: Summary; readonly ratio: Summary }[]): void {
  const plain = measured[0]?.cost.median ?? Number.NaN;
  const rows = measured.map(({ name, cost, ratio }) => [
    name,
    significant(cost.median),
    significant(cost.median - plain),
    significant(ratio.median),
    `${significant(ratio.minimum)}–${significant(ratio.maximum)}`,
  ]);
  console.log(`${textTable([title, 'CPU µs', 'added µs', '×plain', 'spread'], rows)}\n`);
}
