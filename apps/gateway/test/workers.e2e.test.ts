import { execFileSync } from 'node:child_process';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayProcess } from './support/gateway-process.ts';
import { freePort, gatewayProcesses } from './support/gateway-process.ts';
import type { HeldStreams } from './support/held-stream.ts';
import { startHeldStreams } from './support/held-stream.ts';

const processes = gatewayProcesses();
let upstream: HeldStreams;
beforeEach(async () => {
  upstream = await startHeldStreams('one');
});
afterEach(async () => {
  await processes.clean();
  upstream.close();
});

const yaml = (port: number, metrics: number, url: string, more = ''): string => `
version: v0.4.0
listeners: [{ name: a, type: model, port: ${port} }]
metrics: { port: ${metrics} }
model_providers: [{ model: openai/m, base_url: "${url}/v1", access_key: k, default: true }]
${more}`;

async function start(more = ''): Promise<{ gateway: GatewayProcess; port: number; metrics: number }> {
  const [port, metrics] = [await freePort(), await freePort()];
  const gateway = processes.start(yaml(port, metrics, upstream.url, more), ['--workers', '2']);
  await gateway.says('Try it:');
  return { gateway, port, metrics };
}

// A connection for each request, so that the primary hands them out in turn.
const ask = async (port: number): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }] }),
  });
  await answer.arrayBuffer();
  return answer.status;
};
const read = async (metrics: number, name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
};
const workersOf = (gateway: GatewayProcess): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(gateway.pid)], { encoding: 'utf8' })
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);

describe('plano-gateway --workers 2', () => {
  it('serves one port in two processes, reports once, and adds their metrics up', async () => {
    const { gateway, port, metrics } = await start();
    expect(workersOf(gateway)).toHaveLength(2);
    expect(gateway.output().split('listening').length - 1).toBe(1);
    expect(gateway.output()).toContain('workers    2');
    for (let request = 0; request < 6; request++) expect(await ask(port)).toBe(200);
    expect(await read(metrics, 'requests_total{')).toBe(6);
    expect(await read(metrics, 'request_latency_count{')).toBe(6);
    expect(await read(metrics, 'plano_workers ')).toBe(2);
  });

  it('restarts a worker that crashed, while the other one serves', async () => {
    const { gateway, port, metrics } = await start();
    const [victim = 0] = workersOf(gateway);
    process.kill(victim, 'SIGKILL');
    await gateway.says('it is restarted in');
    expect(await ask(port)).toBe(200);
    await expect.poll(() => workersOf(gateway).length, { timeout: 40_000 }).toBe(2);
    await expect.poll(() => read(metrics, 'plano_worker_restarts_total'), { timeout: 40_000 }).toBe(1);
    await expect.poll(() => read(metrics, 'plano_workers '), { timeout: 40_000 }).toBe(2);
    for (let request = 0; request < 4; request++) expect(await ask(port)).toBe(200);
  });

  it('reloads all at SIGHUP and drains all at SIGTERM: streams end whole, the exit code is 0', async () => {
    const two = await startHeldStreams('two');
    const { gateway, port, metrics } = await start();
    const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k', maxRetries: 0 });
    const body = { model: 'openai/m', messages: [{ role: 'user' as const, content: 'Hi' }] };
    const texts = await Promise.all(
      ['a', 'b', 'c'].map(async () => {
        const stream = await client.chat.completions.create({ ...body, stream: true });
        return async () => {
          let text = '';
          for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
          return text;
        };
      }),
    );
    gateway.replaceConfig(yaml(port, metrics, two.url));
    await gateway.says('The configuration was reloaded');
    for (let request = 0; request < 4; request++) expect(await ask(port)).toBe(200);
    expect(two.requests).toHaveLength(4);
    gateway.signal('SIGTERM');
    await gateway.says('Stopping');
    upstream.finish();
    for (const text of texts) expect(await text()).toBe('one end');
    expect(await gateway.exit).toBe(0);
    two.close();
  });

  it('stops at once when the configuration cannot be opened', async () => {
    const { port, metrics } = await start();
    const second = processes.start(yaml(port, metrics, upstream.url).replace(/metrics:.*/, 'metrics: false'), ['--workers', '2']);
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain(`127.0.0.1:${port}: EADDRINUSE`);
  });

  it('splits the limit of requests', async () => {
    const { port } = await start('limits: { in_flight: 2 }');
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const cancel = new AbortController();
        const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
          method: 'POST',
          signal: cancel.signal,
          body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
        });
        return answer.status;
      }),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
    expect(statuses.filter((status) => status === 503)).toHaveLength(6);
    upstream.finish();
  });

  it('refuses a number of workers that is none', async () => {
    const gateway = processes.start('', ['--workers', '1.5']);
    expect(await gateway.exit).toBe(2);
    expect(gateway.output()).toContain('--workers takes a number');
  });
});
