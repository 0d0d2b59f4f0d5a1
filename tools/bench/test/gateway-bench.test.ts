import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningContender, startContender } from '../src/contender.ts';
import { type ContenderEntry, contenders, yardstick } from '../src/contenders.ts';
import { runLoad } from '../src/load.ts';
import { runGatewayBench } from '../src/run-gateway-bench.ts';
import { askedRequest, requestBytes, scenarios } from '../src/scenarios.ts';
import { startUpstream, type Upstream } from '../src/upstream.ts';
import { verifyAnswer } from '../src/verify-answer.ts';

const root = join(import.meta.dirname, '../../..');
const passThrough = contenders(root).filter(({ name }) => name === yardstick);
const base = scenarios.filter(({ suite }) => suite === 'base');
const tiny = { rounds: 1, seconds: 0.3, warmupSeconds: 0.02, warmupRequests: 1, connections: 2, bytes: 1024, scenarios: base };

it('a tiny run of the pass-through gives complete, plausible numbers', async () => {
  const { cells, problems } = await runGatewayBench({ ...tiny, contenders: passThrough, burst: 10 });
  expect(problems).toEqual({});
  expect(cells.map(({ scenario }) => scenario).sort()).toEqual(['json-chat', 'stream-chat']);
  for (const cell of cells) {
    expect(cell).toMatchObject({ round: 1, contender: yardstick, failed: 0, failures: {} });
    expect(cell.completed).toBeGreaterThan(1);
    expect(cell.cpuMicroseconds).toBeGreaterThan(0);
    expect(cell.p50Milliseconds).toBeGreaterThan(0);
    expect(cell.p99Milliseconds).toBeGreaterThanOrEqual(cell.p50Milliseconds);
    expect(cell.rssMegabytes).toBeGreaterThan(10);
  }
});

it('reports contenders that do not start or answer wrongly instead of numbers', async () => {
  const [good] = passThrough as [ContenderEntry];
  const broken: ContenderEntry = {
    ...good,
    name: 'broken',
    command: async () => ({ name: 'broken', port: 1, cwd: root, args: ['-e', 'console.error("no way"); process.exit(3)'] }),
  };
  const keyless: ContenderEntry = { ...good, name: 'keyless', headers: () => ({ authorization: 'Bearer other' }) };
  const { cells, problems } = await runGatewayBench({ ...tiny, contenders: [broken, keyless] });
  expect(cells).toEqual([]);
  expect(problems['broken']).toBe('broken: ended with code 3\nno way');
  expect(problems['keyless json-chat']).toContain('status 401');
});

describe('against the upstream itself', () => {
  let upstream: Upstream | undefined;
  let contender: RunningContender | undefined;
  afterEach(async () => {
    await contender?.stop();
    await upstream?.close();
    contender = upstream = undefined;
  });

  it('verifies both APIs, whole and streamed, in bursts of any size', async () => {
    for (const burst of [1, 7, 1000]) {
      upstream = await startUpstream({ burst });
      for (const scenario of scenarios) {
        const asked = askedRequest(scenario, 'gpt-4o', { authorization: 'Bearer sk-bench' }, 2048);
        const text = scenario.kind === 'json' ? upstream.jsonText : upstream.streamText;
        const origin = `http://127.0.0.1:${upstream.port}`;
        expect((await verifyAnswer(origin, asked, scenario.client, scenario.kind, text)).bytes).toBeGreaterThan(600);
        expect(upstream.last().body).toBe(asked.body);
        await expect(verifyAnswer(origin, asked, scenario.client, scenario.kind, `${text}!`)).rejects.toThrow('instead of');
      }
      await upstream.close();
    }
  });

  it('counts refusals and broken answers as failures only', async () => {
    upstream = await startUpstream();
    const asked = askedRequest(scenarios[0] as (typeof scenarios)[0], 'gpt-4o', { authorization: 'Bearer wrong' }, 1024);
    const load = (bytes: number, request: Buffer) =>
      runLoad({
        port: upstream?.port ?? 0,
        request,
        expected: { contentType: 'application/json', ending: '}', bytes },
        connections: 2,
        warmupSeconds: 0,
        seconds: 0.1,
        mark: () => 0,
      });
    const refused = await load(1000, requestBytes(asked, upstream.port));
    expect(refused.completed).toBe(0);
    expect(Object.keys(refused.failures)).toEqual(['status 401']);
    const right = { ...asked, headers: { ...asked.headers, authorization: 'Bearer sk-bench' } };
    const short = await load(9999, requestBytes(right, upstream.port));
    expect(short.completed).toBe(0);
    expect(short.failed).toBeGreaterThan(0);
  });

  it('notices a contender that dies', async () => {
    upstream = await startUpstream();
    const [entry] = passThrough as [ContenderEntry];
    contender = await startContender(await entry.command(upstream.port));
    expect(contender.sample().rssBytes).toBeGreaterThan(0);
    const { port, sample, stop } = contender;
    const asked = askedRequest(scenarios[0] as (typeof scenarios)[0], entry.model, entry.headers(upstream.port), 1024);
    const expected = { contentType: 'application/json', ending: '}', bytes: 1 };
    const request = requestBytes(asked, port);
    // Before the load ends, however slow the machine is.
    await stop();
    const load = runLoad({ port, request, expected, connections: 2, warmupSeconds: 0.3, seconds: 0.1, mark: sample });
    await expect(load).rejects.toThrow('pass-through: ended with SIGTERM');
    expect(() => contender?.sample()).toThrow('pass-through: ended with SIGTERM');
  });
});
