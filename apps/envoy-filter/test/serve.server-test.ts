import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { trapsIn } from '@plano/ci';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from './support/free-ports.ts';

const serve = resolve(import.meta.dirname, '../../../tools/envoy/src/serve.ts');
const secrets = ['sk-upstream-secret', 'sk-other-secret', 'listener-secret-key'];
const waitMs = 60_000;

/** `envoy-filter:serve` under test. */
interface Serving {
  readonly ports: Readonly<Record<'llm' | 'admin' | 'node' | 'metrics', number>>;
  output(): string;
  /** Process ids of both parts, from the report. */
  pids(): { readonly envoy: number; readonly node: number };
  signal(signal: NodeJS.Signals): void;
  readonly code: Promise<number | null>;
  ask(model: string, more?: object): Promise<Response>;
}

let folder: string;
let upstream: Server;
let held: (() => void)[] = [];
const running: Serving[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plano-serve-'));
  upstream = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const { model } = JSON.parse(body) as { model: string };
      const choice = { index: 0, message: { role: 'assistant', content: `${model} answers` }, finish_reason: 'stop' };
      const answer = (): unknown => response.end(JSON.stringify({ id: 'x', model, choices: [choice] }));
      response.writeHead(model === 'down' ? 500 : 200, { 'content-type': 'application/json' });
      if (model === 'held') held.push(answer);
      else answer();
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  for (const serving of running.splice(0)) {
    serving.signal('SIGKILL');
    await serving.code;
  }
});
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Change {
  readonly yaml?: (yaml: string) => string;
  readonly ports?: Partial<Serving['ports']>;
}

async function start({ yaml: change = (yaml) => yaml, ports = {} }: Change = {}): Promise<Serving> {
  const free = await freePorts(4);
  const { llm, admin, node, metrics } = { llm: free[0] ?? 0, admin: free[1] ?? 0, node: free[2] ?? 0, metrics: free[3] ?? 0, ...ports };
  const base = `base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1"`;
  const file = join(folder, `${llm}.yaml`);
  const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${llm}, auth: { keys: [listener-secret-key] } }]
internal_listeners: { brightstaff: { port: ${node} } }
metrics: { port: ${metrics} }
retries: { max: 0 }
timeouts: { drain: 20s }
fallbacks: [{ model: openai/down, to: [openai/up] }]
model_providers:
  - { model: openai/up, ${base}, access_key: sk-upstream-secret, default: true }
  - { model: openai/held, ${base}, access_key: sk-upstream-secret }
  - { model: openai/down, ${base}, access_key: sk-other-secret }
`;
  writeFileSync(file, change(yaml));
  const args = ['--conditions=@plano/source', serve, `--config=${file}`, '--admin-port', String(admin)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  const code = new Promise<number | null>((done) => child.once('close', done));
  const serving: Serving = {
    ports: { llm, admin, node, metrics },
    output: () => output,
    pids() {
      const found = /the Node process (\d+), Envoy (\d+)/.exec(output);
      return { node: Number(found?.[1]), envoy: Number(found?.[2]) };
    },
    signal: (signal) => void child.kill(signal),
    code,
    ask: (model, more = {}) =>
      fetch(`http://127.0.0.1:${llm}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer listener-secret-key' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], ...more }),
      }),
  };
  running.push(serving);
  return serving;
}

async function started(): Promise<Serving> {
  const serving = await start();
  await Promise.race([
    expect.poll(serving.output, { timeout: waitMs }).toContain('Envoy, processes:'),
    serving.code.then((code) => Promise.reject(new Error(`ended with ${code}: ${serving.output()}`))),
  ]);
  return serving;
}

/** Whether a new connection is taken; one that is open may go on. */
function takesConnections(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const contentOf = async (answer: Response): Promise<unknown> =>
  ((await answer.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;

describe('envoy-filter:serve', () => {
  it('serves one file with Envoy and the Node process, lets what is in flight end, and leaves nothing behind', async () => {
    const serving = await started();
    const { llm, admin, node } = serving.ports;
    for (const text of [
      `listening  llm  http://127.0.0.1:${llm}`,
      `admin       http://127.0.0.1:${admin}`,
      `brightstaff  http://127.0.0.1:${node}`,
    ]) {
      expect(serving.output()).toContain(text);
    }
    expect(await contentOf(await serving.ask('openai/up'))).toBe('up answers');
    // Only Node can do this.
    expect(await contentOf(await serving.ask('openai/down'))).toBe('up answers');
    const waiting = serving.ask('openai/held');
    await expect.poll(() => held.length).toBe(1);
    const { envoy, node: nodePid } = serving.pids();
    serving.signal('SIGTERM');
    await expect.poll(serving.output).toContain('Stopping');
    await expect.poll(() => takesConnections(llm), { timeout: waitMs }).toBe(false);
    for (const answer of held.splice(0)) answer();
    expect(await contentOf(await waiting)).toBe('held answers');
    expect(await serving.code).toBe(0);
    expect([envoy, nodePid].map(isThere)).toEqual([false, false]);
    for (const secret of secrets) expect(serving.output()).not.toContain(secret);
    expect(trapsIn(serving.output())).toEqual([]);
  });

  it.each([
    ['envoy', 'Envoy was ended by SIGKILL: the Node process is stopped too'],
    ['node', 'the Node process was ended by SIGKILL: Envoy is stopped too'],
  ] as const)('ends with an error when the part %s dies', async (part, message) => {
    const serving = await started();
    const pids = serving.pids();
    process.kill(pids[part], 'SIGKILL');
    expect(await serving.code).toBe(1);
    expect(serving.output()).toContain(message);
    expect(Object.values(pids).map(isThere)).toEqual([false, false]);
  });

  it('leaves neither part behind when it is killed itself', async () => {
    const serving = await started();
    const { llm, node } = serving.ports;
    serving.signal('SIGKILL');
    await serving.code;
    for (const port of [llm, node]) await expect.poll(() => takesConnections(port), { timeout: waitMs }).toBe(false);
  });

  it.each(['llm', 'admin', 'node', 'metrics'] as const)('says which port is taken: %s', async (which) => {
    const other = createSocketServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    try {
      const serving = await start({ ports: { [which]: port } });
      expect(await serving.code).toBe(1);
      expect(serving.output()).toContain(String(port));
      expect(serving.output()).toMatch(/taken|in use|EADDRINUSE/);
      expect(serving.output()).not.toContain('    at ');
      for (const secret of secrets) expect(serving.output()).not.toContain(secret);
    } finally {
      await new Promise((done) => other.close(done));
    }
  });

  it('prints what is wrong with a configuration, and no more', async () => {
    const serving = await start({ yaml: (text) => text.replace('retries: { max: 0 }', 'retries: { max: many }') });
    expect(await serving.code).toBe(1);
    expect(serving.output()).toMatch(/\.yaml:\d+:\d+.*retries\.max/);
    expect(serving.output()).not.toContain('    at ');
  });
});
