import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { verdictLine } from './bars.ts';
import { type GroupResult, measureGroup, renderGroup } from './bench-group.ts';
import { hermesllm } from './hermesllm-subject.ts';
import { requestGroups } from './request-groups.ts';
import { streamGroups } from './stream-groups.ts';
import { verifySubject } from './verify-subject.ts';

const usage = `npx nx run bench:hermesllm [options]
  --rounds N         rounds in random order (15; at least 7 mean something)
  --milliseconds M   CPU time of one sample (40)
  --warm-up M        CPU time of a variant before it counts (300)
  --only requests|streams
  --report FILE      JSON (reports/bench-hermesllm.json)
  --assert           exit 1 when a "must" is missed`;

const root = resolve(import.meta.dirname, '../../..');

function collector(): () => void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('start it with node --expose-gc, as nx does');
  return () => gc({ type: 'minor' });
}

function main(): void {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '15' },
      milliseconds: { type: 'string', default: '40' },
      'warm-up': { type: 'string', default: '300' },
      only: { type: 'string' },
      report: { type: 'string', default: 'reports/bench-hermesllm.json' },
      assert: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.only !== undefined && values.only !== 'requests' && values.only !== 'streams') throw new Error(`--only: ${values.only}`);
  const options = {
    rounds: Number(values.rounds),
    sampleMilliseconds: Number(values.milliseconds),
    warmUpMilliseconds: Number(values['warm-up']),
    collect: collector(),
  };
  if (!(options.rounds > 0 && options.sampleMilliseconds > 0)) throw new Error('--rounds and --milliseconds are positive numbers');
  if (!(options.warmUpMilliseconds >= 0)) throw new Error('--warm-up is a number of milliseconds');
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}`;
  console.log(`${machine}; rounds ${options.rounds}, ${options.sampleMilliseconds} ms a sample after ${options.warmUpMilliseconds} ms\n`);

  verifySubject(hermesllm);
  const results: GroupResult[] = [];
  const broken: string[] = [];
  const run = (groups: ReturnType<typeof requestGroups>) => {
    for (const group of groups) {
      try {
        const result = measureGroup(group, options);
        results.push(result);
        console.log(`${renderGroup(result)}\n`);
      } catch (error) {
        broken.push(group.title);
        console.log(`${group.title}: not measured: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  };
  if (values.only !== 'streams') run(requestGroups(hermesllm));
  if (values.only !== 'requests') run(streamGroups(hermesllm));
  const verdicts = results.flatMap((result) => result.verdicts);
  const missed = verdicts.filter(({ met }) => !met);
  for (const verdict of missed) console.log(verdictLine(verdict));
  console.log(`${verdicts.length - missed.length} of ${verdicts.length} bars met`);

  const file = resolve(root, values.report);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, options, results }, undefined, 2)}\n`);
  console.log(`\n${values.report} written`);
  if (values.assert && (broken.length > 0 || missed.length > 0)) process.exitCode = 1;
}

try {
  main();
} catch (error) {
  console.error(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
