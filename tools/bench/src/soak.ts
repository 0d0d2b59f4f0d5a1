import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent } from 'undici';
import type { RunningContender } from './contender.ts';
import { gatewayWith, ours } from './contenders.ts';
import { faults, startFaultyUpstream } from './faulty-upstream.ts';
import { seededRandom } from './random.ts';
import { curve, growth, type MemorySample, openFiles, takeSample } from './soak-memory.ts';
import { askOne, deltas, noTotals, type SoakTotals } from './soak-requests.ts';
import { upstreamKey } from './upstream.ts';
import { withContenders } from './with-contenders.ts';

const usage = `npx nx run bench:soak [options]
  --requests N     requests (200,000)
  --events N       events of their streams together, at least (5,000,000)
  --warmup N       requests before, in the same mixture, which are looked at but not counted (100,000)
  --concurrency N  requests in flight (32)
  --growth MB      how much the gateway's memory may grow from the first tenth to the end (10)`;

const root = resolve(import.meta.dirname, '../../..');
const sampleMilliseconds = 250;
/** The gateway keeps a connection to an upstream for 30 s after its last request. */
const restMilliseconds = 40_000;

interface Phase {
  readonly name: string;
  readonly requests: number;
  readonly events: number;
  readonly totals: SoakTotals;
  readonly samples: MemorySample[];
}

const phase = (name: string, requests: number, events: number): Phase => ({ name, requests, events, totals: noTotals(), samples: [] });

/**
 * Requests, streams, clients that go away in the middle and upstreams that fail in every way, all mixed, against the gateway as users run
 * it. Every answer is looked at. At the end neither memory nor open files may have grown.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '200000' },
      events: { type: 'string', default: '5000000' },
      warmup: { type: 'string', default: '100000' },
      concurrency: { type: 'string', default: '32' },
      growth: { type: 'string', default: '10' },
    },
  });
  const [requests, events, before] = [Number(values.requests), Number(values.events), Number(values.warmup)];
  const warmup = phase('warm-up', before, (events / requests) * before);
  const counted = phase('counted', requests, events);
  const faulty = await startFaultyUpstream();
  const files = { before: 0, after: 0 };
  try {
    await withContenders({ upstream: { deltas, burst: 10 } }, async ({ upstream, start }) => {
      const gateway = await start(gatewayWith(root, { name: ours, settings: settings(upstream.port, faulty.port) }));
      const random = seededRandom(17);
      // A start opens the last of its files, such as the watch of its configuration, when it listens already.
      await new Promise((done) => setTimeout(done, 1_000));
      files.before = openFiles(gateway.pid);
      for (const each of [warmup, counted]) await load(gateway, each, Number(values.concurrency), random);
      files.after = await filesAtRest(gateway.pid, files.before);
    });
  } finally {
    await faulty.close();
  }
  report(warmup, counted, files, Number(values.growth));
}

async function load({ port, pid }: RunningContender, work: Phase, concurrency: number, random: () => number): Promise<void> {
  const agent = new Agent({ connections: concurrency, headersTimeout: 20_000, bodyTimeout: 20_000 });
  const { totals, samples } = work;
  const take = (): void => {
    samples.push(takeSample(pid, Math.min(totals.requests / work.requests, totals.events / work.events)));
  };
  const timer = setInterval(take, sampleMilliseconds);
  try {
    const origin = `http://127.0.0.1:${port}`;
    const lane = async (): Promise<void> => {
      while (totals.requests < work.requests || totals.events < work.events) {
        totals.requests += 1;
        const needed = (work.events - totals.events) / Math.max(1, work.requests - totals.requests) / (deltas + 3);
        const wrong = await askOne(origin, agent, random(), random() < needed, totals).catch((error: unknown) => String(error));
        if (wrong !== undefined) totals.wrong.set(wrong, (totals.wrong.get(wrong) ?? 0) + 1);
        if (totals.requests % 20_000 === 0) console.error(`${work.name}: ${totals.requests} requests, ${totals.events} events`);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    take();
    await agent.close();
  } finally {
    clearInterval(timer);
  }
}

/** Open files when they have come down to what they were, or when all connections should long have ended. */
async function filesAtRest(pid: number, before: number): Promise<number> {
  const deadline = Date.now() + restMilliseconds;
  while (openFiles(pid) > before && Date.now() < deadline) await new Promise((done) => setTimeout(done, sampleMilliseconds));
  return openFiles(pid);
}

function report(warmup: Phase, counted: Phase, files: { before: number; after: number }, allowed: number): void {
  for (const { name, totals, samples } of [warmup, counted]) {
    if (totals.requests === 0) continue;
    const { requests, events, aborted, faults: failing } = totals;
    console.log(`${name}: ${requests} requests, ${events} events, ${aborted} aborted by the client, ${failing} with a failing upstream`);
    console.log(`  in each tenth, MB:         ${curve(samples, 'megabytes')}\n                 open files: ${curve(samples, 'files')}`);
  }
  const memory = growth(counted.samples, 'megabytes');
  console.log(`memory from the first tenth to the end: ${memory.toFixed(1)} MB (at most ${allowed})`);
  console.log(`open files: ${files.before} before the first request, ${files.after} when the last connections have ended`);
  const wrong = [...warmup.totals.wrong, ...counted.totals.wrong];
  for (const [what, count] of wrong) console.log(`${count} × ${what}`);
  const checks = [wrong.length === 0, memory <= allowed, files.after <= files.before];
  const passed = checks.filter(Boolean).length;
  console.log(`${passed} passed, ${checks.length - passed} failed`);
  if (passed < checks.length) process.exitCode = 1;
}

function settings(upstream: number, faulty: number): object {
  const provider = (name: string, base_url: string): object => ({
    model: `${name}/${name}`,
    provider_interface: 'openai',
    base_url,
    access_key: upstreamKey,
    circuit_breaker: false,
  });
  return {
    model_providers: [
      provider('good', `http://127.0.0.1:${upstream}/v1`),
      ...faults.map((fault) => provider(fault, `http://127.0.0.1:${faulty}/${fault}/v1`)),
    ],
    timeouts: { first_byte: '5s', stream_idle: '2s' },
    retries: { max: 1, base: '1ms', cap: '2ms', retry_after_cap: '1ms' },
    logging: { level: 'warn' },
    metrics: false,
  };
}

main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
