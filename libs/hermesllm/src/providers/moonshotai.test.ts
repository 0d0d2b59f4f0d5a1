import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { adaptRequest } from './adapt-request.ts';
import { findProvider } from './registry.ts';

function adapt(wire: JsonObject, model = 'kimi-k3', provider = 'moonshotai'): { out: JsonObject; warnings: string[] } {
  const warnings: Warning[] = [];
  const target = { api: 'openai-chat', model } as const;
  const out = adaptRequest({ provider: findProvider(provider)!, target, wire, warn: (warning) => warnings.push(warning) });
  return { out, warnings: warnings.map(({ type, path }) => `${type} ${path}`) };
}

describe('kimi-k3', () => {
  it('has fixed sampling', () => {
    const sent = { max_tokens: 5, temperature: 0.1, top_p: 0.9, n: 2, presence_penalty: 1, frequency_penalty: 1 };
    expect(adapt(sent)).toEqual({
      out: { max_tokens: 5 },
      warnings: ['temperature', 'top_p', 'n', 'presence_penalty', 'frequency_penalty'].map((name) => `dropped ${name}`),
    });
  });

  it.each([
    ['none', 'low', ['approximated reasoning_effort']],
    ['minimal', 'low', ['approximated reasoning_effort']],
    ['low', 'low', []],
    ['medium', 'high', ['approximated reasoning_effort']],
    ['High', 'high', []],
    ['max', 'max', []],
    ['weird', undefined, ['dropped reasoning_effort']],
    ['constructor', undefined, ['dropped reasoning_effort']],
  ])('effort %s becomes %s', (asked, sent, warnings) => {
    expect(adapt({ reasoning_effort: asked })).toEqual({ out: sent === undefined ? {} : { reasoning_effort: sent }, warnings });
  });

  it('is neither another version nor the same model elsewhere', () => {
    const sent = { temperature: 0.1 };
    expect(adapt(sent, 'kimi-k3.1').out).toBe(sent);
    expect(adapt(sent, 'moonshotai/kimi-k3').out).toBe(sent);
    expect(adapt(sent, 'kimi-k3', 'openrouter').out).toBe(sent);
  });
});
