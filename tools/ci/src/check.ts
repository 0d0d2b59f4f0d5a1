import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runStep, type StepResult } from './run-step.ts';
import { steps } from './steps.ts';

// npm run check [-- --only lint --only graph] [-- --except test]: every step runs, whatever became of the ones before it.
const workspace = resolve(import.meta.dirname, '../../..');
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, except: { type: 'string', multiple: true } } });
const unknown = [...(values.only ?? []), ...(values.except ?? [])].filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) throw new Error(`No step ${unknown.join(', ')}. The steps are ${steps.map(({ name }) => name).join(', ')}.`);

const results: StepResult[] = [];
for (const step of steps) {
  if ((values.only !== undefined && !values.only.includes(step.name)) || values.except?.includes(step.name) === true) continue;
  const result = await runStep(step, workspace);
  results.push(result);
  if (!result.ok) console.log(`\n${result.output.trim().split('\n').slice(-400).join('\n')}\n`);
  console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${step.name.padEnd(12)} ${result.seconds.toFixed(1).padStart(6)} s`);
}

const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
mkdirSync(join(workspace, 'reports'), { recursive: true });
writeFileSync(join(workspace, 'reports/check.json'), JSON.stringify(results.map(({ name, ok, seconds }) => ({ name, ok, seconds }))));
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
console.log(
  `${results.length - failed.length} of ${results.length} steps in ${seconds.toFixed(0)} s${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`,
);
process.exitCode = failed.length === 0 && results.length > 0 ? 0 : 1;
