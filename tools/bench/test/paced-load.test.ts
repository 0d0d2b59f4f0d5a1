import { afterEach, expect, it } from 'vitest';
import { runPacedLoad } from '../src/paced-load.ts';
import { askedRequest, requestBytes, scenarios, type Scenario } from '../src/scenarios.ts';
import { startUpstream, type Upstream, upstreamKey } from '../src/upstream.ts';

let upstream: Upstream | undefined;
afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

const deltas = 7;
// Role, deltas, finish, usage and [DONE].
const events = deltas + 4;
const scenario = scenarios.find(({ id }) => id === 'stream-chat') as Scenario;

async function load(expected: number) {
  upstream = await startUpstream({ deltas, burst: 1, pauseMilliseconds: 4 });
  const asked = askedRequest(scenario, 'gpt-4o', { authorization: `Bearer ${upstreamKey}` }, 1024);
  const request = requestBytes(asked, upstream.port);
  return runPacedLoad({
    port: upstream.port,
    request,
    streams: 3,
    events: expected,
    streamMilliseconds: 40,
    warmupSeconds: 0.02,
    seconds: 0.4,
    mark: () => 0,
  });
}

it('counts the events of many streams, and loses none', async () => {
  const result = await load(events);
  expect(result.lost).toBe(0);
  expect(result.ended).toBeGreaterThanOrEqual(3);
  expect(result.events).toBeGreaterThan(deltas);
  expect(result.firstP99Milliseconds).toBeGreaterThan(0);
  expect(result.gapP99Milliseconds).toBeGreaterThan(0);
});

it('notices streams that are shorter than they should be', async () => {
  const result = await load(events + 1);
  expect(result.lost).toBe(result.ended);
  expect(result.lost).toBeGreaterThan(0);
});
