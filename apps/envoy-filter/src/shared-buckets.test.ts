import { describe, expect, it } from 'vitest';
import type { SharedDataHost } from './shared-buckets.ts';
import { chargeShared, takeShared } from './shared-buckets.ts';

/** Envoy's shared data: an entry is written when its version is the one that was read, or without a version. */
function sharedData(beforeWrite?: () => void): SharedDataHost & { readonly size: () => number } {
  const entries = new Map<string, { value: string; version: number }>();
  let version = 0;
  return {
    sharedData: (key) => entries.get(key),
    setSharedData(key, value, expected) {
      beforeWrite?.();
      if (expected !== 0 && entries.get(key)?.version !== expected) return false;
      entries.set(key, { value, version: ++version });
      return true;
    },
    size: () => entries.size,
  };
}

const take = (key: string, amount: number, capacity = 10) => ({ key, overflowKey: 'rest', capacity, unitMs: 1000, amount });
const level = { remaining: expect.any(Number) as number, resetMs: expect.any(Number) as number };

describe('takeShared', () => {
  it('lets pass what the bucket holds, refuses what is beyond, and refills', () => {
    const host = sharedData();
    expect(takeShared(host, [take('a', 6)], 0)).toEqual({ ok: true, levels: [{ remaining: 4, resetMs: 600 }] });
    expect(takeShared(host, [take('a', 6)], 0)).toEqual({ ok: false, reason: 'limited', index: 0, waitMs: 200, levels: [level] });
    expect(takeShared(host, [take('a', 6)], 200)).toMatchObject({ ok: true });
    expect(takeShared(host, [take('a', 11)], 5000)).toMatchObject({ ok: false, waitMs: null });
  });

  it('takes from all or from none', () => {
    const host = sharedData();
    takeShared(host, [take('b', 10)], 0);
    expect(takeShared(host, [take('a', 5), take('b', 1)], 0)).toMatchObject({ ok: false, index: 1 });
    expect(takeShared(host, [take('a', 10)], 0)).toMatchObject({ ok: true });
  });

  it('sees what another worker took between its reading and its writing', () => {
    let others = 0;
    const host = sharedData(() => {
      if (others++ === 1) takeShared(host, [take('a', 5)], 0);
    });
    takeShared(host, [take('a', 1)], 0);
    expect(takeShared(host, [take('a', 4)], 0)).toEqual({ ok: true, levels: [{ remaining: 0, resetMs: 1000 }] });
    expect(takeShared(host, [take('a', 1)], 0)).toMatchObject({ ok: false });
  });

  it('does not grow with the number of clients', () => {
    const host = sharedData();
    for (let client = 0; client < 300_000; client++) takeShared(host, [take(`client ${client}`, 1)], 0);
    expect(host.size()).toBeLessThanOrEqual(1 << 17);
  });
});

describe('chargeShared', () => {
  it('takes beyond what the bucket holds, and gives back', () => {
    const host = sharedData();
    chargeShared(host, [take('a', 15)], 0);
    expect(takeShared(host, [take('a', 1)], 0)).toMatchObject({ ok: false, waitMs: 600 });
    chargeShared(host, [take('a', -10)], 0);
    expect(takeShared(host, [take('a', 5)], 0)).toMatchObject({ ok: true });
  });
});
