import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { adaptRequest } from './adapt-request.ts';
import { findProvider } from './registry.ts';

function adapt(model: string, wire: JsonObject, provider = 'openai'): { out: JsonObject; warnings: string[] } {
  const warnings: Warning[] = [];
  const out = adaptRequest({
    provider: findProvider(provider)!,
    target: { api: 'openai-chat', model },
    wire,
    warn: (warning) => warnings.push(warning),
  });
  return { out, warnings: warnings.map(({ type, path }) => `${type} ${path}`) };
}

describe('reasoning models of OpenAI', () => {
  it.each<[string, JsonObject, JsonObject, string[]]>([
    // Nothing is sent that the client did not send.
    ['gpt-5', {}, {}, []],
    ['o3', {}, {}, []],
    ['gpt-5.1', { reasoning_effort: 'high' }, { reasoning_effort: 'high' }, []],
    ['gpt-5', { temperature: 0.2 }, { temperature: 1 }, ['approximated temperature']],
    ['gpt-5', { temperature: 1 }, { temperature: 1 }, []],
    ['gpt-5', { temperature: null }, { temperature: null }, []],
    ['gpt-5-mini', { temperature: 0.2 }, { temperature: 1 }, ['approximated temperature']],
    ['gpt-5-chat-latest', { temperature: 0.2 }, { temperature: 0.2 }, []],
    ['gpt-5.1', { temperature: 0.2 }, { temperature: 0.2 }, []],
    ['gpt-5.2', { temperature: 0.2, reasoning_effort: 'none' }, { temperature: 0.2, reasoning_effort: 'none' }, []],
    ['gpt-5.2', { temperature: 0.2, reasoning_effort: 'low' }, { temperature: 1, reasoning_effort: 'low' }, ['approximated temperature']],
    ['gpt-5.4', { temperature: 0.2, top_p: 0.5 }, { temperature: 0.2, top_p: 0.5 }, []],
    ['gpt-5.5', { temperature: 0.2, top_p: 0.5 }, { temperature: 1 }, ['dropped top_p', 'approximated temperature']],
    ['gpt-5.6-luna', { temperature: 0.2, reasoning_effort: 'none' }, { temperature: 0.2, reasoning_effort: 'none' }, []],
    ['gpt-6', { temperature: 0.2 }, { temperature: 1 }, ['approximated temperature']],
    [
      'o3',
      { presence_penalty: 1, frequency_penalty: 0, logit_bias: { 1: 2 }, logprobs: true, top_logprobs: 2 },
      {},
      ['dropped presence_penalty', 'dropped logit_bias', 'dropped logprobs', 'dropped top_logprobs'],
    ],
    ['gpt-5.1', { presence_penalty: 1, top_p: 0.5 }, { top_p: 0.5 }, ['dropped presence_penalty']],
    ['gpt-4.1', { presence_penalty: 1, top_p: 0.5 }, { presence_penalty: 1, top_p: 0.5 }, []],
    ['o4-mini', { temperature: 0.2 }, { temperature: 1 }, ['approximated temperature']],
    ['gpt-4o', { temperature: 0.2, max_tokens: 5 }, { temperature: 0.2, max_tokens: 5 }, []],
    ['gpt-50-not-known', {}, {}, []],
    ['ollama3', { temperature: 0.2, max_tokens: 5 }, { temperature: 0.2, max_tokens: 5 }, []],
    // The limit is renamed, not lost.
    ['o3', { max_tokens: 5 }, { max_completion_tokens: 5 }, []],
    ['o3-mini', { max_tokens: 5, max_completion_tokens: 7 }, { max_completion_tokens: 7 }, ['dropped max_tokens']],
    ['openrouter/o3', { max_tokens: 5 }, { max_completion_tokens: 5 }, []],
    ['gpt-5', { max_tokens: 5 }, { max_completion_tokens: 5 }, []],
  ])('%s with %j', (model, given, wanted, warnings) => {
    const result = adapt(model, { model, ...given });
    expect(result.out).toEqual({ model, ...wanted });
    expect(result.warnings).toEqual(warnings);
  });

  const tools = [{ type: 'function', function: { name: 'f' } }];

  it('get what a client of Chat Completions itself asks for, but for its limit and its temperature', () => {
    const asked = { top_p: 0.9, presence_penalty: 0.1, reasoning_effort: 'max', tools };
    const target = { api: 'openai-chat', model: 'gpt-5.4', own: true } as const;
    const wire = { model: 'gpt-5.4', ...asked, temperature: 0.5, max_tokens: 5 };
    expect(adaptRequest({ provider: findProvider('openai')!, target, wire, warn: () => undefined })).toEqual({
      model: 'gpt-5.4',
      ...asked,
      temperature: 1,
      max_completion_tokens: 5,
    });
  });

  it.each<[string, JsonObject, string | undefined]>([
    ['gpt-5.2', { tools, reasoning_effort: 'low' }, 'low'],
    ['gpt-5.4', { tools, reasoning_effort: 'low' }, 'none'],
    ['gpt-5.4-mini', { tools }, undefined],
    ['gpt-5.6', { tools }, 'none'],
    ['gpt-5.6', { tools, reasoning_effort: 'none' }, 'none'],
    ['gpt-5.6', { reasoning_effort: 'low' }, 'low'],
    ['gpt-6-sol', { tools, reasoning_effort: 'low' }, 'low'],
    ['o3', { reasoning_effort: 'none' }, 'low'],
    ['gpt-5', { reasoning_effort: 'none' }, 'minimal'],
    ['gpt-5.1', { reasoning_effort: 'minimal' }, 'low'],
    ['gpt-5.1', { reasoning_effort: 'xhigh' }, 'high'],
    ['gpt-5.2', { reasoning_effort: 'max' }, 'xhigh'],
    ['gpt-5.2', { reasoning_effort: 'odd' }, 'odd'],
    ['openai/gpt-5.6', { tools, reasoning_effort: 'low' }, 'low'],
  ])('%s has the efforts that it takes: %j', (model, given, effort) => {
    const { out, warnings } = adapt(model, given);
    expect(out['reasoning_effort']).toBe(effort);
    expect(warnings).toEqual(effort === given['reasoning_effort'] ? [] : ['approximated reasoning_effort']);
  });

  it('follows the model behind an aggregator', () => {
    expect(adapt('openai/gpt-5', { temperature: 0 }, 'openrouter').out).toEqual({ temperature: 1 });
  });

  it('leaves the Responses API alone', () => {
    const wire = { model: 'gpt-5', temperature: 0.5 };
    const target = { api: 'openai-responses', model: 'gpt-5' } as const;
    expect(adaptRequest({ provider: findProvider('openai')!, target, wire, warn: () => undefined })).toBe(wire);
  });
});

describe('kimi-for-coding', () => {
  const sent = { stream: true, stream_options: {}, reasoning_effort: 'low', web_search_options: {}, service_tier: 'auto', store: true };

  it('gets no parameters of OpenAI’s platform', () => {
    const { out, warnings } = adapt('kimi-for-coding', sent, 'moonshotai');
    expect(out).toEqual({ stream: true });
    expect(warnings).toEqual(
      ['stream_options', 'reasoning_effort', 'web_search_options', 'service_tier', 'store'].map((name) => `dropped ${name}`),
    );
  });

  it('is matched by its whole name', () => {
    expect(adapt('kimi-for-coding-2', sent, 'moonshotai').out).toBe(sent);
  });
});
