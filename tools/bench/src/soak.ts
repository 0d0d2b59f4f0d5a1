import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { freePort, type RunningContender, startContender } from './contender.ts';
import { type Fault, faults, startFaultyUpstream } from './faulty-upstream.ts';
import { sampleProcess } from './process-sample.ts';
import { seededRandom } from './random.ts';
import { askedRequest, scenarios, type Scenario } from './scenarios.ts';
import { median } from './statistics.ts';
import { startUpstream, upstreamKey } from './upstream.ts';

const usage = `npx nx run bench:soak [options]
  --requests N     requests (200,000)
  --events N       events of their streams together, at least (5,000,000)
  --concurrency N  requests in flight (32)
  --growth MB      how much the gateway's memory may grow from the first tenth to the end (10)`;

const root = resolve(import.meta.dirname, '../../..');
const deltas = 97;
const sampleMilliseconds = 250;

interface Sample {
  /** Part of the work that was done, 0 to 1. */
  readonly done: number;
  readonly megabytes: number;
  readonly files: number;
}

interface Totals {
  requests: number;
  events: number;
  aborted: number;
  faults: number;
  wrong: Map<string, number>;
}

/**
 * Requests, streams, clients that go away in the middle and upstreams that fail in every way, all mixed, against the gateway as users run
 * it. Every answer is looked at. At the end neither memory nor open files may have grown.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '200000' },
      events: { type: 'string', default: '5000000' },
      concurrency: { type: 'string', default: '32' },
      growth: { type: 'string', default: '10' },
    },
  });
  const wanted = { requests: Number(values.requests), events: Number(values.events) };
  const program = join(root, 'apps/gateway/dist/main.js');
  if (!existsSync(program)) throw new Error('not built: run `npx nx build gateway`');
  const folder = mkdtempSync(join(tmpdir(), 'plano-soak-'));
  const upstream = await startUpstream({ deltas, burst: 10 });
  const faulty = await startFaultyUpstream();
  const totals: Totals = { requests: 0, events: 0, aborted: 0, faults: 0, wrong: new Map() };
  const samples: Sample[] = [];
  let gateway: RunningContender | undefined;
  try {
    const port = await freePort();
    const file = join(folder, 'plano.yaml');
    writeFileSync(file, configuration(port, upstream.port, faulty.port));
    gateway = await startContender({ name: 'plano', port, cwd: root, args: [program, '--config', file] });
    await load(gateway, wanted, Number(values.concurrency), totals, samples);
  } finally {
    await gateway?.stop();
    await Promise.all([upstream.close(), faulty.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
  report(totals, samples, Number(values.growth));
}

async function load(
  { port, pid }: RunningContender,
  wanted: { requests: number; events: number },
  concurrency: number,
  totals: Totals,
  samples: Sample[],
): Promise<void> {
  const agent = new Agent({ connections: concurrency, headersTimeout: 20_000, bodyTimeout: 20_000 });
  const take = (): void => {
    const done = Math.min(totals.requests / wanted.requests, totals.events / wanted.events);
    samples.push({ done, megabytes: sampleProcess(pid).rssBytes / 1024 / 1024, files: openFiles(pid) });
  };
  const timer = setInterval(take, sampleMilliseconds);
  try {
    const random = seededRandom(17);
    const origin = `http://127.0.0.1:${port}`;
    const lane = async (): Promise<void> => {
      while (totals.requests < wanted.requests || totals.events < wanted.events) {
        totals.requests += 1;
        const needed = (wanted.events - totals.events) / Math.max(1, wanted.requests - totals.requests) / (deltas + 3);
        const wrong = await one(origin, agent, random(), random() < needed, totals).catch((error: unknown) => String(error));
        if (wrong !== undefined) totals.wrong.set(wrong, (totals.wrong.get(wrong) ?? 0) + 1);
        if (totals.requests % 20_000 === 0) console.error(`${totals.requests} requests, ${totals.events} events`);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    await agent.close();
    // Connections of clients that went away are closed a moment later.
    await new Promise((done) => setTimeout(done, 2000));
    take();
  } finally {
    clearInterval(timer);
  }
}

function report(totals: Totals, samples: readonly Sample[], allowed: number): void {
  const early = samples.filter(({ done }) => done >= 0.1 && done < 0.2);
  const late = samples.filter(({ done }) => done >= 0.9);
  const growth = median(late.map(({ megabytes }) => megabytes)) - median(early.map(({ megabytes }) => megabytes));
  const files = median(late.map((sample) => sample.files)) - median(early.map((sample) => sample.files));
  console.log(
    `${totals.requests} requests, ${totals.events} events, ${totals.aborted} aborted by the client, ${totals.faults} with a failing upstream`,
  );
  console.log(`memory from the first tenth to the end: ${growth.toFixed(1)} MB (at most ${allowed}); open files: ${files}`);
  for (const [wrong, count] of totals.wrong) console.log(`${count} × ${wrong}`);
  const checks = [totals.wrong.size === 0, growth <= allowed, files <= 8, early.length > 0 && late.length > 0];
  const passed = checks.filter(Boolean).length;
  console.log(`${passed} passed, ${checks.length - passed} failed`);
  if (passed < checks.length) process.exitCode = 1;
}

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

function configuration(port: number, upstream: number, faulty: number): string {
  const provider = (name: string, base_url: string): object => ({
    model: `${name}/${name}`,
    provider_interface: 'openai',
    base_url,
    access_key: upstreamKey,
    circuit_breaker: false,
  });
  return JSON.stringify({
    version: 'v0.4.0',
    listeners: [{ name: 'llm', type: 'model', address: '127.0.0.1', port }],
    model_providers: [
      provider('good', `http://127.0.0.1:${upstream}/v1`),
      ...faults.map((fault) => provider(fault, `http://127.0.0.1:${faulty}/${fault}/v1`)),
    ],
    timeouts: { first_byte: '5s', stream_idle: '2s' },
    retries: { max: 1, base: '1ms', cap: '2ms', retry_after_cap: '1ms' },
    logging: { level: 'warn' },
    metrics: false,
  });
}

const json = scenarios.find(({ id }) => id === 'json-chat') as Scenario;
const asked = (kind: 'json' | 'stream', client: 'chat' | 'messages', model: string): ReturnType<typeof askedRequest> =>
  askedRequest({ ...json, kind, client }, model, {}, 1024);
const bodies = new Map<string, ReturnType<typeof askedRequest>>();
function askFor(kind: 'json' | 'stream', client: 'chat' | 'messages', model: string): ReturnType<typeof askedRequest> {
  const key = `${kind} ${client} ${model}`;
  let body = bodies.get(key);
  if (body === undefined) bodies.set(key, (body = asked(kind, client, model)));
  return body;
}

/** One request; what was wrong with its answer, if anything. */
function one(origin: string, agent: Agent, choice: number, stream: boolean, totals: Totals): Promise<string | undefined> {
  const client = choice < 0.5 ? 'chat' : 'messages';
  const chance = (choice * 1000) % 1;
  if (chance < 0.02) return failing(origin, agent, faults[Math.floor(chance * 50 * faults.length)] as Fault, client, totals);
  if (!stream) return whole(origin, agent, client);
  return streaming(origin, agent, client, chance < 0.06, totals);
}

async function whole(origin: string, dispatcher: Agent, client: 'chat' | 'messages'): Promise<string | undefined> {
  const { path, headers, body } = askFor('json', client, 'good/good');
  const answer = await request(origin + path, { dispatcher, method: 'POST', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) return `JSON: status ${answer.statusCode}: ${text.slice(0, 200)}`;
  return text.endsWith('}') && text.length > 500 ? undefined : 'JSON: the answer is not whole';
}

async function streaming(
  origin: string,
  dispatcher: Agent,
  client: 'chat' | 'messages',
  abort: boolean,
  totals: Totals,
): Promise<string | undefined> {
  const { path, headers, body } = askFor('stream', client, 'good/good');
  const answer = await request(origin + path, { dispatcher, method: 'POST', headers, body });
  if (answer.statusCode !== 200) return `stream: status ${answer.statusCode}: ${(await answer.body.text()).slice(0, 200)}`;
  let events = 0;
  let tail = '';
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    const text = tail + chunk.toString('latin1');
    const parts = text.split('\n\n');
    events += parts.length - 1;
    tail = parts.pop() ?? '';
    if (abort && events > 20) {
      totals.aborted += 1;
      totals.events += events;
      return undefined; // leaving the loop destroys the body, and with it the connection
    }
  }
  totals.events += events;
  return events > deltas ? undefined : `stream: ${events} events`;
}

const expectedStatus: Readonly<Record<Fault, number>> = { error: 500, limited: 429, reset: 502, garbage: 502, cut: 200, hang: 200 };

async function failing(
  origin: string,
  dispatcher: Agent,
  fault: Fault,
  client: 'chat' | 'messages',
  totals: Totals,
): Promise<string | undefined> {
  totals.faults += 1;
  const streams = fault === 'cut' || fault === 'hang';
  // A broken body of the same API passes as it is: it is the translation that must notice.
  const by = fault === 'garbage' ? 'messages' : client;
  const { path, headers, body } = askFor(streams ? 'stream' : 'json', by, `${fault}/${fault}`);
  const answer = await request(origin + path, { dispatcher, method: 'POST', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== expectedStatus[fault]) return `${fault}: status ${answer.statusCode}: ${text.slice(0, 200)}`;
  return text.includes('error') ? undefined : `${fault}: no error in ${text.slice(-200)}`;
}

main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
});
