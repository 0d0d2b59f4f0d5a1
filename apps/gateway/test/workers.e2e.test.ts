import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayProcess } from './support/gateway-process.ts';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';
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

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('plano-gateway --workers 2', () => {
  it('serves one port in two processes, reports once, and adds their metrics up', async () => {
    const { gateway, port, metrics } = await start();
    expect(workersOf(gateway)).toHaveLength(2);
    expect(gateway.output().split('listening').length - 1).toBe(1);
    expect(gateway.output()).toContain('workers    2');
    for (let request = 0; request < 6; request++) expect(await ask(port)).toBe(200);
    await expect.poll(() => read(metrics, 'requests_total{')).toBe(6);
    await expect.poll(() => read(metrics, 'request_latency_count{')).toBe(6);
    await expect.poll(() => read(metrics, 'plano_workers ')).toBe(2);
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

  it('tells a worker that starts in the middle of a reload what to serve', async () => {
    const { gateway, port } = await start('limits: { in_flight: 2 }');
    const [victim = 0] = workersOf(gateway);
    process.kill(victim, 'SIGKILL');
    await gateway.says('it is restarted in');
    // The reload waits for the other one, and the new one comes meanwhile.
    const [other = 0] = workersOf(gateway);
    process.kill(other, 'SIGSTOP');
    gateway.signal('SIGHUP');
    await expect.poll(() => workersOf(gateway).length, { timeout: 40_000 }).toBe(2);
    process.kill(other, 'SIGCONT');
    await gateway.says('The configuration was reloaded');
    // Each worker has room for one stream.
    const held: Response[] = [];
    const more = async (): Promise<number> => {
      const body = JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Hi' }] });
      const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { connection: 'close' },
        body,
      });
      if (answer.status === 200) held.push(answer);
      else await answer.text();
      return held.length;
    };
    await expect.poll(more).toBe(2);
    upstream.finish();
    for (const answer of held) expect(await answer.text()).toContain('[DONE]');
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

  it('lets streams end whole when the first process dies, and then its workers end', async () => {
    const { gateway, port } = await start();
    const workers = workersOf(gateway);
    const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k', maxRetries: 0 });
    const body = { model: 'openai/m', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };
    const streams = await Promise.all([client.chat.completions.create(body), client.chat.completions.create(body)]);
    gateway.signal('SIGKILL');
    await expect.poll(() => isRunning(gateway.pid)).toBe(false);
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/healthz`).then(
            () => 'open',
            () => 'closed',
          ),
        { timeout: 20_000 },
      )
      .toBe('closed');
    upstream.finish();
    for (const stream of streams) {
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect(text).toBe('one end');
    }
    await expect.poll(() => workers.filter(isRunning), { timeout: 20_000 }).toEqual([]);
  });

  it('stops at once when the configuration cannot be opened', async () => {
    const { port, metrics } = await start();
    const second = processes.start(yaml(port, metrics, upstream.url).replace(/metrics:.*/, 'metrics: false'), ['--workers', '2']);
    expect(await second.exit).toBe(1);
    await second.says(`127.0.0.1:${port}: EADDRINUSE`);
  });

  it('splits the limit of requests', async () => {
    const { port } = await start('limits: { in_flight: 2 }');
    // A stream that nobody holds is cancelled when it is collected, and its place is free again.
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
          method: 'POST',
          body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(6);
    upstream.finish();
    for (const answer of answers) await answer.text();
  });

  describe('with rate limits', () => {
    const limits = 'ratelimits: [{ model: openai/m, selector: { key: x-user }, limit: { requests: 5, unit: day } }]';
    const remaining = async (port: number, agent: Agent | false): Promise<string> => {
      const sent = httpRequest(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', agent, headers: { 'x-user': 'ann' } });
      sent.end(JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }] }));
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return `${answer.statusCode} ${String(answer.headers['x-ratelimit-remaining-requests'])}`;
    };

    it('lets as many requests pass as one process would, also after a worker crashed and after a reload', async () => {
      const { gateway, port, metrics } = await start(limits);
      const first = [await remaining(port, false), await remaining(port, false), await remaining(port, false)];
      expect(first).toEqual(['200 4', '200 3', '200 2']);
      const [victim = 0] = workersOf(gateway);
      process.kill(victim, 'SIGKILL');
      await expect.poll(() => read(metrics, 'plano_worker_restarts_total'), { timeout: 40_000 }).toBe(1);
      await expect.poll(() => read(metrics, 'plano_workers '), { timeout: 40_000 }).toBe(2);
      expect(await remaining(port, false)).toBe('200 1');
      gateway.replaceConfig(yaml(port, metrics, upstream.url, `${limits}\nretries: { max: 1 }`));
      await gateway.says('The configuration was reloaded');
      const rest = await Promise.all(Array.from({ length: 7 }, () => remaining(port, false)));
      expect(rest.sort()).toEqual(['200 0', ...Array.from({ length: 6 }, () => '429 0')]);
      await expect.poll(() => read(metrics, 'ratelimit_store_available')).toBe(1);
    });

    it('counts for itself, and says so, while the primary does not answer', async () => {
      const { gateway, port } = await start(limits);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      expect(await remaining(port, agent)).toBe('200 4');
      gateway.signal('SIGSTOP');
      try {
        expect(await remaining(port, agent)).toBe('200 4');
        await gateway.says('this worker counts rate limits for itself');
        expect(await remaining(port, agent)).toBe('200 3');
      } finally {
        gateway.signal('SIGCONT');
      }
      const askAgain = async (): Promise<string> => {
        await remaining(port, agent);
        return gateway.output();
      };
      await expect.poll(askAgain, { timeout: 20_000 }).toContain('all workers share rate limits');
      agent.destroy();
    });
  });

  it('refuses a number of workers that is none', async () => {
    const gateway = processes.start('', ['--workers', '1.5']);
    expect(await gateway.exit).toBe(2);
    await gateway.says('--workers takes a number');
  });
});
