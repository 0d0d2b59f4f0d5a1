import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { RunningEnvoy } from '@plano/envoy';
import { builtFilters, parseBootstrap, startEnvoy } from '@plano/envoy';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePorts } from './support/free-ports.ts';

// What docs/envoy.md calls two machines: two Envoys, each of which knows both Node processes, and one Redis. Here they have one address and ports
// of their own.
const gateway = ['--conditions=@plano/source', resolve(import.meta.dirname, '../../gateway/src/main.ts')];
const startMs = 60_000;
const execute = promisify(execFile);

interface Ports {
  readonly llm: number;
  readonly node: number;
}

/** A Node process behind the Envoys. */
interface NodeProcess {
  readonly child: ChildProcess;
  /** Exchanges of a model that it has on record, which may be a second behind. */
  exchanges(model: string): number;
}

let folder: string;
let upstream: Server;
let machines: Ports[];
let nodes: NodeProcess[] = [];
let envoys: RunningEnvoy[] = [];

const base = (): string => `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;

/** The file of both machines; only the ports are others here. */
const yaml = ({ llm, node }: Ports): string => `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${llm} }]
internal_listeners: { brightstaff: { port: ${node}, auth: { keys: [between-machines], header: x-plano-key } } }
metrics: false
logging: { format: json }
redis: { url: "${process.env['REDIS_URL'] ?? ''}", on_failure: closed, timeout: 10s }
model_providers:
  - { model: openai/limited, base_url: "${base()}", access_key: k, default: true }
  - { model: openai/spread, endpoints: [{ base_url: "${base()}", access_key: a }, { base_url: "${base()}", access_key: b }] }
ratelimits: [{ model: openai/limited, selector: { key: x-user }, limit: { requests: 6, unit: hour } }]
`;

const fileOf = (ports: Ports): string => {
  const file = join(folder, `${ports.node}.yaml`);
  writeFileSync(file, yaml(ports));
  return file;
};

async function startNode(ports: Ports): Promise<NodeProcess> {
  const args = [...gateway, 'serve', '--behind-envoy', '--config', fileOf(ports)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  await vi.waitUntil(() => child.exitCode !== null || output.includes('Plano gateway behind Envoy'), { timeout: startMs });
  if (child.exitCode !== null) throw new Error(`The Node process has ended: ${output}`);
  return { child, exchanges: (model) => output.split('\n').filter((line) => line.includes(`"model":"${model}"`)).length };
}

async function startRendered(ports: Ports): Promise<RunningEnvoy> {
  const nodes = machines.flatMap(({ node }) => ['--node', `127.0.0.1:${node}`]);
  const render = [
    ...gateway,
    'render',
    '--target',
    'envoy',
    '--filters',
    dirname(builtFilters().llm),
    '--admin-port',
    '0',
    ...nodes,
    fileOf(ports),
  ];
  const { stdout } = await execute(process.execPath, render, { maxBuffer: 64 * 1024 * 1024 });
  return startEnvoy(() => parseBootstrap(stdout));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plano-machines-'));
  upstream = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const choice = { index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: 'x', model: 'm', choices: [choice] }));
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  const [one = 0, two = 0, three = 0, four = 0] = await freePorts(4);
  machines = [
    { llm: one, node: two },
    { llm: three, node: four },
  ];
  nodes = await Promise.all(machines.map(startNode));
  envoys = await Promise.all(machines.map(startRendered));
});
afterAll(async () => {
  for (const envoy of envoys) await envoy.close();
  for (const { child } of nodes) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  upstream.closeAllConnections();
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(envoy: RunningEnvoy, model: string, user: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${envoy.port('llm')}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-user': user },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
  });
  await answer.text();
  return answer.status;
}
const each = async (times: number, model: string, user: string): Promise<number[]> => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push(await ask(envoys[i % 2] as RunningEnvoy, model, user));
  return statuses;
};
const healthy = (): Promise<number[]> => Promise.all(envoys.map((envoy) => envoy.stat('cluster.bright_staff.membership_healthy')));

describe('two Envoys in front of two Node processes', () => {
  it('share a rate limit: over all of them no more pass than it allows', async () => {
    await expect.poll(healthy, { timeout: startMs }).toEqual([2, 2]);
    const statuses = await each(16, 'openai/limited', randomUUID());
    expect(statuses).toEqual([...Array<number>(6).fill(200), ...Array<number>(10).fill(429)]);
    // One process with the whole limit would show the same numbers.
    await expect.poll(() => nodes.map((node) => node.exchanges('openai/limited') > 0)).toEqual([true, true]);
    expect(await ask(envoys[0] as RunningEnvoy, 'openai/limited', randomUUID())).toBe(200);
  });

  it('go on without one of the processes, and with it again', async () => {
    const [first, second] = nodes as [NodeProcess, NodeProcess];
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await expect.poll(healthy, { timeout: startMs }).toEqual([1, 1]);
    expect(await each(60, 'openai/spread', 'anybody')).toEqual(Array<number>(60).fill(200));
    await expect.poll(() => second.exchanges('openai/spread')).toBe(60);
    nodes[0] = await startNode(machines[0] as Ports);
    await expect.poll(healthy, { timeout: startMs }).toEqual([2, 2]);
    expect(await each(20, 'openai/spread', 'anybody')).toEqual(Array<number>(20).fill(200));
    await expect.poll(() => (nodes[0] as NodeProcess).exchanges('openai/spread')).toBeGreaterThan(0);
  });
});
