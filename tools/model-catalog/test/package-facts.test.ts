import { describe, expect, it } from 'vitest';
import { anthropicRetirements, dateOf, declaredIds, idFacts } from '../src/declared-ids.ts';
import { genaiPricesFacts, genaiPricesProviders } from '../src/genai-prices-facts.ts';
import { covers } from '../src/id-pattern.ts';
import { piAiFacts } from '../src/pi-ai-facts.ts';
import { isTextModel } from '../src/text-models.ts';

describe('pi-ai', () => {
  const model = (id: string, more: object = {}) => ({
    id,
    type: 'chat',
    input: ['text', 'image'],
    reasoning: true,
    contextWindow: 1000,
    maxTokens: 100,
    cost: { input: 1, output: 2, cacheRead: 0, cacheWrite: 1.25 },
    ...more,
  });
  const facts = piAiFacts((name) => {
    if (name === 'openai')
      return JSON.stringify({
        one: { a: model('a'), b: model('b', { type: 'classifier' }) },
        two: { c: model('c', { cost: { input: 0, output: 0 } }) },
      });
    if (name === 'openai-codex') return JSON.stringify({ one: { d: model('d') } });
    if (name === 'qwen-token-plan') return JSON.stringify({ one: { e: model('qwen-e'), f: model('glm-f') } });
    return '{}';
  });

  it('takes chat models, and a zero as not known', () => {
    expect(facts.models['openai']).toEqual([
      {
        id: 'a',
        contextTokens: 1000,
        outputTokens: 100,
        input: ['text', 'image'],
        reasoning: true,
        prices: { input: 1, output: 2, cacheWrite: 1.25 },
      },
      { id: 'c', contextTokens: 1000, outputTokens: 100, input: ['text', 'image'], reasoning: true },
    ]);
  });

  it('takes no prices from a subscription and no models of other makers from a plan', () => {
    expect(facts.models['chatgpt']?.[0]).not.toHaveProperty('prices');
    expect(facts.models['qwen']?.map(({ id }) => id)).toEqual(['qwen-e']);
  });
});

describe('genai-prices', () => {
  const pricesOf = (prices: unknown): unknown => {
    const find = (id: string) => ({ models: id === 'openai' ? [{ match: { equals: 'a' }, prices }] : [] });
    return genaiPricesFacts(find, '2026-09-23').patterns['openai']?.[0]?.prices;
  };

  it('knows a provider for every key that it fills', () => {
    expect(Object.keys(genaiPricesFacts(() => ({ models: [] }), '2026-09-23').patterns)).toEqual(Object.keys(genaiPricesProviders));
  });

  it.each<[string, unknown, unknown]>([
    ['flat prices', { input_mtok: 1, output_mtok: 2, cache_read_mtok: 0.1, requests_kcount: 5 }, { input: 1, output: 2, cacheRead: 0.1 }],
    [
      'tiers, with the threshold as a round number',
      {
        input_mtok: { base: 1, tiers: [{ start: 271_999, price: 2 }] },
        output_mtok: { base: 3, tiers: [{ start: 272_000, price: 4 }] },
        cache_read_mtok: 0.1,
      },
      { input: 1, output: 3, cacheRead: 0.1, tiers: [{ aboveInputTokens: 272_000, input: 2, output: 4, cacheRead: 0.1 }] },
    ],
    [
      'the price in force on the day',
      [
        { prices: { input_mtok: 1, output_mtok: 2 } },
        { constraint: { type: 'start_date', start_date: '2026-08-01' }, prices: { input_mtok: 3, output_mtok: 4 } },
        { constraint: { type: 'start_date', start_date: '2026-12-01' }, prices: { input_mtok: 5, output_mtok: 6 } },
      ],
      { input: 3, output: 4 },
    ],
    [
      'the dearest hour',
      [
        { prices: { input_mtok: 1, output_mtok: 2 } },
        { constraint: { type: 'time_of_date', start_time: '01:00:00Z', end_time: '04:00:00Z' }, prices: { input_mtok: 2, output_mtok: 4 } },
      ],
      { input: 2, output: 4, varyByHour: true },
    ],
    ['no price for text', { audio_hours: 1 }, undefined],
    ['a zero', { input_mtok: 0, output_mtok: 0 }, undefined],
  ])('reads %s', (_name, prices, expected) => {
    expect(pricesOf(prices)).toEqual(expected);
  });

  it.each<[Parameters<typeof covers>[0], string, boolean]>([
    [{ equals: 'a' }, 'ab', false],
    [{ starts_with: 'a' }, 'ab', true],
    [{ ends_with: 'a' }, 'ab', false],
    [{ contains: 'b' }, 'abc', true],
    [{ regex: '^a-\\d{2}$' }, 'a-12', true],
    [{ or: [{ equals: 'a' }, { equals: 'b' }] }, 'b', true],
    [{ and: [{ starts_with: 'a' }, { ends_with: 'c' }] }, 'ab', false],
  ])('%j covers %s: %s', (pattern, id, expected) => {
    expect(covers(pattern, id)).toBe(expected);
  });
});

describe('ids that official clients declare', () => {
  it('finds the literals of a union, text models only', () => {
    expect(declaredIds("export type Other = 'x';\nexport type Model = 'a-1' | 'a-audio' | 'b' | (string & {});", 'Model')).toEqual([
      'a-1',
      'b',
    ]);
    expect(() => declaredIds("type Model = 'a';", 'ChatModel')).toThrow('type ChatModel names no model');
  });

  it('reads the days of retirement', () => {
    const retirements = anthropicRetirements("const DEPRECATED_MODELS = {\n  'claude-old': 'November 30th, 2026',\n};");
    expect(idFacts('anthropic', ['claude-old', 'claude-new'], retirements).models['anthropic']).toEqual([
      { id: 'claude-old', deprecated: true, retires: '2026-11-30' },
      { id: 'claude-new' },
    ]);
    expect(dateOf('March 1st, 2027')).toBe('2027-03-01');
    expect(() => dateOf('soon')).toThrow('not a date: soon');
    expect(() => anthropicRetirements('')).toThrow('no DEPRECATED_MODELS');
  });
});

describe('isTextModel', () => {
  it.each([
    'gpt-5.4',
    'claude-opus-5-5',
    'o3',
    'qwen3-vl-plus',
    'openai/gpt-oss-safeguard-20b',
    'mistral-large-latest',
    'gemini-2.5-flash',
    'gpt-4o-search-preview',
    'olive-7b',
  ])('keeps %s', (id) => expect(isTextModel(id)).toBe(true));
  it.each([
    'gpt-image-1',
    'gpt-image-1.5',
    'chatgpt-image-latest',
    'dall-e-3',
    'tts-1-hd',
    'gpt-4o-mini-tts',
    'text-embedding-3-large',
    'gemini-embedding-001',
    'omni-moderation-latest',
    'gpt-realtime-2',
    'gpt-4o-audio-preview',
    'gpt-4o-transcribe',
    'whisper-1',
    'sora-2-pro',
    'grok-imagine-video-1',
    'mimo-v2.5-asr',
    'amazon.nova-2-sonic-v1:0',
    'mistral-ocr-2512',
    'gemini-live-2.5-flash',
    'ft:gpt-4o-2024-08-06:acme::x',
    'davinci-002',
  ])('leaves out %s', (id) => expect(isTextModel(id)).toBe(false));
});
