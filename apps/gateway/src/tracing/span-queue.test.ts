import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Span } from './span.ts';
import { createSpanQueue } from './span-queue.ts';

const span = (name: string): Span => ({
  service: 'plano(inbound)',
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentId: undefined,
  parentIsRemote: false,
  name,
  kind: 'server',
  startMs: 1,
  endMs: 2,
  attributes: {},
  events: [],
  error: undefined,
});

/** A queue whose collector the test plays. */
function queueOf(limits = { most: 4, batch: 2, delayMs: 100 }) {
  const batches: { names: string; take(): void; refuse(): void }[] = [];
  const told: string[] = [];
  const exporter = {
    export: (spans: readonly Span[]) =>
      new Promise<void>((resolve, reject) => {
        batches.push({ names: spans.map(({ name }) => name).join(''), take: resolve, refuse: () => reject(new Error('no')) });
      }),
    close: () => void told.push('closed'),
  };
  const queue = createSpanQueue(exporter, limits, {
    onExported: (spans) => void told.push(`exported ${spans}`),
    onLost: (spans, why) => void told.push(`lost ${spans} ${why}`),
  });
  const add = (names: string): void => {
    for (const name of names) queue.add(span(name));
  };
  return { queue, add, batches, told, names: () => batches.map(({ names }) => names) };
}

describe('a queue of spans', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends what waited its time, and a full batch at once', async () => {
    const { add, names, batches, told } = queueOf();
    add('a');
    expect(names()).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(names()).toEqual(['a']);
    batches[0]?.take();
    await vi.advanceTimersByTimeAsync(0);
    add('bc');
    expect(names()).toEqual(['a', 'bc']);
    expect(told).toEqual(['exported 1']);
  });

  it('sends one batch at a time, and loses what is above its limit', async () => {
    const { add, names, batches, told } = queueOf();
    add('abcdefgh');
    expect([names(), told]).toEqual([['ab'], ['lost 1 queue_full', 'lost 1 queue_full']]);
    batches[0]?.take();
    await vi.advanceTimersByTimeAsync(0);
    expect(names()).toEqual(['ab', 'cd']);
  });

  it('waits its full time after a batch that failed, however many there are', async () => {
    const { add, names, batches, told } = queueOf();
    add('abcd');
    batches[0]?.refuse();
    await vi.advanceTimersByTimeAsync(99);
    add('e');
    expect(names()).toEqual(['ab']);
    await vi.advanceTimersByTimeAsync(1);
    expect([names(), told]).toEqual([['ab', 'cd'], ['lost 2 export_failed']]);
    batches[1]?.take();
    await vi.advanceTimersByTimeAsync(0);
    add('f');
    expect(names()).toEqual(['ab', 'cd', 'ef']);
  });

  it('sends at its end what waits, and then takes nothing more', async () => {
    const { queue, add, names, batches, told } = queueOf();
    add('abc');
    const closed = queue.close(1000);
    batches[0]?.take();
    await vi.advanceTimersByTimeAsync(0);
    batches[1]?.take();
    await closed;
    add('d');
    expect([names(), told]).toEqual([
      ['ab', 'c'],
      ['exported 2', 'exported 1', 'closed', 'lost 1 stopped'],
    ]);
  });

  it.each([
    ['a collector that hangs', false],
    ['a collector that refuses', true],
  ])('ends with %s, and says what was lost', async (_what, refuses) => {
    const { queue, add, batches, told } = queueOf();
    add('abc');
    const closed = queue.close(1000);
    if (refuses) batches[0]?.refuse();
    await vi.advanceTimersByTimeAsync(refuses ? 0 : 1000);
    await closed;
    expect(told).toEqual([...(refuses ? ['lost 2 export_failed'] : []), 'lost 1 stopped', 'closed']);
  });
});
