import type { Catalogue, ModelRecord } from '@plano/hermesllm/models';
import { describe, expect, it } from 'vitest';
import { checkCatalogue } from '../src/check-catalogue.ts';

const catalogueOf = (...models: ModelRecord[]): Catalogue => ({
  sources: { here: { origin: 'acme@1.0.0', licence: 'MIT', date: '2026-11-23' } },
  providers: { acme: { from: { id: 'here' }, models } },
});

describe('checkCatalogue', () => {
  it('finds nothing wrong with plain facts', () => {
    const prices = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25, tiers: [{ aboveInputTokens: 200_000, input: 2, output: 7.5 }] };
    expect(checkCatalogue(catalogueOf({ id: 'a', contextTokens: 1000, outputTokens: 1000, input: ['text'], prices }, { id: 'b' }))).toEqual(
      [],
    );
  });

  it.each<[string, ModelRecord[], RegExp]>([
    ['a negative price', [{ id: 'a', prices: { input: -1, output: 1 } }], /^providers\.acme\.models\.0\.prices\.input: /],
    ['a price per billion', [{ id: 'a', prices: { input: 3000, output: 5 } }], /^providers\.acme\.models\.0\.prices\.input: /],
    ['a price per token', [{ id: 'a', prices: { input: 0.000003, output: 0.000015 } }], /^providers\.acme\.a\.prices: price too low/],
    ['mixed units', [{ id: 'a', prices: { input: 0.01, output: 10 } }], /output more than a hundred times/],
    ['a dear cache', [{ id: 'a', prices: { input: 1, output: 2, cacheRead: 2 } }], /reading the cache dearer/],
    ['a very dear cache', [{ id: 'a', prices: { input: 1, output: 2, cacheWrite: 4 } }], /writing the cache more than three times/],
    [
      'tiers out of order',
      [
        {
          id: 'a',
          prices: {
            input: 1,
            output: 2,
            tiers: [
              { aboveInputTokens: 2, input: 2, output: 4 },
              { aboveInputTokens: 1, input: 3, output: 6 },
            ],
          },
        },
      ],
      /tiers out of order/,
    ],
    [
      'a cheaper tier',
      [{ id: 'a', prices: { input: 2, output: 2, tiers: [{ aboveInputTokens: 2, input: 1, output: 4 }] } }],
      /tier above 2 cheaper/,
    ],
    ['no window', [{ id: 'a', contextTokens: 0 }], /^providers\.acme\.models\.0\.contextTokens: /],
    ['half a token', [{ id: 'a', outputTokens: 0.5 }], /^providers\.acme\.models\.0\.outputTokens: /],
    ['an answer above the window', [{ id: 'a', contextTokens: 10, outputTokens: 11 }], /outputTokens above contextTokens/],
    ['an id twice', [{ id: 'a' }, { id: 'a' }], /^providers\.acme\.a: not in order, or twice/],
    ['an id that is text', [{ id: 'A model\n' }], /^providers\.acme\.models\.0\.id: /],
    ['a date that is text', [{ id: 'a', deprecated: true, retires: 'November 30th' }], /retires: /],
    ['an end without notice', [{ id: 'a', retires: '2026-11-30' }], /retires without deprecated/],
    ['a source that is not listed', [{ id: 'a', from: { id: 'there' } }], /unknown source there/],
  ])('reports %s', (_name, models, problem) => {
    const problems = checkCatalogue(catalogueOf(...models));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });
});
