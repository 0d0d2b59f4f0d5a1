import { describe, expect, it } from 'vitest';
import { exchangeRecord, exchangeUsage } from '../../test/support/exchange-record.ts';
import { llmSpan } from './llm-span.ts';
import type { SpanPlace } from './span.ts';

const place: SpanPlace = {
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentId: '3'.repeat(16),
  parentIsRemote: false,
  startMs: 1_000_100,
};
const nothing = (): void => {};
const spanOf = (...record: Parameters<typeof exchangeRecord>) => llmSpan(place, exchangeRecord(...record), 1_000_800, nothing);

describe('the span of an exchange with a model', () => {
  it('counts tokens as both conventions do: what a cache has is part of the input', () => {
    const usage = { ...exchangeUsage, reasoning: 5 };
    const { attributes } = spanOf({}, { answer: { model: 'gpt-4o-2024', usage, finish: undefined, error: undefined } });
    expect(attributes).toMatchObject({
      'llm.usage.prompt_tokens': 16,
      'llm.usage.completion_tokens': 21,
      'llm.usage.total_tokens': 37,
      'llm.usage.cached_input_tokens': 4,
      'llm.usage.cache_creation_tokens': 2,
      'llm.usage.reasoning_tokens': 5,
      'gen_ai.usage.input_tokens': 16,
      'gen_ai.usage.output_tokens': 21,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.cache_creation.input_tokens': 2,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'gen_ai.response.model': 'gpt-4o-2024',
      'llm.duration_ms': 700,
      'llm.response_bytes': 20,
    });
  });

  it('has a first token when it is a stream that went well, counted from its own start', () => {
    const streamed = spanOf({}, { stream: true });
    expect(streamed.attributes).toMatchObject({ 'llm.time_to_first_token': 150, 'gen_ai.response.time_to_first_chunk': 0.15 });
    expect(streamed.events).toEqual([{ name: 'llm.time_to_first_token', atMs: 1_000_250, attributes: { 'llm.time_to_first_token': 150 } }]);
    for (const other of [spanOf(), spanOf({ status: 500 }, { stream: true }), spanOf({ firstByteMs: null }, { stream: true })]) {
      expect([other.events, other.attributes['llm.time_to_first_token']]).toEqual([[], undefined]);
    }
  });

  it.each([
    ['gpt-4o', 'POST /v1/chat/completions gpt-4o -> openai/gpt-4o'],
    ['openai/gpt-4o', 'POST /v1/chat/completions openai/gpt-4o'],
    [null, 'POST /v1/chat/completions openai/gpt-4o'],
  ])('is called by the model: %s', (requestedModel, name) => expect(spanOf({}, { requestedModel }).name).toBe(name));

  it.each([
    ['amazon_bedrock', 'aws.bedrock'],
    ['anthropic', 'anthropic'],
  ])('calls the provider %s as OpenTelemetry does', (provider, name) => {
    expect(spanOf({}, { provider }).attributes).toMatchObject({ 'llm.provider': provider, 'gen_ai.provider.name': name });
  });

  it('says how it failed, also after its head', () => {
    const error = { code: 'upstream_reset', message: 'Bearer sk-abcdefghijklmnop' };
    const failed = spanOf({}, { error });
    expect([failed.error, failed.attributes['error.type']]).toEqual(['upstream_reset', 'upstream_reset']);
    expect(JSON.stringify(failed)).not.toContain('sk-abc');
    expect(spanOf({ status: 429 }).error).toBe('429');
    expect(spanOf({ outcome: 'aborted', status: 499 })).toMatchObject({ error: undefined, attributes: { 'plano.outcome': 'aborted' } });
  });

  it.each([
    ['/v1/embeddings', 'openai-chat', 'embeddings'],
    ['/v1beta/models/m:generateContent?key=k', 'gemini', 'generate_content'],
    ['/v1/messages', 'anthropic-messages', 'chat'],
  ] as const)('has the operation of %s', (path, clientApi, operation) => {
    const { attributes, name } = spanOf({ head: { method: 'POST', path, headers: {} } }, { clientApi });
    expect(attributes['gen_ai.operation.name']).toBe(operation);
    expect(name).not.toContain('?');
  });
});
