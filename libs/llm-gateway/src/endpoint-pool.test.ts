import type { EffectiveProvider } from '@plano/common';
import { deriveConfig, parseConfig } from '@plano/common/config';
import { describe, expect, it } from 'vitest';
import type { EndpointPool, Lease } from './endpoint-pool.ts';
import { acquire, createEndpointPool, release, retryAfterSeconds } from './endpoint-pool.ts';

function poolOf(more: string): EndpointPool {
  const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, access_key: k, ${more} }]`;
  const parsed = parseConfig(yaml, { file: 'f', environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return createEndpointPool(deriveConfig(parsed.config, {}).providers[0] as EffectiveProvider);
}
const places = (weights: readonly number[]): string =>
  `endpoints: [${weights.map((weight, index) => `{ base_url: "http://h${index}/v1", weight: ${weight} }`).join(', ')}]`;
let time = 0;
const now = (): number => time;
const take = (pool: EndpointPool): Lease => {
  const lease = acquire(pool, [], now);
  if (lease === undefined) throw new Error('there is no place');
  return lease;
};
const hostOf = ({ endpoint }: Lease): string | undefined => endpoint.upstream?.host;

describe('the choice of an endpoint', () => {
  it('mixes them evenly by their weights', () => {
    const pool = poolOf(places([5, 1, 1]));
    const hosts = Array.from({ length: 14 }, () => hostOf(take(pool))?.slice(1));
    expect(hosts.join('')).toBe('00102000010200'.slice(0, 14));
    expect(hosts.filter((host) => host === '0')).toHaveLength(10);
  });
  it('has keys of their own, and the provider’s where they have none', () => {
    const pool = poolOf('base_url: "http://h/v1", endpoints: [{ access_key: a }, { base_url: "http://i/v1" }]');
    expect(pool.endpoints.map(({ upstream, credential }) => [upstream?.host, credential])).toEqual([
      ['h', { type: 'key', value: 'a' }],
      ['i', { type: 'key', value: 'k' }],
    ]);
  });
  it('tries first what was not tried yet, and then anything', () => {
    const pool = poolOf(places([9, 1]));
    const first = take(pool);
    const second = acquire(pool, [first.endpoint], now) as Lease;
    expect([hostOf(first), hostOf(second)]).toEqual(['h0', 'h1']);
    expect(acquire(pool, [first.endpoint, second.endpoint], now)).toBeDefined();
  });
  it('avoids an endpoint whose breaker is open, and has none when all are', () => {
    time = 0;
    const pool = poolOf(`${places([1, 1])}, circuit_breaker: { failures: 1, open: 4500ms }`);
    const first = take(pool);
    release(first, 'failure', now);
    expect([hostOf(take(pool)), hostOf(take(pool))]).toEqual(['h1', 'h1']);
    expect(retryAfterSeconds(pool, now)).toBe(1);
    release(take(pool), 'failure', now);
    expect(acquire(pool, [], now)).toBeUndefined();
    expect(retryAfterSeconds(pool, now)).toBe(5);
    time = 4_500;
    expect(take(pool).probe).toBe(true);
  });
  it('has room for so many at each endpoint, however they end', () => {
    const pool = poolOf(`${places([1, 1])}, max_concurrency: 1`);
    const leases = [take(pool), take(pool)];
    expect(leases.map(hostOf)).toEqual(['h0', 'h1']);
    expect(acquire(pool, [], now)).toBeUndefined();
    for (const outcome of ['success', 'failure', 'unknown'] as const) {
      release(leases[0] as Lease, outcome, now);
      release(leases[0] as Lease, outcome, now);
      expect(pool.endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 1]);
      leases[0] = take(pool);
    }
  });
  it('never opens a breaker that is switched off', () => {
    const pool = poolOf('circuit_breaker: false');
    for (let i = 0; i < 50; i++) release(take(pool), 'failure', now);
    expect(pool.endpoints[0].inFlight).toBe(0);
  });
});
