import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultCases } from './faults/fault-cases.ts';
import type { FaultBench } from './faults/run-faults.ts';
import { startFaultBench } from './faults/run-faults.ts';

// The short form of `npx nx run gateway:faults`: one client of the upstream's own API, one of another.

let bench: FaultBench;
beforeAll(async () => {
  bench = await startFaultBench();
});
afterAll(() => bench.upstream.close());

describe('an upstream that goes wrong', () => {
  it.concurrent.for(faultCases(['openai-chat', 'anthropic-messages']))(
    '$fault: $expected for $api (stream: $stream)',
    async (faultCase, context) => {
      context.expect(await bench.run(faultCase)).toBeUndefined();
    },
  );
});

describe('after all of that', () => {
  it('nothing is left open', async () => {
    expect(await bench.leaks()).toBeUndefined();
  });
});
