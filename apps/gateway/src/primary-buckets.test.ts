import type { BucketTake } from '@plano/common';
import { describe, expect, it, vi } from 'vitest';
import { answerFromBuckets, createPrimaryStore } from './primary-buckets.ts';
import { createMemoryStore } from './rate-limit-store.ts';
import type { FromWorker } from './worker-messages.ts';

type Message = FromWorker & { readonly plano: 'buckets' };

const take = (amount = 1, key = 'a'): BucketTake => ({ key, overflowKey: 'rest', capacity: 3, unitMs: 86_400_000, amount });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A primary process with its buckets; `workers` of them ask it. */
function setUp(options: Parameters<typeof createPrimaryStore>[1] = {}) {
  const buckets = createMemoryStore();
  const messages: Message[] = [];
  const changes: boolean[] = [];
  const state = { answers: true, connected: true };
  const worker = () => {
    const store = createPrimaryStore(
      (message) => {
        if (!state.connected) return false;
        messages.push(message);
        const asked = JSON.parse(JSON.stringify(message)) as Message;
        if (state.answers)
          setImmediate(() => store.answered({ plano: 'buckets', id: asked.id, outcomes: answerFromBuckets(buckets, asked.asks) }));
        return true;
      },
      { timeoutMs: 20, restMs: 40, onAvailability: (available) => changes.push(available), ...options },
    );
    return store;
  };
  return { worker, messages, changes, state };
}

describe('buckets that the primary keeps', () => {
  it('are the same for all workers', async () => {
    const { worker } = setUp();
    const [one, two] = [worker(), worker()];
    expect(await one.take([take(2)])).toMatchObject({ ok: true, levels: [{ remaining: 1 }] });
    expect(await two.take([take(2)])).toMatchObject({ ok: false, reason: 'limited', index: 0, levels: [{ remaining: 1 }] });
    two.charge([take(-2)]);
    await turn();
    expect(await one.take([take(3)])).toMatchObject({ ok: true, levels: [{ remaining: 0 }] });
    expect(await two.take([take(4, 'b')])).toMatchObject({ ok: false, waitMs: null });
  });

  it('are asked once for all that a turn brings, without what only the flow needs to know', async () => {
    const { worker, messages } = setUp();
    const store = worker();
    const planned = { ...take(), kind: 'requests', limit: {}, value: 'ann' };
    const outcomes = await Promise.all([store.take([planned]), store.take([planned]), store.take([take(2)]), store.take([planned])]);
    store.charge([planned]);
    await turn();
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, false, true]);
    expect(messages.map(({ asks }) => asks.length)).toEqual([4, 1]);
    expect(messages[0]?.asks[0]).toEqual({ take: [take()] });
  });

  it('hold up nobody when the primary does not answer: the worker counts for itself until it does', async () => {
    const { worker, messages, changes, state } = setUp();
    const store = worker();
    await store.take([take(1)]);
    state.answers = false;
    expect(await store.take([take(3)])).toMatchObject({ ok: true });
    expect(store.available()).toBe(false);
    const asked = messages.length;
    expect(store.take([take(1)])).toMatchObject({ ok: false, reason: 'limited' });
    store.charge([take(-1)]);
    expect(store.take([take(1)])).toMatchObject({ ok: true });
    expect(messages).toHaveLength(asked);
    state.answers = true;
    await expect.poll(() => store.take([take(0)])).toMatchObject({ levels: [{ remaining: 2 }] });
    expect(store.available()).toBe(true);
    expect(changes).toEqual([false, true]);
  });

  it('are not waited for by more than is allowed', async () => {
    const { worker, messages } = setUp({ mostPending: 2 });
    const store = worker();
    const outcomes = [store.take([take()]), store.take([take()]), store.take([take()])];
    expect(outcomes.map((outcome) => outcome instanceof Promise)).toEqual([true, true, false]);
    for (const outcome of outcomes) expect((await outcome).ok).toBe(true);
    expect(messages).toHaveLength(1);
    expect(store.take([take()])).toBeInstanceOf(Promise);
  });

  it('are not waited for when the primary is gone', async () => {
    const { worker, state } = setUp({ timeoutMs: 60_000 });
    const store = worker();
    state.answers = false;
    const waiting = store.take([take()]);
    await turn();
    const inHand = store.take([take()]);
    store.disconnect();
    expect(await waiting).toMatchObject({ ok: true });
    expect(await inHand).toMatchObject({ ok: true });
    expect(store.take([take(2)])).toMatchObject({ ok: false });
    store.charge([take()]);
    expect(store.available()).toBe(false);
  });

  it('do not hear an answer that comes too late', async () => {
    const { worker, state, messages } = setUp();
    const store = worker();
    state.answers = false;
    const outcome = store.take([take(2)]);
    await turn();
    expect(await outcome).toMatchObject({ ok: true });
    store.answered({ plano: 'buckets', id: messages[0]?.id ?? -1, outcomes: [{ ok: false, reason: 'unavailable' }] });
    expect(store.available()).toBe(false);
  });
});
