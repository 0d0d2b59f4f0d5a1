import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketTake } from '@plano/common';
import { createMemoryBuckets, takeFromMemory } from '@plano/common';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisStore, type RedisStoreOptions } from '../src/adapters/redis-store.ts';
import type { RateLimitStore } from '../src/rate-limit-store.ts';
import { freePort } from './support/free-port.ts';
import { startNodeGateway as startGateway } from './support/start-node-gateway.ts';

const url = process.env['REDIS_URL'] ?? '';
const program = process.env['REDIS_SERVER'] ?? '';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const client = new Redis(url);
beforeAll(() => client.ping());
beforeEach(() => client.flushall());
afterAll(() => client.disconnect());

async function open(details: { url?: string; onFailure?: 'open' | 'closed'; timeoutMs?: number } = {}, options: RedisStoreOptions = {}) {
  const store = await createRedisStore({ url, onFailure: 'closed', timeoutMs: 2000, ...details }, options);
  closers.push(() => store.close());
  return store;
}

const bucket = (details: Partial<BucketTake> = {}): BucketTake => ({
  key: 'a',
  overflowKey: 'rest',
  capacity: 100,
  unitMs: 3_600_000,
  amount: 1,
  ...details,
});

describe('buckets in Redis', () => {
  it('hold what they hold and say what is left', async () => {
    const store = await open();
    expect(await store.take([bucket({ amount: 60 })])).toMatchObject({ ok: true, levels: [{ remaining: 40 }] });
    const refused = await store.take([bucket({ amount: 60 })]);
    expect(refused).toMatchObject({ ok: false, reason: 'limited', index: 0, levels: [{ remaining: 40 }] });
    const waitMs = !refused.ok && refused.reason === 'limited' ? refused.waitMs : undefined;
    expect(waitMs).toBeGreaterThan(700_000);
    expect(waitMs).toBeLessThanOrEqual(720_000);
    expect(await store.take([bucket({ amount: 101 })])).toMatchObject({ ok: false, waitMs: null });
  });

  it('are taken from all together or not at all', async () => {
    const store = await open();
    await store.take([bucket({ key: 'b', amount: 95 })]);
    expect(await store.take([bucket({ amount: 10 }), bucket({ key: 'b', amount: 10 })])).toMatchObject({ ok: false, index: 1 });
    expect(await store.take([bucket({ amount: 100 })])).toMatchObject({ ok: true });
  });

  it('refill by the clock of Redis', async () => {
    const store = await open();
    const quick = bucket({ unitMs: 400, amount: 100 });
    expect(await store.take([quick])).toMatchObject({ ok: true });
    expect(await store.take([quick])).toMatchObject({ ok: false });
    await expect.poll(async () => (await store.take([quick])).ok, { timeout: 5000 }).toBe(true);
  });

  it('are charged beyond what they hold, and given back to', async () => {
    const store = await open();
    store.charge([bucket({ amount: 250 })]);
    await expect.poll(async () => (await store.take([bucket()])).ok).toBe(false);
    store.charge([bucket({ amount: -250 })]);
    await expect.poll(async () => (await store.take([bucket()])).ok).toBe(true);
  });

  it('decide as those in memory do', async () => {
    const store = await open();
    const buckets = createMemoryBuckets();
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >> 8) % below;
    };
    for (let round = 0; round < 300; round += 1) {
      // A day to refill: what passes between the two clocks does not matter.
      const takes = Array.from({ length: 1 + random(3) }, () =>
        bucket({ key: `k${random(9)}`, unitMs: 86_400_000, capacity: 1000, amount: random(120) }),
      ).filter((take, index, all) => all.findIndex(({ key }) => key === take.key) === index);
      const ours = takeFromMemory(buckets, takes, 0);
      const theirs = await store.take(takes);
      expect(theirs.ok).toBe(ours.ok);
      if (!ours.ok && !theirs.ok && ours.reason === 'limited' && theirs.reason === 'limited') expect(theirs.index).toBe(ours.index);
    }
  });

  it('are asked for with one command a request, under names that show nothing', async () => {
    const store = await open();
    await store.take([bucket({ key: 'sk-secret' })]);
    const seen: string[][] = [];
    const monitor = await client.monitor();
    closers.push(() => monitor.disconnect());
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source !== 'lua') seen.push(args);
    });
    await store.take([bucket({ key: 'sk-secret' }), bucket({ key: 'b' })]);
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]?.[0]?.toLowerCase()).toBe('evalsha');
    expect(await client.keys('*secret*')).toEqual([]);
    const names = await client.keys('*');
    expect(names).toHaveLength(2);
    for (const name of names) expect(await client.pttl(name)).toBeGreaterThan(0);
  });

  it('are not kept once they are full again', async () => {
    const store = await open();
    await store.take([bucket({ unitMs: 100, amount: 100 })]);
    await expect.poll(() => client.dbsize(), { timeout: 5000 }).toBe(0);
  });

  it('survive the loss of the script', async () => {
    const store = await open();
    await store.take([bucket()]);
    await client.script('FLUSH');
    expect(await store.take([bucket()])).toMatchObject({ ok: true, levels: [{ remaining: 98 }] });
  });
});

describe('several gateways', () => {
  it('share their limits', async () => {
    const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: plano/echo, default: true }]
ratelimits: [{ model: plano/echo, selector: { key: x-user }, limit: { requests: 3, unit: day } }]`;
    const gateways = [];
    for (let count = 0; count < 2; count += 1) {
      const gateway = await startGateway(yaml, {}, { rateLimits: await open() });
      closers.push(() => gateway.close());
      gateways.push(gateway);
    }
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const answer = await fetch(`${gateways[count % 2]?.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }] }),
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('without Redis', () => {
  async function startRedis(port: number): Promise<ChildProcess> {
    const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    closers.push(() => server.kill('SIGKILL'));
    return Promise.resolve(server);
  }

  async function end(server: ChildProcess): Promise<void> {
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }

  const take = async (store: RateLimitStore) => {
    const outcome = await store.take([bucket()]);
    return outcome.ok ? (outcome.levels.length === 0 ? 'passed' : 'counted') : outcome.reason;
  };

  it.each([
    ['open', 'passed'],
    ['closed', 'unavailable'],
  ] as const)('%s: a request is %s at once, told once, and counted again when Redis is back', async (onFailure, expected) => {
    const port = await freePort();
    const first = await startRedis(port);
    const told: string[] = [];
    const store = await open(
      { url: `redis://:secret@127.0.0.1:${port}`.replace(':secret@', ''), onFailure },
      { onAvailability: (available, reason) => told.push(`${available ? 'back' : 'gone'}${reason === '' ? '!' : ''}`) },
    );
    await expect.poll(() => take(store), { timeout: 10_000 }).toBe('counted');
    expect(store.available()).toBe(true);
    await end(first);
    told.length = 0;
    await expect.poll(() => take(store)).toBe(expected);
    for (let count = 0; count < 20; count += 1) expect(await take(store)).toBe(expected);
    expect(store.available()).toBe(false);
    expect(told.filter((word) => word === 'gone').length).toBeLessThanOrEqual(1);
    await startRedis(port);
    await expect.poll(() => take(store), { timeout: 15_000 }).toBe('counted');
    expect(told.at(-1)).toBe('back');
  });

  it('starts without it', async () => {
    const port = await freePort();
    const told: boolean[] = [];
    const options = { connectTimeoutMs: 300, onAvailability: (available: boolean) => told.push(available) };
    const store = await open({ url: `redis://127.0.0.1:${port}`, onFailure: 'open' }, options);
    expect(await take(store)).toBe('passed');
    expect(told).toEqual([false]);
  });

  it('does not wait for one that says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const store = await open({ url: `redis://127.0.0.1:${port}`, onFailure: 'closed', timeoutMs: 100 }, { connectTimeoutMs: 200 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => take(store)));
    expect(new Set(outcomes)).toEqual(new Set(['unavailable']));
    await sleep(0);
  });

  it('answers a client with 503 in its envelope when closed', async () => {
    const port = await freePort();
    const store = await open({ url: `redis://127.0.0.1:${port}`, onFailure: 'closed' }, { connectTimeoutMs: 200 });
    const gateway = await startGateway(
      `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: plano/echo, default: true }]
ratelimits: [{ model: plano/echo, selector: { key: x-user }, limit: { requests: 3, unit: day } }]`,
      {},
      { rateLimits: store },
    );
    closers.push(() => gateway.close());
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ model: 'plano/echo', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
  });
});
