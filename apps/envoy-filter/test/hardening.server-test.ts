import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveConfig, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import type { RunningEnvoy } from '@plano/envoy';
import { builtFilters, startEnvoy } from '@plano/envoy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFilter } from '../scripts/build-filter.ts';
import { explainStack } from '../scripts/explain-stack.ts';
import { post } from './support/post.ts';

const workers = 2;
let upstream: Server;
let folder: string;
let envoy: RunningEnvoy;

const start = (): Promise<RunningEnvoy> => {
  const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, default: true }]
`;
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, {});
  const local = { ...config, listeners: config.listeners.map((listener) => ({ ...listener, port: 0 })) };
  const filters = { prompt: builtFilters().prompt, llm: join(folder, 'llm_gateway.wasm') };
  return startEnvoy((accessLog) => toEnvoy(local, { filters, node: null, adminPort: 0, accessLog, heapBytes: 64 * 1024 * 1024 }), {
    concurrency: workers,
  });
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plano-hardening-'));
  const entry = join(import.meta.dirname, 'support/misbehaving-filter.ts');
  await buildFilter({ name: 'llm_gateway', entry, output: folder, optimise: false });
  upstream = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (data) => (text += String(data)));
    incoming.on('end', () => {
      if (text.includes('"stream":true')) {
        response.setHeader('content-type', 'text/event-stream');
        response.write('data: {"id":"x","model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n');
        response.end('data: [DONE]\n\n');
        return;
      }
      const choice = { index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: 'x', model: 'm', choices: [choice] }));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  envoy = await start();
}, 300_000);
afterAll(async () => {
  const log = envoy.log();
  await envoy.close();
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
  expect(log).not.toMatch(/Function: \w+ failed/);
});

function ask(misbehave: string, path = '/v1/messages', more: object = {}): ReturnType<typeof post> {
  const body = JSON.stringify({ max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }], ...more });
  return post(`http://127.0.0.1:${envoy.port('llm')}${path}`, { 'x-misbehave': misbehave, 'content-type': 'application/json' }, body);
}

const messagesError = { type: 'error', error: { type: 'api_error' } };
const chatError = { error: { type: 'server_error' } };

describe('a filter that goes wrong in a real Envoy', () => {
  it.each([
    ['throws', 'throw', 'on purpose'],
    ['loops for ever', 'loop', 'interrupted'],
    ['loops for ever and catches everything', 'caught-loop', 'interrupted'],
    ['has an expression that backtracks for ever', 'expression', 'interrupted'],
    ['takes more memory than its heap has', 'memory', 'out of memory'],
    ['calls itself without end', 'recursion', 'stack'],
    ['calls itself without end through the engine', 'recursion-by-callbacks', 'stack'],
  ])('and %s costs its client a 500 in the envelope of its API, and the next one nothing', async (_name, misbehave, logged) => {
    const before = envoy.log().length;
    const failed = await ask(misbehave);
    expect([failed.status, JSON.parse(failed.text)]).toMatchObject([500, messagesError]);
    await expect.poll(() => envoy.log().slice(before)).toContain(logged);
    const other = await ask(misbehave, '/v1/chat/completions');
    expect([other.status, JSON.parse(other.text)]).toMatchObject([500, chatError]);
    // As many as to reach both workers.
    const next = await Promise.all(Array.from({ length: 8 }, () => ask('')));
    expect(next.map(({ status }) => status)).toEqual(next.map(() => 200));
  });

  it('in the middle of a stream cuts that stream, and serves the next', async () => {
    await expect(ask('throw-in-stream', '/v1/messages', { stream: true })).rejects.toThrow();
    const next = await ask('', '/v1/messages', { stream: true });
    expect([next.status, next.text.includes('event: message_stop')]).toEqual([200, true]);
  });

  it('has lines of TypeScript in its stack traces', async () => {
    const before = envoy.log().length;
    await ask('throw');
    await expect.poll(() => envoy.log().slice(before)).toContain('on purpose');
    const explained = explainStack(envoy.log().slice(before), folder);
    expect(explained).toMatch(/at throw \(apps\/envoy-filter\/test\/support\/misbehaving-filter\.ts:\d+:\d+\)/);
    expect(explained).toMatch(/apps\/envoy-filter\/src\/stream\.ts:\d+:\d+/);
    expect(explained).toMatch(/libs\/common\/src\/exchange\.ts:\d+:\d+/);
  });

  it('is not ended by any of this: no worker had to load it again', async () => {
    expect(await envoy.stat('wasm.llm_gateway.vm_reload_success')).toBe(0);
  });
});

describe('chance', () => {
  it('is another one in every worker and after every start', async () => {
    const seen: string[] = [];
    const collect = async (running: RunningEnvoy): Promise<void> => {
      const origin = `http://127.0.0.1:${running.port('llm')}`;
      const headers = { 'x-misbehave': 'numbers' };
      const connections = (): Promise<number[]> =>
        Promise.all(
          Array.from({ length: workers }, (_, worker) => running.stat(`listener.127.0.0.1_0.worker_${worker}.downstream_cx_total`)),
        );
      const before = await connections();
      const used = async (): Promise<number> => {
        const { text } = await post(`${origin}/v1/messages`, headers, '{}');
        seen.push(...(JSON.parse(text) as (string | number)[]).map(String));
        const now = await connections();
        return now.filter((count, worker) => count > (before[worker] ?? 0)).length;
      };
      await expect.poll(used, { timeout: 60_000 }).toBe(workers);
    };
    await collect(envoy);
    const second = await start();
    try {
      await collect(second);
    } finally {
      await second.close();
    }
    expect(seen.length).toBeGreaterThanOrEqual(workers * 2 * 3);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
