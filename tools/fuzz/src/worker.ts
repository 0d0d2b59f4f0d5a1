import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import { preciseCoverage } from './coverage.ts';
import { mutate, seededRandom } from './mutate.ts';
import type { Target } from './target.ts';
import { targets } from './targets.ts';

/** What the starting thread hands over. `desk` shows it the input that is being run. */
export interface WorkerData {
  seed: number;
  seconds: number;
  only: string | undefined;
  maxLength: number;
  desk: SharedArrayBuffer;
}

/** What comes back: a broken promise, or the sum at the end. */
export type WorkerMessage =
  | { type: 'crash'; target: string; problem: string; bytes: Uint8Array }
  | { type: 'done'; runs: number; reached: number; kept: number; crashes: number };

/** Words of the desk before its bytes: runs begun, target, length of the input. */
export const deskHeader = 12;
const crashesOfTarget = 5;
const batch = 8;

const workspace = new URL('../../../', import.meta.url).href;

/** Where an error was thrown, by its path in the workspace: findings are kept in git. */
const placeOf = ({ stack = '' }: Error): string => ` ${(stack.split('\n')[1] ?? '').trim().replaceAll(workspace, '')}`;

// Coverage-guided: inputs that reach new code join the corpus and are mutated further. Taking the coverage costs more
// than a run, so it is taken once a batch, and all of a batch that found something is kept.

function fuzz({ seed, seconds, only, maxLength, desk }: WorkerData): void {
  const random = seededRandom(seed);
  const coverage = preciseCoverage(/\/libs\/|\/jsonrepair\//);
  const recorded = readCorpus(join(import.meta.dirname, '../../../libs/hermesllm/test/vectors'), maxLength);
  const header = new Int32Array(desk, 0, 3);
  const shown = new Uint8Array(desk, deskHeader);
  const chosen = targets.filter((target) => only === undefined || target.name.includes(only));
  if (chosen.length === 0) throw new Error(`No target is named ${only}`);
  const lanes = chosen.map((target) => ({
    target,
    inputs: target.seeds?.map((seed): Uint8Array => Buffer.from(seed)) ?? [...recorded[target.corpus]],
    problems: new Set<string>(),
  }));
  const until = Date.now() + seconds * 1000;
  let runs = 0;
  let crashes = 0;

  function run(target: Target, problems: Set<string>, bytes: Uint8Array): boolean {
    shown.set(bytes);
    header[1] = targets.indexOf(target);
    header[2] = bytes.length;
    Atomics.store(header, 0, ++runs);
    try {
      target.run(bytes);
      return true;
    } catch (error) {
      const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const place = error instanceof Error ? placeOf(error) : '';
      if (problems.size < crashesOfTarget && !problems.has(place + problem.slice(0, 40))) {
        problems.add(place + problem.slice(0, 40));
        crashes++;
        parentPort?.postMessage({ type: 'crash', target: target.name, problem: `${problem}${place}`, bytes } satisfies WorkerMessage);
      }
      return false;
    }
  }

  for (const { target, inputs, problems } of lanes) {
    for (const input of inputs) {
      if (Date.now() > until) break;
      run(target, problems, input);
    }
  }
  coverage.reachedNew();
  const start = lanes.reduce((sum, { inputs }) => sum + inputs.length, 0);
  for (let turn = 0; Date.now() < until; turn++) {
    const { target, inputs, problems } = lanes[turn % lanes.length] as (typeof lanes)[number];
    const tried: Uint8Array[] = [];
    for (let i = 0; i < batch; i++) {
      // Half of the parents are young ones: they stand at the edge of what was reached.
      const young = Math.max(1, Math.min(32, inputs.length));
      const parent = random(2) === 0 ? inputs[random(inputs.length)] : inputs[inputs.length - 1 - random(young)];
      const bytes = mutate(parent as Uint8Array, inputs[random(inputs.length)] as Uint8Array, random, maxLength);
      if (run(target, problems, bytes)) tried.push(bytes);
    }
    if (coverage.reachedNew()) inputs.push(...tried);
  }
  const kept = lanes.reduce((sum, { inputs }) => sum + inputs.length, 0) - start;
  parentPort?.postMessage({ type: 'done', runs, reached: coverage.size(), kept, crashes } satisfies WorkerMessage);
}

if (parentPort !== null) fuzz(workerData as WorkerData);
