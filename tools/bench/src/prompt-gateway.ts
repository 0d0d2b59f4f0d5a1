import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measure } from './measure.ts';
import { promptExchanges } from './prompt-exchanges.ts';
import { significant, textTable } from './table.ts';

const usage = `npx nx run bench:prompt-gateway [options]
  --rounds N         rounds in random order (9; at least 7 mean something)
  --milliseconds M   CPU time of one sample (40)
  --report FILE      JSON (reports/bench-prompt-gateway.json)`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    milliseconds: { type: 'string', default: '40' },
    report: { type: 'string', default: 'reports/bench-prompt-gateway.json' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(usage);
else {
  const options = { rounds: Number(values.rounds), sampleMilliseconds: Number(values.milliseconds) };
  if (!(options.rounds > 0 && options.sampleMilliseconds > 0)) throw new Error('--rounds and --milliseconds are positive numbers');
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}`;
  console.log(`${machine}; rounds ${options.rounds}, ${options.sampleMilliseconds} ms a sample\n`);
  const results = promptExchanges().map(({ title, variants }) => {
    const measured = measure(variants, options);
    const plain = measured[0]?.cost.median ?? Number.NaN;
    const rows = measured.map(({ name, cost, ratio }) => [
      name,
      significant(cost.median),
      significant(cost.median - plain),
      significant(ratio.median),
      `${significant(ratio.minimum)}–${significant(ratio.maximum)}`,
    ]);
    console.log(`${textTable([title, 'CPU µs', 'added µs', '×plain', 'spread'], rows)}\n`);
    return { title, measured };
  });
  const file = resolve(import.meta.dirname, '../../..', values.report);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, options, results }, undefined, 2)}\n`);
  console.log(`${values.report} written`);
}
