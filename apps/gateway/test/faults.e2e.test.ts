import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultCases } from './faults/fault-cases.ts';
import type { FaultBench } from './faults/run-faults.ts';
import { startFaultBench } from './faults/run-faults.ts';

// The short form of `npx nx run gateway:faults`: one client of the upstream's own API, one of another; of the others, what they are told of statuses.
const cases = [
  ...faultCases(['openai-chat', 'anthropic-messages']),
  ...faultCases(['openai-responses', 'bedrock-converse', 'gemini']).filter(({ fault }) => fault.startsWith('answers-')),
];

let bench: FaultBench;
beforeAll(async () => {
  bench = await startFaultBench();
});
afterAll(() => bench.upstream.close());

describe('an upstream that goes wrong', () => {
  it.concurrent.for(cases)('$fault: $expected for $api (stream: $stream)', async (faultCase, context) => {
    context.expect(await bench.run(faultCase)).toBeUndefined();
  });
});

describe('after all of that', () => {
  it('nothing is left open', async () => {
    expect(await bench.leaks()).toBeUndefined();
  });
});
