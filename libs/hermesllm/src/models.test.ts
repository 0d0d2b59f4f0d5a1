import { describe, expect, it } from 'vitest';
import { catalogue, findModel, knownModels, modelsOf } from './models.ts';

const keys = Object.keys(catalogue.providers);

describe('the bundled catalogue', () => {
  it.each([
    'anthropic',
    'amazon_bedrock',
    'chatgpt',
    'deepseek',
    'gemini',
    'groq',
    'meta',
    'minimax',
    'mistral',
    'moonshotai',
    'openai',
    'qwen',
    'together_ai',
    'xai',
    'xiaomi',
    'zhipu',
  ])('lists models of %s', (id) => {
    expect(knownModels(id).length).toBeGreaterThan(0);
    expect(modelsOf(id).map((model) => model.id)).toEqual(knownModels(id));
  });

  it.each(['astraflow', 'astraflow_cn', 'edenai', 'github', 'ollama', 'openrouter', 'plano', 'vercel'])('has no list for %s', (id) => {
    expect(knownModels(id)).toEqual([]);
  });

  it('names models as the provider takes them', () => {
    expect(knownModels('moonshotai')).toContain('kimi-k3');
    expect(knownModels('minimax')).toContain('MiniMax-M3');
    expect(knownModels('groq')).toContain('openai/gpt-oss-120b');
    for (const id of ['openai', 'anthropic', 'chatgpt', 'deepseek', 'gemini', 'mistral', 'xai']) {
      expect(knownModels(id).filter((model) => model.includes('/'))).toEqual([]);
    }
    expect(knownModels('azure_openai')).toEqual(knownModels('openai'));
    expect(knownModels('bedrock_anthropic').every((model) => model.includes('anthropic.claude'))).toBe(true);
    expect(knownModels('bedrock_anthropic').length).toBeGreaterThan(10);
  });

  it('is ordered, and every source it names is described', () => {
    for (const key of keys) {
      const provider = catalogue.providers[key];
      const ids = provider?.models.map((model) => model.id) ?? [];
      expect(ids).toEqual([...new Set(ids)].sort());
      const named = new Set(provider?.models.flatMap((model) => Object.values({ ...provider.from, ...model.from })));
      expect([...named].filter((source) => catalogue.sources[source] === undefined)).toEqual([]);
    }
  });

  it('has limits and prices that were the same in two independent lists', () => {
    expect(findModel('openai', 'gpt-4o')).toMatchObject({
      contextTokens: 128_000,
      outputTokens: 16_384,
      input: ['text', 'image'],
      prices: { input: 2.5, output: 10, cacheRead: 1.25 },
    });
    expect(findModel('anthropic', 'claude-opus-4-5')).toMatchObject({
      contextTokens: 200_000,
      prices: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25, cacheWriteOneHour: 10 },
    });
    expect(findModel('gemini', 'gemini-2.5-pro')?.prices?.tiers).toEqual([
      { aboveInputTokens: 200_000, input: 2.5, output: 15, cacheRead: 0.25 },
    ]);
  });

  it('knows deprecations, and where each fact is from', () => {
    const model = findModel('anthropic', 'claude-sonnet-4-5-20250929');
    expect(model).toMatchObject({ deprecated: true, retires: '2026-11-30' });
    expect(model?.sources.deprecated?.origin).toMatch(/^@anthropic-ai\/sdk@/);
    expect(model?.sources.prices).toMatchObject({ licence: 'MIT' });
  });
});
