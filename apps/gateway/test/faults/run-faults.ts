import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningNodeGateway } from '../support/running-gateway.ts';
import { startNodeGateway } from '../support/start-node-gateway.ts';
import { askAsClient, endsWithError, isErrorOf } from './ask-as-client.ts';
import type { FaultCase } from './fault-cases.ts';
import { faults } from './fault-cases.ts';
import type { FaultyUpstream } from './faulty-upstream.ts';
import { startFaultyUpstream } from './faulty-upstream.ts';

/** A gateway with short waits in front of every fault: one model for each. */
export interface FaultBench {
  readonly gateway: RunningNodeGateway;
  readonly upstream: FaultyUpstream;
  /** What is wrong with the outcome of a case; undefined when nothing is. */
  run(faultCase: FaultCase): Promise<string | undefined>;
  /** What is still held after the last case; undefined when nothing is. */
  leaks(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Far above every wait of the configuration, so that only what never ends takes so long. */
const caseLimitMs = 40_000;

/** Starts both. */
export async function startFaultBench(): Promise<FaultBench> {
  const upstream = await startFaultyUpstream();
  const models = faults.map(
    (fault) =>
      `  - { name: ${fault}, model: openai/${fault}, base_url: "${upstream.urlOf(fault)}", api: openai-chat, access_key: k, circuit_breaker: false }`,
  );
  const gateway = await startNodeGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000, timeout: 10s }]
model_providers:
${models.join('\n')}
timeouts: { connect: 2s, first_byte: 2s, stream_idle: 2s, stream_total: 5s }
retries: { max: 1, base: 10ms, cap: 20ms, retry_after_cap: 30ms }
`);
  return {
    gateway,
    upstream,
    run: (faultCase) => judge(gateway, faultCase),
    leaks: () => findLeaks(gateway, upstream),
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}

async function judge(gateway: RunningNodeGateway, { fault, api, stream, expected }: FaultCase): Promise<string | undefined> {
  let received: Awaited<ReturnType<typeof askAsClient>>;
  try {
    received = await askAsClient(gateway.url, api, fault, stream, caseLimitMs);
  } catch (error) {
    return `no answer at all: ${error instanceof Error ? error.message : String(error)}`;
  }
  const got = `got ${received.status}${received.cut ? ', cut' : ''}: ${received.text.slice(-200)}`;
  if (typeof expected === 'number') {
    if (received.status !== expected || received.cut) return `expected status ${expected}, ${got}`;
    if (!isErrorOf(api, received)) return `expected an error of ${api}, ${got}`;
    const retryAfter = fault.endsWith('-retry-after') ? '1' : null;
    if (received.headers.get('retry-after') !== retryAfter) return `expected retry-after ${String(retryAfter)}, ${got}`;
    return undefined;
  }
  if (received.status !== 200) return `expected status 200, ${got}`;
  if (received.cut !== (expected === 'cut')) return `expected ${expected}, ${got}`;
  if (expected === 'error-event' && !endsWithError(api, received)) return `expected a last error event of ${api}, ${got}`;
  return undefined;
}

const settleMs = 5_000;
const pauseMs = 20;

/** Ends of connections are told to each other a moment later, so what is to vanish may take that moment. */
async function findLeaks(gateway: RunningNodeGateway, upstream: FaultyUpstream): Promise<string | undefined> {
  let left = '';
  for (let waited = 0; waited < settleMs; waited += pauseMs) {
    const held = { exchanges: gateway.active(), calls: gateway.running() };
    if (held.exchanges === 0 && held.calls === 0) {
      await gateway.close();
      const connections = await upstream.connections();
      if (connections === 0) return undefined;
      left = `${connections} connections to the upstream`;
    } else left = `${held.exchanges} exchanges and ${held.calls} calls`;
    await sleep(pauseMs);
  }
  return `still held: ${left}`;
}
