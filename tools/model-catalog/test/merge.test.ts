import { describe, expect, it } from 'vitest';
import type { Listings, ModelFacts, PatternFacts } from '../src/facts.ts';
import { merge, type Sources } from '../src/merge.ts';

const none: Listings = { providers: {} };

const sources = (first: ModelFacts[], second: PatternFacts[] = [], third: ModelFacts[] = []): Sources => [
  { key: 'first', facts: { models: { acme: first }, patterns: {} } },
  { key: 'second', facts: { models: {}, patterns: { acme: second } } },
  { key: 'third', facts: { models: { acme: third }, patterns: {} } },
];

const mergeAll = (from: Sources, listings = none) => {
  const remarks: string[] = [];
  const merged = merge(from, listings, (remark) => remarks.push(`${remark.key}/${remark.id}: ${remark.text}`))['acme'] ?? [];
  return { merged, remarks };
};

describe('merge', () => {
  it('orders ids by code units and takes each fact from the first source that states it', () => {
    const { merged } = mergeAll(
      sources(
        [{ id: 'b', reasoning: true }],
        [{ match: { starts_with: 'b' }, contextTokens: 1000, prices: { input: 1, output: 2 } }],
        [{ id: 'a' }, { id: 'b' }, { id: 'B' }],
      ),
    );
    expect(merged.map(({ record }) => record.id)).toEqual(['B', 'a', 'b']);
    expect(merged[2]).toEqual({
      record: { id: 'b', contextTokens: 1000, reasoning: true, prices: { input: 1, output: 2 } },
      from: { id: 'first', contextTokens: 'second', reasoning: 'first', prices: 'second' },
    });
    expect(merged[0]).toEqual({ record: { id: 'B' }, from: { id: 'third' } });
  });

  it('leaves out a window that was cut at a price tier, and takes the next source that has the whole one', () => {
    const prices = { input: 1, output: 2, tiers: [{ aboveInputTokens: 272_000, input: 2, output: 3 }] };
    const cut = { id: 'a', contextTokens: 272_000, prices };
    expect(mergeAll(sources([cut], [{ match: { equals: 'a' }, contextTokens: 1_050_000 }])).merged[0]).toMatchObject({
      record: { contextTokens: 1_050_000 },
      from: { contextTokens: 'second', prices: 'first' },
    });
    const alone = mergeAll(sources([cut]));
    expect(alone.merged[0]?.record.contextTokens).toBeUndefined();
    expect(alone.remarks).toEqual(['acme/a: context window left out: it ends at a price tier']);
    const listing = { endpoint: 'e', date: '2026-11-23', models: [{ id: 'a', contextTokens: 272_000 }] };
    expect(mergeAll(sources([cut]), { providers: { acme: listing } }).merged[0]?.record.contextTokens).toBe(272_000);
  });

  it('takes ids from a listing, and undated names of what it lists from the packages', () => {
    const listing = { endpoint: 'e', date: '2026-11-23', models: [{ id: 'm-20260101' }, { id: 'n' }] };
    const known = sources(
      [{ id: 'm', reasoning: true }, { id: 'm-20250101' }, { id: 'gone' }],
      [{ match: { starts_with: 'm' }, contextTokens: 9 }],
    );
    expect(mergeAll(known, { providers: { acme: listing } }).merged).toEqual([
      { record: { id: 'm', contextTokens: 9, reasoning: true }, from: { id: 'first', contextTokens: 'second', reasoning: 'first' } },
      { record: { id: 'm-20260101', contextTokens: 9 }, from: { id: 'listing:acme', contextTokens: 'second' } },
      { record: { id: 'n' }, from: { id: 'listing:acme' } },
    ]);
  });

  it('leaves out an output limit above the window', () => {
    const { merged, remarks } = mergeAll(sources([{ id: 'a', contextTokens: 1000, outputTokens: 2000 }]));
    expect(merged[0]?.record).toEqual({ id: 'a', contextTokens: 1000 });
    expect(remarks).toEqual(['acme/a: output limit left out: above the context window']);
  });

  it('completes prices from a list that agrees, and only reports one that does not', () => {
    const fuller = {
      input: 1,
      output: 2,
      cacheRead: 0.1,
      cacheWriteOneHour: 2,
      inputAudio: 4,
      tiers: [{ aboveInputTokens: 5, input: 2, output: 4 }],
    };
    const agreed = mergeAll(
      sources(
        [{ id: 'a', input: ['text'], prices: { input: 1, output: 2, cacheRead: 0.2 } }],
        [{ match: { equals: 'a' }, prices: fuller }],
      ),
    );
    expect(agreed.merged[0]?.record).toMatchObject({
      prices: { input: 1, output: 2, cacheRead: 0.2, cacheWriteOneHour: 2, inputAudio: 4 },
      input: ['text', 'audio'],
    });
    expect(agreed.merged[0]?.record.prices?.tiers).toBeUndefined();
    expect(agreed.remarks).toEqual([]);
    const differing = mergeAll(sources([{ id: 'a', prices: { input: 3, output: 2 } }], [{ match: { equals: 'a' }, prices: fuller }]));
    expect(differing.merged[0]?.record.prices).toEqual({ input: 3, output: 2 });
    expect(differing.remarks).toEqual(['acme/a: first 3/2 kept, second says 1/2']);
  });

  it('joins a deprecation with the day that another source states', () => {
    const { merged } = mergeAll(
      sources([{ id: 'a' }], [{ match: { equals: 'a' }, deprecated: true }], [{ id: 'a', deprecated: true, retires: '2026-11-30' }]),
    );
    expect(merged[0]).toEqual({ record: { id: 'a', deprecated: true, retires: '2026-11-30' }, from: { id: 'first', deprecated: 'third' } });
  });
});
