import { describe, expect, it } from 'vitest';
import { rankModels } from './rank-models.ts';

const metrics = {
  prices: new Map([
    ['sonnet', { input: 3, output: 15 }],
    ['gpt-4o', { input: 2.5, output: 10 }],
    ['mini', { input: 0.15, output: 0.6 }],
    ['broken', { input: Number.NaN, output: 1 }],
    ['negative', { input: -5, output: 1 }],
  ]),
  latencies: new Map([
    ['sonnet', 900],
    ['mini', 300],
    ['gpt-4o', 300],
  ]),
};

describe('rankModels', () => {
  it.each([
    ['the cheapest first', ['sonnet', 'gpt-4o', 'mini'], 'cheapest', ['mini', 'gpt-4o', 'sonnet']],
    ['models without a price last, as declared', ['new', 'sonnet', 'old', 'mini'], 'cheapest', ['mini', 'sonnet', 'new', 'old']],
    ['prices that make no sense last', ['broken', 'negative', 'sonnet'], 'cheapest', ['sonnet', 'broken', 'negative']],
    ['the fastest first, ties as declared', ['sonnet', 'mini', 'gpt-4o'], 'fastest', ['mini', 'gpt-4o', 'sonnet']],
    ['the declared order without a preference', ['sonnet', 'mini'], 'none', ['sonnet', 'mini']],
  ] as const)('puts %s', (_name, models, prefer, expected) => {
    expect(rankModels(models, prefer, metrics)).toEqual(expected);
  });
});
