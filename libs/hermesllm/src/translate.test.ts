import { describe, expect, it } from 'vitest';
import { translateRequest } from './index.ts';
import type { ApiId } from './model/api.ts';

describe('a request of the same API', () => {
  const pass = (api: ApiId, body: object): unknown => translateRequest(JSON.stringify(body), { client: api, upstream: api }).body;

  it.each<[ApiId, object, string]>([
    ['openai-chat', { model: 'm' }, 'messages: required'],
    ['openai-chat', { model: 'm', messages: 'hi' }, 'messages: expected an array'],
    ['openai-responses', { model: 'm' }, 'input: required'],
    ['anthropic-messages', { model: 'm', max_tokens: 9 }, 'messages: required'],
    ['anthropic-messages', { model: 'm', messages: [] }, 'max_tokens: required'],
    ['gemini', {}, 'contents: required'],
  ])('of %s is refused where it is none: %j', (api, body, message) => {
    expect(() => pass(api, body)).toThrow(message);
  });

  it.each<[ApiId, object]>([
    ['openai-chat', { model: 'm', messages: [{ role: 'robot' }] }],
    ['openai-responses', { model: 'm', input: 'hi' }],
    ['openai-responses', { model: 'm', prompt: { id: 'pmpt_1' } }],
    ['openai-responses', { model: 'm', previous_response_id: 'resp_1' }],
    ['openai-responses', { model: 'm', conversation: 'conv_1' }],
    ['bedrock-converse', { promptVariables: {} }],
  ])('of %s is otherwise left to the upstream: %j', (api, body) => {
    expect(new TextDecoder().decode(pass(api, body) as Uint8Array)).toBe(JSON.stringify(body));
  });
});
