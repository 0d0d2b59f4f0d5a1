// Runs every fault against clients of every API, and says in its last line how many cases passed.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ApiId } from '@plano/hermesllm';
import type { FaultCase } from './fault-cases.ts';
import { faultCases } from './fault-cases.ts';
import type { FaultBench } from './run-faults.ts';
import { startFaultBench } from './run-faults.ts';

const apis: readonly ApiId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse', 'gemini'];
const atOnce = 8;
/** Bytes that the heap may grow by from the second round to the last: less than 10 KiB for each case. */
const allowedGrowth = 4 * 1024 * 1024;
const rounds = 4;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let passed = 0;
let failed = 0;
function note(name: string, problem: string | undefined): void {
  if (problem === undefined) passed++;
  else {
    failed++;
    console.log(`FAIL ${name}: ${problem}`);
  }
}

async function runAll(bench: FaultBench, cases: readonly FaultCase[], tell: typeof note): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let faultCase = cases[next++]; faultCase !== undefined; faultCase = cases[next++]) {
      const { fault, api, stream } = faultCase;
      tell(`${fault} · ${api} · ${stream ? 'stream' : 'JSON'}`, await bench.run(faultCase));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const bench = await startFaultBench();
const cases = faultCases(apis);
let before = 0;
for (let round = 1; round <= rounds; round++) {
  await runAll(bench, cases, round === 1 ? note : (name, problem) => problem !== undefined && note(`${name} (round ${round})`, problem));
  if (round === 2) before = heapUsed();
}
const growth = heapUsed() - before;
note('memory', growth <= allowedGrowth ? undefined : `the heap grew by ${growth} bytes in ${rounds - 2} rounds`);
note('sockets', await bench.leaks());
await bench.upstream.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
