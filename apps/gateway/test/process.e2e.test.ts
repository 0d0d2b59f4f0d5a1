import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from './support/free-port.ts';

// The bundle as it is published, which `npm test` and `nx test` build first: what a user starts, with the built packages behind it.
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let folder: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  if (!existsSync(main)) throw new Error('plano-gateway is not built: run `npx nx build gateway`');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plano-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  rmSync(folder, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

/** The exit code, when all that was written has been read. */
const endOf = async (child: ChildProcess): Promise<number | null> => ((await once(child, 'close')) as [number | null])[0];

function start(args: readonly string[], environment: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (data) => (text += String(data)));
  child.stderr.on('data', (data) => (text += String(data)));
  return { child, output: () => text, exit: endOf(child) };
}

const writeConfig = (yaml: string): string => {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, yaml);
  return file;
};
const until = (started: Started, text: string): Promise<void> => expect.poll(started.output, { timeout: 45_000 }).toContain(text);

describe('plano-gateway serve', () => {
  it('says what listens, which providers are ready and what to try, and the line works', async () => {
    const port = await freePort();
    const other = await freePort();
    const file = writeConfig(`
version: v0.4.0
listeners: [{ name: front, type: model, port: ${port} }]
internal_listeners: { llm: { port: ${other} } }
model_providers:
  - { model: plano/echo, default: true }
  - { model: openai/gpt-4o, access_key: $SOME_KEY }
  - { model: anthropic/*, passthrough_auth: true }
`);
    const started = start(['--config', file], { SOME_KEY: 'sk-very-secret' });
    await until(started, 'Try it:');
    const output = started.output();
    expect(output).toContain(`front  http://127.0.0.1:${port}`);
    expect(output).toMatch(/ready: plano\/echo, openai\/gpt-4o/);
    expect(output).toMatch(/no key of ours.*: anthropic\/\*/);
    expect(output).not.toContain('sk-very-secret');
    const line = /curl (\S+) .* -d '(.*)'/.exec(output);
    for (const url of [line?.[1] ?? '', `http://127.0.0.1:${other}/v1/chat/completions`]) {
      const answer = await fetch(url, { method: 'POST', body: line?.[2] ?? '' });
      expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'You said: Hello!' } }] });
    }
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok\n');
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/healthzz`)).status).toBe(404);
  });

  it('drains at SIGTERM: a stream in flight ends, new connections are refused, the exit code is 0', async () => {
    let finish = (): void => {};
    const upstream = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
      finish = () => response.end('data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const port = await freePort();
    const file = writeConfig(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
model_providers: [{ model: openai/gpt-4o, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, default: true }]
`);
    const started = start([], { PLANO_CONFIG: file });
    await until(started, 'Try it:');
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    started.child.kill('SIGTERM');
    await until(started, 'Stopping');
    started.child.kill('SIGTERM');
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    expect(started.child.exitCode).toBeNull();
    finish();
    expect(await answer.text()).toContain('[DONE]');
    expect(await started.exit).toBe(0);
    upstream.closeAllConnections();
    upstream.close();
  });

  it('cuts what does not end within the drain time, and still exits with 0', async () => {
    const upstream = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': waiting\n\n');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const port = await freePort();
    const file = writeConfig(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
timeouts: { drain: 300ms }
model_providers: [{ model: openai/gpt-4o, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, default: true }]
`);
    const started = start(['serve', '--config', file]);
    await until(started, 'Try it:');
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', body: '{"stream":true,"messages":[]}' });
    const cut = answer.text().then(
      () => 'ended',
      () => 'cut',
    );
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(await cut).toBe('cut');
    upstream.closeAllConnections();
    upstream.close();
  });

  it('appends its access log to a file, which may be renamed at any time, and to no other place', async () => {
    const port = await freePort();
    const log = join(folder, 'access.log');
    const text = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
metrics: false
logging: { format: json, file: ${log} }
model_providers: [{ model: plano/echo, default: true }]
`;
    const started = start(['--config', writeConfig(text)]);
    await until(started, 'Try it:');
    const ask = async (id: string): Promise<string> => {
      const body = '{"messages":[{"role":"user","content":"Hi"}]}';
      await (await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', headers: { 'x-request-id': id }, body })).text();
      return existsSync(log) ? readFileSync(log, 'utf8') : '';
    };
    await expect.poll(() => ask('before')).toContain('"requestId":"before"');
    renameSync(log, `${log}.1`);
    await expect.poll(() => ask('after')).toContain('"requestId":"after"');
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(started.output()).not.toContain('"requestId"');
    const missing = start(['validate', writeConfig(text.replace(log, join(folder, 'nowhere', 'a.log')))]);
    expect(await missing.exit).toBe(1);
    expect(missing.output()).toMatch(/logging\.file: .*nowhere\/a\.log cannot be opened \(ENOENT\)/);
  });

  it('goes on where its log cannot be written', async () => {
    const port = await freePort();
    const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
metrics: false
logging: { file: /dev/full }
model_providers: [{ model: plano/echo, default: true }]
`;
    const started = start(['--config', writeConfig(yaml)]);
    await until(started, 'Try it:');
    const ask = async (): Promise<string> => {
      const body = '{"messages":[{"role":"user","content":"Hi"}]}';
      const { status } = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', body });
      return `${status} ${started.output()}`;
    };
    await expect.poll(ask).toMatch(/^200 [^]*The access log cannot be written to \/dev\/full \(ENOSPC\)/);
    expect(await ask()).toMatch(/^200 /);
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
  });

  it('refuses a port that is taken, and names it', async () => {
    const taken = createSocketServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const free = await freePort();
    const file = writeConfig(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${free} }]
internal_listeners: { llm: { port: ${port} } }
model_providers: [{ model: plano/echo }]
`);
    const started = start(['--config', file]);
    expect(await started.exit).toBe(1);
    expect(started.output()).toContain(`127.0.0.1:${port}: EADDRINUSE`);
    await new Promise((resolve) => taken.close(resolve));
  });

  it('E-3: compares all ports before it opens any, and binds each listener to its address', async () => {
    const port = await freePort();
    const other = await freePort();
    const both = (second: string): string => `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port}, address: 127.0.0.2, timeout: 7s }]
internal_listeners: { llm: { port: ${second} } }
metrics: false
model_providers: [{ model: plano/echo, default: true }]
`;
    const collides = start(['--config', writeConfig(both(`${port}, address: 0.0.0.0, auth: { keys: [k] }`))]);
    expect(await collides.exit).toBe(1);
    expect(collides.output()).toContain(`port ${port} of \`egress_traffic_llm\` is already taken by \`llm\``);
    const started = start(['--config', writeConfig(both(String(other)))]);
    await until(started, 'Try it:');
    expect((await fetch(`http://127.0.0.2:${port}/healthz`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('takes keys of listeners from the environment and from files, and prints none', async () => {
    const port = await freePort();
    writeFileSync(join(folder, 'listener.key'), 'key-of-a-file\n');
    const file = writeConfig(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port}, auth: { keys: [$LISTENER_KEY, "file:${join(folder, 'listener.key')}"] } }]
metrics: false
model_providers: [{ model: plano/echo, default: true }]
`);
    const started = start(['--config', file], { LISTENER_KEY: 'key-of-the-environment' });
    await until(started, 'Try it:');
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/v1/models`, { headers })).status;
    expect(await status({ authorization: 'Bearer key-of-the-environment' })).toBe(200);
    expect(await status({ 'x-api-key': 'key-of-a-file' })).toBe(200);
    expect(await status({})).toBe(401);
    expect(started.output()).toContain("-H 'authorization: Bearer KEY'");
    expect(started.output()).not.toContain('key-of');
  });

  it('refuses a key that is valid but not implemented, and names it', async () => {
    const file = writeConfig(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: plano/echo }]
state_storage: { type: memory }
`);
    const started = start(['--config', file]);
    expect(await started.exit).toBe(1);
    expect(started.output()).toContain('state_storage');
    expect(started.output()).toContain('not implemented yet');
  });
});

describe('plano-gateway validate', () => {
  it('prints all problems with their places and exits with 1', async () => {
    const file = writeConfig(`version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
  - { model: gpt-4o, access_key: sk-secret-value }
  - { modle: openai/gpt-4o }
`);
    const started = start(['validate', file]);
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(/config\.yaml:4:\d+: model_providers\[0\]\.model/);
    expect(started.output()).toMatch(/config\.yaml:5:\d+: model_providers\[1\]/);
    expect(started.output()).not.toContain('sk-secret-value');
  });
  it('looks at the files that it names: secrets with their places, certificates too', async () => {
    const tls = 'tls: { cert: /nowhere/cert.pem, key: /nowhere/key.pem }';
    const text = (key: string): string => `version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000, ${tls} }]
overrides: { upstream_tls_ca_path: /nowhere/ca.pem }
model_providers: [{ model: openai/a, access_key: ${key} }, { model: openai/b, access_key: ${key} }]
`;
    const file = writeConfig(`${text('"file:/nowhere/key"')}logging: { levl: info }\nlogging: {}\n`);
    const started = start(['validate', file]);
    expect(await started.exit).toBe(1);
    const problems = started.output().trim().split('\n');
    expect(problems.map((problem) => problem.replace(`${file}:`, ''))).toEqual([
      '2:65: listeners[0].tls.cert: the file /nowhere/cert.pem cannot be read: ENOENT',
      '3:36: overrides.upstream_tls_ca_path: the file /nowhere/ca.pem cannot be read: ENOENT',
      '4:50: model_providers[0].access_key: needs the file `/nowhere/key`, which is missing or empty',
      '4:104: model_providers[1].access_key: needs the file `/nowhere/key`, which is missing or empty',
      '6:1: logging: this key is there twice',
    ]);
  });
  it('accepts what is valid though not implemented', async () => {
    const file = writeConfig(`version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: plano/echo }]
state_storage: { type: memory }
`);
    const started = start(['validate', file]);
    expect([await started.exit, started.output()]).toEqual([0, expect.stringContaining('is valid')]);
  });
  it('tells its version', async () => {
    const started = start(['--version']);
    expect([await started.exit, started.output()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
  it('says how it is used when it is not', async () => {
    const started = start(['frobnicate']);
    expect(await started.exit).toBe(2);
    expect(started.output()).toContain('Usage:');
  });
});

describe('an old Node', () => {
  const pretend = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.9.0"}})';
  it('restarts with the Node that npm installed', async () => {
    const child = spawn(process.execPath, ['--import', pretend, main, '--help'], { cwd: folder });
    children.push(child);
    let text = '';
    child.stdout.on('data', (data) => (text += String(data)));
    expect(await endOf(child)).toBe(0);
    expect(text).toContain('Usage: plano-gateway');
  });
  it('says in one line what is missing when there is none', async () => {
    const child = spawn(process.execPath, ['--import', pretend, main, '--help'], {
      cwd: folder,
      env: { PLANO_GATEWAY_RESTARTED: '1' },
    });
    children.push(child);
    let text = '';
    child.stderr.on('data', (data) => (text += String(data)));
    expect(await endOf(child)).toBe(1);
    expect(text).toMatch(/^plano-gateway needs Node 22 or newer; this is 20\.9\.0\n$/);
  });
});
