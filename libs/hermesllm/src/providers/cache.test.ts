import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../codec.ts';
import type { ApiId } from '../model/api.ts';
import { cacheMarkerStrategy, providerCacheCapability } from './cache.ts';
import { estimatedChatPrefixTokens, hasChatCacheMarkers, injectCacheControl } from './cache-chat.ts';
import { estimatedMessagesPrefixTokens, hasMessagesCacheMarkers, injectCacheBreakpoints } from './cache-messages.ts';
import { findProvider, providers } from './registry.ts';

const long = 'x'.repeat(4096);
const marked = { type: 'ephemeral' };
const frozen = (value: JsonObject): JsonObject =>
  JSON.parse(JSON.stringify(value), (_key, member: unknown) => Object.freeze(member)) as JsonObject;

describe('cacheMarkerStrategy', () => {
  it.each<[string, string, ApiId, string]>([
    ['anthropic', 'claude-sonnet-4-5', 'anthropic-messages', 'message-breakpoints'],
    ['anthropic', 'claude-sonnet-4-5', 'openai-chat', 'none'],
    ['openrouter', 'Anthropic/Claude-4', 'openai-chat', 'content-part-markers'],
    ['openrouter', 'meta/llama', 'openai-chat', 'automatic'],
    ['together_ai', 'openai/gpt-oss-120b', 'openai-chat', 'automatic'],
    ['together_ai', 'meta/llama', 'openai-chat', 'none'],
    ['mistral', 'mistral-large', 'openai-chat', 'none'],
    ['openai', 'o3', 'openai-chat', 'automatic'],
    ['openai', 'o3', 'openai-responses', 'automatic'],
    ['gemini', 'gemini-3-pro', 'gemini', 'automatic'],
    ['amazon_bedrock', 'anthropic.claude', 'bedrock-converse', 'none'],
  ])('%s, %s by %s: %s', (id, model, api, type) => {
    expect(cacheMarkerStrategy(findProvider(id)!, model, api).type).toBe(type);
  });

  it('knows who caches unasked', () => {
    const automatic = providers.filter((provider) => provider.capabilities.promptCache.automatic).map((provider) => provider.id);
    const claude = providers.filter((provider) => provider.capabilities.promptCache.claudeMarkers).map((provider) => provider.id);
    expect(automatic).toEqual(
      [
        'azure_openai',
        'chatgpt',
        'deepseek',
        'digitalocean',
        'edenai',
        'gemini',
        'groq',
        'moonshotai',
        'openai',
        'openrouter',
        'xai',
      ].sort(),
    );
    expect(claude).toEqual(['digitalocean', 'edenai', 'openrouter']);
  });

  it('has one retention for all', () => {
    for (const provider of providers) {
      expect(providerCacheCapability(provider)).toEqual({
        idleTtlSeconds: 300,
        hardTtlSeconds: 3600,
        extendedRetention: false,
        extendedTtlSeconds: 3600,
      });
    }
  });
});

describe('injectCacheControl (Chat)', () => {
  it('marks the last text part of the first system message', () => {
    const image = { type: 'image_url', image_url: { url: 'https://x.example/i.png' } };
    const body = frozen({
      messages: [
        { role: 'user', content: 'before' },
        { role: 'developer', content: [{ type: 'text', text: long }, { type: 'text', text: 'end' }, image] },
        { role: 'system', content: 'later' },
      ],
    });
    const { body: out, injected } = injectCacheControl(body, { ttl: '1h' });
    expect(injected).toBe(true);
    expect(out).toEqual({
      messages: [
        { role: 'user', content: 'before' },
        {
          role: 'developer',
          content: [{ type: 'text', text: long }, { type: 'text', text: 'end', cache_control: { type: 'ephemeral', ttl: '1h' } }, image],
        },
        { role: 'system', content: 'later' },
      ],
    });
  });

  it.each<[string, JsonObject]>([
    ['no messages', { messages: [] }],
    ['a short prefix', { messages: [{ role: 'system', content: long.slice(1) }] }],
    [
      'a marker in a message',
      {
        messages: [
          { role: 'system', content: long },
          { role: 'user', content: [{ type: 'text', text: 'q', cache_control: marked }] },
        ],
      },
    ],
    ['a marker on a tool', { messages: [{ role: 'system', content: long }], tools: [{ type: 'function', cache_control: marked }] }],
    ['a broken message', { messages: ['x'], tools: [{ function: { name: long } }] }],
    ['text that is empty', { messages: [{ role: 'user', content: '' }], tools: [{ function: { name: long } }] }],
  ])('leaves %s', (_name, body) => {
    const result = injectCacheControl(frozen(body));
    expect(result.injected).toBe(false);
    expect(result.body).toEqual(body);
  });

  it('counts bytes of UTF-8, tools included', () => {
    expect(estimatedChatPrefixTokens({ messages: [{ role: 'system', content: 'é漢🦆€' }] })).toBe(3);
    const tools = [{ function: { name: 'abcd', description: 'efgh', parameters: { a: 1 } } }, null, { function: 7 }];
    expect(estimatedChatPrefixTokens({ tools })).toBe(3);
    expect(estimatedChatPrefixTokens({})).toBe(0);
    expect(hasChatCacheMarkers({})).toBe(false);
  });
});

describe('injectCacheBreakpoints (Messages)', () => {
  const lastTurn = (content: unknown): JsonObject =>
    frozen({
      system: long,
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content },
      ],
    });

  it('marks the last tool when there is no system prompt', () => {
    const body = frozen({ tools: [{ name: 'a' }, { name: 'b', input_schema: { d: long } }], messages: [{ role: 'user', content: 'q' }] });
    expect(injectCacheBreakpoints(body)).toEqual({
      injected: true,
      body: {
        tools: [{ name: 'a' }, { name: 'b', input_schema: { d: long }, cache_control: marked }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'q', cache_control: marked }] }],
      },
    });
  });

  it.each<[string, unknown, unknown]>([
    ['a tool result', [{ type: 'tool_result', tool_use_id: 't' }], [{ type: 'tool_result', tool_use_id: 't', cache_control: marked }]],
    [
      'text before an image',
      [{ type: 'text', text: 'q' }, { type: 'image' }],
      [{ type: 'text', text: 'q', cache_control: marked }, { type: 'image' }],
    ],
    [
      'no thinking',
      [{ type: 'tool_use', id: 't' }, { type: 'thinking' }],
      [{ type: 'tool_use', id: 't', cache_control: marked }, { type: 'thinking' }],
    ],
    [
      'no empty text',
      [
        { type: 'text', text: 'q' },
        { type: 'text', text: '' },
      ],
      [
        { type: 'text', text: 'q', cache_control: marked },
        { type: 'text', text: '' },
      ],
    ],
    ['no document', [{ type: 'document' }], [{ type: 'document' }]],
  ])('marks in the last message: %s', (_name, content, wanted) => {
    const { body } = injectCacheBreakpoints(lastTurn(content));
    expect(body['system']).toEqual([{ type: 'text', text: long, cache_control: marked }]);
    expect((body['messages'] as JsonObject[])[1]!['content']).toEqual(wanted);
  });

  it.each<[string, JsonObject]>([
    ['a short prefix', { system: 'short', messages: [{ role: 'user', content: 'q' }] }],
    ['the automatic marker', { system: long, cache_control: marked, messages: [] }],
    ['a marker on the system prompt', { system: [{ type: 'text', text: long, cache_control: marked }], messages: [] }],
    ['a marker on a tool', { system: long, tools: [{ name: 'a', cache_control: marked }], messages: [] }],
    [
      'a marker inside a tool result',
      {
        system: long,
        messages: [{ role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'x', cache_control: marked }] }] }],
      },
    ],
  ])('leaves %s', (_name, body) => {
    expect(injectCacheBreakpoints(frozen(body))).toEqual({ body, injected: false });
  });

  it('takes another threshold, and never fewer tokens than it says', () => {
    const body = { system: 'abcdefgh', messages: [] };
    expect(estimatedMessagesPrefixTokens(body)).toBe(2);
    expect(injectCacheBreakpoints(body, { minPrefixTokens: 2 }).injected).toBe(true);
    expect(injectCacheBreakpoints(body, { minPrefixTokens: 3 }).injected).toBe(false);
    expect(hasMessagesCacheMarkers(body)).toBe(false);
  });
});
