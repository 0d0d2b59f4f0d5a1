import { describe, expect, it } from 'vitest';
import type { Catalogue, ModelRecord } from './catalogue.ts';
import { createModelLookup } from './model-lookup.ts';
import { undatedId } from './undated-id.ts';

const sources = {
  prices: { origin: 'prices@1.0.0', licence: 'MIT', date: '2026-01-01' },
  ids: { origin: 'ids@2.0.0', licence: 'Apache-2.0', date: '2026-02-02' },
};

const lookup = (key: string, ...models: ModelRecord[]) => {
  const catalogue: Catalogue = { sources, providers: { [key]: { from: { id: 'ids', prices: 'prices' }, models } } };
  return createModelLookup(catalogue);
};

describe('undatedId', () => {
  it.each([
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
    ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us.anthropic.claude-sonnet-4-5-v1:0'],
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['mistral-large-latest', 'mistral-large'],
    ['mistral-large-2512', 'mistral-large-2512'],
    ['gpt-5.4', 'gpt-5.4'],
    ['amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['qwen3-235b-a22b-thinking-2507', 'qwen3-235b-a22b-thinking-2507'],
  ])('%s is %s', (id, expected) => {
    expect(undatedId(id)).toBe(expected);
  });
});

describe('a look-up', () => {
  it.each<[string, string, string[], string | undefined]>([
    ['an exact id', 'm-2026-01-01', ['m', 'm-2026-01-01'], 'm-2026-01-01'],
    ['a dated id by the undated one', 'm-2026-03-03', ['m', 'm-2026-01-01'], 'm'],
    ['`-latest` by the undated one', 'm-latest', ['m'], 'm'],
    ['an undated id by the newest date', 'm', ['m-2025-01-01', 'm-2026-01-01'], 'm-2026-01-01'],
    ['a Vertex id', 'm@20260101', ['m-20260101'], 'm-20260101'],
    ['nothing for a longer name', 'm-mini', ['m', 'm-2026-01-01'], undefined],
    ['nothing for a shorter name', 'm', ['m-mini', 'm-mini-2026-01-01'], undefined],
    ['nothing for an empty name', '', ['m'], undefined],
  ])('finds %s', (_name, asked, ids, expected) => {
    expect(lookup('openai', ...ids.map((id) => ({ id }))).findModel('openai', asked)?.id).toBe(expected);
  });

  it('gives every fact its source, and no source to what is not known', () => {
    const prices = { input: 1, output: 2 };
    const { modelsOf } = lookup('openai', { id: 'a', prices }, { id: 'b' }, { id: 'c', prices, from: { prices: 'ids' } });
    expect(modelsOf('openai')).toEqual([
      { id: 'a', prices, sources: { id: sources.ids, prices: sources.prices } },
      { id: 'b', sources: { id: sources.ids } },
      { id: 'c', prices, sources: { id: sources.ids, prices: sources.ids } },
    ]);
  });

  it('answers by provider id and alias, and with nothing for what it does not know', () => {
    const { knownModels, modelsOf, findModel } = lookup('google', { id: 'g' });
    expect(knownModels('gemini')).toEqual(['g']);
    expect(knownModels('google')).toEqual(['g']);
    for (const id of ['openai', 'acme', '', '__proto__', 'constructor', 'toString']) {
      expect(knownModels(id)).toEqual([]);
      expect(modelsOf(id)).toEqual([]);
      expect(findModel(id, 'g')).toBeUndefined();
    }
  });

  it('keeps a provider of one family to that family', () => {
    const { knownModels, findModel } = lookup('amazon', { id: 'amazon.nova' }, { id: 'us.anthropic.claude-x' });
    expect(knownModels('amazon_bedrock')).toEqual(['amazon.nova', 'us.anthropic.claude-x']);
    expect(knownModels('bedrock_anthropic')).toEqual(['us.anthropic.claude-x']);
    expect(findModel('bedrock_anthropic', 'amazon.nova')).toBeUndefined();
  });
});
