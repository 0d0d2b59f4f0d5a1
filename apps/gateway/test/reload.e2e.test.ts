import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayRuntime } from '../src/gateway-runtime.ts';
import { createGatewayRuntime } from '../src/gateway-runtime.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';
import type { HeldStreams } from './support/held-stream.ts';
import { startHeldStreams } from './support/held-stream.ts';

let one: HeldStreams;
let two: HeldStreams;
beforeEach(async () => {
  one = await startHeldStreams('one');
  two = await startHeldStreams('two');
});
afterEach(() => {
  one.close();
  two.close();
});

const yaml = (listeners: string, upstream: HeldStreams, more = ''): string => `
version: v0.4.0
listeners: [${listeners}]
model_providers: [{ model: openai/m, base_url: "${upstream.url}/v1", access_key: k, default: true }]
metrics: false
logging: { level: warn }
${more}`;
const listener = (name: string, port: number): string => `{ name: ${name}, type: model, port: ${port} }`;
const internal = (port: number): string => `internal_listeners: { llm: { port: ${port} } }`;
const client = (port: number): OpenAI => new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k', maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'Hi' }];
const ask = async (port: number): Promise<string | null | undefined> =>
  (await client(port).chat.completions.create({ model: 'openai/m', messages })).choices[0]?.message.content;

/** A stream of which the first word has come. */
async function beginStream(port: number): Promise<() => Promise<string>> {
  const stream = await client(port).chat.completions.create({ model: 'openai/m', messages, stream: true });
  const iterator = stream[Symbol.asyncIterator]();
  let text = (await iterator.next()).value?.choices[0]?.delta.content ?? '';
  return async () => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      text += next.value.choices[0]?.delta.content ?? '';
    return text;
  };
}

describe('a configuration applied to a running gateway', () => {
  let runtime: GatewayRuntime;
  beforeEach(() => {
    runtime = createGatewayRuntime();
  });
  afterEach(() => runtime.stop(0));
  const apply = (text: string): ReturnType<GatewayRuntime['apply']> => {
    const parsed = parseConfig(text, { file: 'test.yaml', environment: {} });
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
    return runtime.apply(deriveConfig(parsed.config, {}));
  };
  const refused = (port: number): Promise<void> => expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();

  it('leaves a stream alone that spans it, and serves what comes after', async () => {
    const port = await freePort();
    await apply(yaml(listener('a', port), one));
    const rest = await beginStream(port);
    await apply(yaml(listener('a', port), two));
    expect(await ask(port)).toBe('two');
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    one.finish();
    expect(await rest()).toBe('one end');
  });

  it('closes the connections of the old one when its last exchange is over, not before', async () => {
    const port = await freePort();
    await apply(yaml(listener('a', port), one));
    const rest = await beginStream(port);
    await apply(yaml(listener('a', port), two));
    await ask(port);
    expect(one.connections()).toBe(1);
    one.finish();
    await rest();
    await expect.poll(() => one.connections()).toBe(0);
  });

  it('keeps the sockets of listeners that stay, with their connections', async () => {
    const port = await freePort();
    await apply(yaml(listener('a', port), one));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ping = (): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get({ agent, port, path: '/healthz' }, (answer) => {
          const { localPort } = answer.socket;
          answer.resume().once('end', () => resolve(localPort));
        }).once('error', reject);
      });
    const before = await ping();
    await apply(yaml(listener('renamed', port), two, internal(await freePort())));
    expect(await ping()).toBe(before);
    agent.destroy();
  });

  it('opens new listeners and drains those that are gone', async () => {
    const [a, b] = [await freePort(), await freePort()];
    await apply(yaml(listener('a', a), one));
    const rest = await beginStream(a);
    expect(await apply(yaml(listener('b', b), two))).toEqual([{ name: 'b', address: '127.0.0.1', port: b }]);
    expect(await ask(b)).toBe('two');
    await refused(a);
    one.finish();
    expect(await rest()).toBe('one end');
  });

  it('opens a listener anew whose settings need it, at the same port', async () => {
    const port = await freePort();
    await apply(yaml(listener('a', port), one));
    const rest = await beginStream(port);
    await apply(yaml(listener('a', port), two, 'limits: { header: 4KiB }'));
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { 'x-large': 'x'.repeat(5000) } });
    expect(answer.status).toBe(431);
    one.finish();
    expect(await rest()).toBe('one end');
  });

  it('changes nothing when a port is taken', async () => {
    const port = await freePort();
    const free = await freePort();
    await apply(yaml(listener('a', port), one));
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port: busy } = taken.address() as { port: number };
    await expect(apply(yaml(listener('free', free), two, internal(busy)))).rejects.toThrow(`cannot open 127.0.0.1:${busy}: EADDRINUSE`);
    expect(await ask(port)).toBe('one');
    await refused(free);
    await new Promise((resolve) => taken.close(resolve));
  });

  it('counts what is under way in all generations, and every end once', async () => {
    const port = await freePort();
    await apply(yaml(listener('a', port), one));
    const rest = await beginStream(port);
    await apply(yaml(listener('a', port), two));
    await ask(port);
    const lines = async (start: string): Promise<string[]> =>
      (await runtime.metrics.metrics()).split('\n').filter((line) => line.startsWith(start));
    await expect.poll(() => lines('active_requests ')).toEqual(['active_requests 1']);
    one.finish();
    await rest();
    await expect.poll(() => lines('active_requests ')).toEqual(['active_requests 0']);
    const counts = async () =>
      (await lines('requests_total{')).map((line) => [/streaming="(\w+)"/.exec(line)?.[1], line.split(' ').at(-1)]);
    await expect.poll(counts).toEqual([
      ['false', '1'],
      ['true', '1'],
    ]);
  });
});

describe('plano-gateway', () => {
  const processes = gatewayProcesses();
  afterEach(() => processes.clean());
  async function start(): Promise<{ gateway: GatewayProcess; port: number }> {
    const port = await freePort();
    const gateway = processes.start(yaml(listener('a', port), one).replace('level: warn', 'level: info'));
    await gateway.says('Try it:');
    return { gateway, port };
  }

  it('reloads when an editor replaces the file, without cutting a stream', async () => {
    const { gateway, port } = await start();
    const rest = await beginStream(port);
    gateway.replaceConfig(yaml(listener('a', port), two).replace('level: warn', 'level: info'));
    await gateway.says('The configuration was reloaded');
    expect(await ask(port)).toBe('two');
    one.finish();
    expect(await rest()).toBe('one end');
    gateway.signal('SIGTERM');
    expect(await gateway.exit).toBe(0);
  });

  it('reloads at SIGHUP, and refuses a bad file with all that is wrong with it', async () => {
    const { gateway, port } = await start();
    gateway.signal('SIGHUP');
    await gateway.says('The configuration was reloaded (SIGHUP)');
    gateway.replaceConfig(`version: v0.4.0
listeners: [{ name: a, type: model, port: ${port}, access_kee: sk-abcdefghijklmnop }]
model_providers: [{ modle: openai/m }]
`);
    await gateway.says('the old one stays');
    expect(gateway.output()).toMatch(/config\.yaml:2:\d+: listeners\[0\]/);
    expect(gateway.output()).toMatch(/config\.yaml:3:\d+: model_providers\[0\]/);
    expect(gateway.output()).not.toContain('sk-abcdefghijklmnop');
    gateway.replaceConfig(yaml(listener('a', port), one).replace(/access_key: \w+/, 'access_key: $NOT_SET_ANYWHERE'));
    await gateway.says('access_key: needs the environment variable `NOT_SET_ANYWHERE`');
    expect(await ask(port)).toBe('one');
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  });
});
