import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { writeCrash } from './crashes.ts';
import { targets } from './targets.ts';
import { deskHeader } from './worker.ts';
import type { WorkerData, WorkerMessage } from './worker.ts';

// Fuzzes every parser for so many seconds. The inputs run in a second thread, so that one that never ends is seen.

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const maxLength = 8 * 1024;
const longestRun = 20_000;
const desk = new SharedArrayBuffer(deskHeader + maxLength);
const header = new Int32Array(desk, 0, 3);
const data: WorkerData = { seed: Number(values.seed), seconds: Number(values.seconds), only: values.only, maxLength, desk };
if (!(data.seconds > 0) || !Number.isInteger(data.seed)) throw new Error('--seconds needs a positive number, --seed a whole one');

const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data });
let seen = -1;
const watch = setInterval(() => {
  const runs = Atomics.load(header, 0);
  if (runs !== seen || runs === 0) {
    seen = runs;
    return;
  }
  clearInterval(watch);
  const bytes = new Uint8Array(desk, deskHeader, header[2]).slice();
  report(targets[header[1] as number]?.name ?? '', `still running after ${longestRun / 1000} seconds`, bytes);
  void worker.terminate();
}, longestRun);

function report(target: string, problem: string, bytes: Uint8Array): void {
  process.exitCode = 1;
  console.log(`${target}: ${problem}\n  written to ${writeCrash(target, problem.split('\n')[0] as string, bytes)}`);
}

worker.on('message', (message: WorkerMessage) => {
  if (message.type === 'crash') report(message.target, message.problem, message.bytes);
  else {
    clearInterval(watch);
    console.log(
      `${message.runs} runs, ${message.reached} source characters reached, ${message.kept} inputs kept, ${message.crashes} crashes`,
    );
  }
});
worker.on('error', (error) => {
  clearInterval(watch);
  throw error;
});
