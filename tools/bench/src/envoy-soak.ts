import { parseArgs } from 'node:util';
import { type RunningEnvoy, startEnvoy } from '@plano/envoy';
import { Agent } from 'undici';
import { soakedEnvoyFile, soakEnvoyOnce } from './envoy-soak-requests.ts';
import { startFaultyUpstream } from './faulty-upstream.ts';
import { sampleProcess } from './process-sample.ts';
import { seededRandom } from './random.ts';
import { median } from './statistics.ts';
import { startUpstream } from './upstream.ts';

const usage = `npx nx run envoy-filter:soak [options]
  --requests N   requests (50,000)
  --warmup N     requests before memory counts (5,000, at most a tenth)
  --clients N    requests in flight (16)
  --growth MB    how much Envoy's memory may grow after the warm-up (5)`;

const workers = 2;
const sampleMilliseconds = 100;
/** The memory of all filters in all workers together. */
const filterMemory = 'wasmcustom.plano_filter_memory_bytes';

interface Sample {
  readonly requests: number;
  readonly megabytes: number;
}

/**
 * A real Envoy with two workers and both filters: JSON and streams in both directions, clients that go away, requests that are wrong and upstreams
 * that fail, all mixed, every answer looked at. Afterwards neither Envoy nor the memory of the filters may have grown.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '50000' },
      warmup: { type: 'string', default: '5000' },
      clients: { type: 'string', default: '16' },
      growth: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const requests = Number(values.requests);
  if (!Number.isInteger(requests) || requests < 100) throw new Error(`--requests: ${values.requests} is not a number from 100`);
  const warmup = Math.min(Number(values.warmup), requests / 10);
  const upstream = await startUpstream({ burst: 10 });
  const faulty = await startFaultyUpstream();
  let envoy: RunningEnvoy | undefined;
  try {
    envoy = await startEnvoy((accessLog) => soakedEnvoyFile(upstream.port, faulty.port, accessLog), { concurrency: workers });
    const result = await soak(envoy, { requests, warmup, clients: Number(values.clients) });
    report(result, envoy.log(), Number(values.growth));
  } finally {
    await envoy?.close();
    await Promise.all([upstream.close(), faulty.close()]);
  }
}

interface SoakResult {
  /** How often each kind of request was sent. */
  readonly kinds: ReadonlyMap<string, number>;
  /** What was wrong with answers, and how often. */
  readonly wrong: ReadonlyMap<string, number>;
  readonly early: readonly Sample[];
  readonly late: readonly Sample[];
  /** Bytes after the warm-up and at the end. */
  readonly filterBytes: readonly [number, number];
}

async function soak(envoy: RunningEnvoy, wanted: { requests: number; warmup: number; clients: number }): Promise<SoakResult> {
  const agent = new Agent({ connections: wanted.clients, headersTimeout: 20_000, bodyTimeout: 20_000 });
  const kinds = new Map<string, number>();
  const wrong = new Map<string, number>();
  const samples: Sample[] = [];
  const random = seededRandom(23);
  const origins = ['llm', 'prompts'].map((name) => `http://127.0.0.1:${envoy.port(name)}`);
  let requests = 0;
  let warm: Promise<number> | undefined;
  const take = (): void => void samples.push({ requests, megabytes: sampleProcess(envoy.pid).rssBytes / 1024 / 1024 });
  const lane = async (): Promise<void> => {
    while (requests < wanted.requests) {
      requests += 1;
      if (requests > wanted.warmup) warm ??= envoy.stat(filterMemory);
      if (requests % 5000 === 0) console.error(`${requests} requests`);
      const { kind, problem } = await soakEnvoyOnce(origins[Math.floor(random() * 2)] as string, agent, random);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (problem !== undefined) wrong.set(`${kind}: ${problem}`, (wrong.get(`${kind}: ${problem}`) ?? 0) + 1);
    }
  };
  const timer = setInterval(take, sampleMilliseconds);
  try {
    await Promise.all(Array.from({ length: wanted.clients }, lane));
    take();
  } finally {
    clearInterval(timer);
    await agent.destroy();
  }
  const early = samples.filter((sample) => sample.requests >= wanted.warmup && sample.requests < wanted.warmup * 2);
  const late = samples.filter((sample) => sample.requests >= wanted.requests - wanted.warmup);
  return { kinds, wrong, early, late, filterBytes: [(await warm) ?? 0, await envoy.stat(filterMemory)] };
}

function report({ kinds, wrong, early, late, filterBytes: [before, after] }: SoakResult, log: string, allowed: number): void {
  const megabytes = (samples: readonly Sample[]): number => median(samples.map((sample) => sample.megabytes));
  const growth = megabytes(late) - megabytes(early);
  const traps = log.match(/Function: \w+ failed/g)?.length ?? 0;
  for (const [kind, count] of [...kinds].sort()) console.log(`${String(count).padStart(7)} ${kind}`);
  for (const [problem, count] of wrong) console.log(`${count} × WRONG ${problem}`);
  const checks: readonly (readonly [text: string, met: boolean])[] = [
    ['every answer is what it must be', wrong.size === 0],
    [
      `Envoy's memory: ${megabytes(early).toFixed(1)} MB after the warm-up, ${growth.toFixed(2)} MB more at the end (at most ${allowed})`,
      growth <= allowed,
    ],
    [`memory of the filters: ${before} bytes after the warm-up, ${after} at the end (the same)`, before > 0 && before === after],
    [`filters that were ended by force: ${traps} (none)`, traps === 0],
  ];
  for (const [text, met] of checks) console.log(`${met ? 'met   ' : 'MISSED'} ${text}`);
  const passed = checks.filter(([, met]) => met).length;
  console.log(`${passed} passed, ${checks.length - passed} failed`);
  if (passed < checks.length) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
