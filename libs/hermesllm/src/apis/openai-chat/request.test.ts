import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { HermesError } from '../../hermes-error.ts';
import { textBlock } from '../../model/block.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { jsonInstruction } from '../output-format.ts';
import { decodeRequest, encodeRequest } from './request.ts';

const decode = (fields: object) => {
  const scope = recordingScope();
  return { request: decodeRequest({ model: 'm', messages: [], ...fields }, scope), told: scope.told() };
};
const encode = (fields: Partial<LlmRequest>) => {
  const scope = recordingScope();
  const wire = JSON.parse(JSON.stringify(encodeRequest({ ...emptyRequest('m', false, []), ...fields }, scope))) as JsonObject;
  return { wire, told: scope.told() };
};
const failure = (body: unknown): { path: string | undefined; message: string } => {
  try {
    decodeRequest(body, recordingScope());
  } catch (error) {
    return { path: (error as HermesError).path, message: (error as HermesError).message };
  }
  throw new Error('it was accepted');
};

describe('decodeRequest', () => {
  it.each<[string, object, Partial<LlmRequest>]>([
    ['the newer token limit', { max_completion_tokens: 9 }, { maxTokens: 9 }],
    ['the older token limit', { max_tokens: 9 }, { maxTokens: 9 }],
    ['equal limits', { max_tokens: 9, max_completion_tokens: 9 }, { maxTokens: 9 }],
    ['sampling', { temperature: 0.1, top_p: 0.2, top_k: 3 }, { temperature: 0.1, topP: 0.2, topK: 3 }],
    ['a large seed', { seed: 4294967296 }, { seed: 4294967296 }],
    ['penalties', { presence_penalty: 1, frequency_penalty: -1 }, { presencePenalty: 1, frequencyPenalty: -1 }],
    ['one stop text', { stop: 'a' }, { stop: ['a'] }],
    ['several stop texts', { stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ['answers', { n: 2 }, { candidates: 2 }],
    ['log-probabilities', { logprobs: true }, { logprobs: { alternatives: undefined } }],
    ['log-probabilities and alternatives', { logprobs: true, top_logprobs: 3 }, { logprobs: { alternatives: 3 } }],
    ['alternatives alone', { top_logprobs: 3 }, { logprobs: { alternatives: 3 } }],
    ['no log-probabilities', { logprobs: false, top_logprobs: 0 }, { logprobs: undefined }],
    ['effort', { reasoning_effort: 'high' }, { reasoning: reasoning({ effort: 'high' }) }],
    ['no effort', { reasoning_effort: 'none' }, { reasoning: reasoning({ mode: 'off', effort: 'none' }) }],
    ['JSON', { response_format: { type: 'json_object' } }, { outputFormat: { type: 'json' } }],
    ['text', { response_format: { type: 'text' } }, { outputFormat: undefined }],
    [
      'a schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } } },
      { outputFormat: { type: 'json-schema', name: 'n', description: undefined, schema: { type: 'object' }, strict: true } },
    ],
    ['user and metadata', { user: 'u', metadata: { a: 'b' } }, { user: 'u', metadata: { a: 'b' } }],
    ['tier, store, verbosity', { service_tier: 'x', store: true, verbosity: 'low' }, { serviceTier: 'x', store: true, verbosity: 'low' }],
    ['a stream without usage', { stream: true }, { stream: true, includeUsage: false }],
    ['a stream with usage', { stream: true, stream_options: { include_usage: true } }, { stream: true, includeUsage: true }],
    ['nulls', { stop: null, temperature: null, tools: null, user: null, stream: null, logit_bias: null }, {}],
    [
      'other fields',
      { logit_bias: { 1: 2 }, stream_options: { include_obfuscation: false }, response_format: { type: 'grammar', grammar: 'g' } },
      {
        extensions: {
          api: 'openai-chat',
          fields: {
            logit_bias: { 1: 2 },
            stream_options: { include_obfuscation: false },
            response_format: { type: 'grammar', grammar: 'g' },
          },
        },
      },
    ],
  ])('reads %s', (_name, wire, expected) => {
    const { request, told } = decode(wire);
    expect(request).toEqual({ ...emptyRequest('m', false, []), includeUsage: false, ...expected });
    expect(told).toEqual([]);
  });

  it('lets the newer limit win, and says so', () => {
    const { request, told } = decode({ max_tokens: 5, max_completion_tokens: 9 });
    expect(request.maxTokens).toBe(9);
    expect(told).toEqual(['dropped max_tokens']);
  });

  it('needs no model, which may stand in a header', () => {
    expect(decodeRequest({ messages: [] }, recordingScope()).model).toBe('');
  });

  it.each([
    ['', []],
    ['messages', { model: 'm' }],
    ['messages', { messages: 'hi' }],
    ['messages[0]', { messages: ['hi'] }],
    ['messages[0].role', { messages: [{ content: 'hi' }] }],
    ['messages[0].role', { messages: [{ role: 'robot', content: 'hi' }] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages[0].content', { messages: [{ role: 'system', content: null }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: { text: 'a' } }] }],
    ['messages[0].content[1]', { messages: [{ role: 'user', content: [{ type: 'text', text: '' }, 'b'] }] }],
    ['messages[0].content[0].text', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    ['messages[0].content[0].image_url', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'https://a' }] }] }],
    ['messages[0].content[0].image_url.url', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] }],
    [
      'messages[0].content[0].input_audio.format',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: '' } }] }] },
    ],
    ['messages[0].content[0].file', { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }],
    ['messages[0].tool_calls[0].id', { messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'a' } }] }] }],
    ['messages[0].tool_calls[0].function.name', { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }] }],
    [
      'messages[0].tool_calls[0].custom.input',
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'n' } }] }] },
    ],
    ['messages[0].thinking_blocks[0]', { messages: [{ role: 'assistant', thinking_blocks: ['t'] }] }],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'a' }] }],
    ['messages[0].name', { messages: [{ role: 'function', content: 'a' }] }],
    ['tools[0].function', { messages: [], tools: [{ type: 'function' }] }],
    ['tools[0].function.name', { messages: [], tools: [{ type: 'function', function: {} }] }],
    ['tools[0].function.parameters', { messages: [], tools: [{ type: 'function', function: { name: 'a', parameters: 'x' } }] }],
    ['tool_choice', { messages: [], tool_choice: 'some' }],
    ['tool_choice.type', { messages: [], tool_choice: { type: 'x' } }],
    [
      'tool_choice.allowed_tools.mode',
      { messages: [], tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'none', tools: [] } } },
    ],
    ['temperature', { messages: [], temperature: '1' }],
    ['max_tokens', { messages: [], max_tokens: 1.5 }],
    ['stop[1]', { messages: [], stop: ['a', 1] }],
    ['stream', { messages: [], stream: 'yes' }],
    ['metadata.a', { messages: [], metadata: { a: 1 } }],
    ['reasoning_effort', { messages: [], reasoning_effort: '' }],
    ['response_format.json_schema', { messages: [], response_format: { type: 'json_schema' } }],
    ['stream_options.include_usage', { messages: [], stream_options: { include_usage: 1 } }],
  ])('refuses a wrong %s', (path, body) => {
    const { path: told, message } = failure(body);
    expect(told ?? '').toBe(path);
    expect(message.startsWith(path)).toBe(true);
  });

  it('names the members that it has no place for', () => {
    const { told } = decode({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'a', weight: 1 }], mood: 'x', nothing: null }],
      tools: [{ type: 'function', function: { name: 'f', examples: [1] } }],
      response_format: { type: 'json_schema', json_schema: { name: 'n', version: 2 } },
    });
    expect(told).toEqual([
      'dropped messages[0].content[0].weight',
      'dropped messages[0].mood',
      'dropped tools[0].function.examples',
      'dropped response_format.json_schema.version',
    ]);
  });

  it('keeps a member called __proto__ a member', () => {
    const parsed = decodeRequest(JSON.parse('{"messages":[],"__proto__":{"polluted":1}}'), recordingScope());
    expect(Object.hasOwn(parsed.extensions?.fields ?? {}, '__proto__')).toBe(true);
    expect(JSON.stringify(encodeRequest(parsed, recordingScope()))).toContain('"__proto__":{"polluted":1}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('encodeRequest', () => {
  it('writes nothing that was not asked for', () => {
    expect(encode({})).toEqual({ wire: { model: 'm', messages: [] }, told: [] });
  });

  it.each<[string, Partial<LlmRequest>, object]>([
    ['the limit under its newer name', { maxTokens: 9 }, { max_completion_tokens: 9 }],
    ['sampling', { temperature: 0.1, topP: 0.2, seed: 3 }, { temperature: 0.1, top_p: 0.2, seed: 3 }],
    ['stop texts', { stop: ['a'] }, { stop: ['a'] }],
    ['no stop text', { stop: [] }, {}],
    ['log-probabilities', { logprobs: { alternatives: 2 } }, { logprobs: true, top_logprobs: 2 }],
    ['answers', { candidates: 2 }, { n: 2 }],
    ['text', { outputFormat: { type: 'text' } }, {}],
    ['effort', { reasoning: reasoning({ mode: 'on', effort: 'high' }) }, { reasoning_effort: 'high' }],
    ['no effort', { reasoning: reasoning({ effort: 'none' }) }, { reasoning_effort: 'none' }],
    ['usage in streams only', { stream: false, includeUsage: true }, {}],
    ['a stream', { stream: true, includeUsage: false }, { stream: true }],
    ['a stream with usage', { stream: true, includeUsage: true }, { stream: true, stream_options: { include_usage: true } }],
    [
      'usage beside other options of the stream',
      { stream: true, extensions: { api: 'openai-chat', fields: { stream_options: { include_obfuscation: false } } } },
      { stream: true, stream_options: { include_obfuscation: false, include_usage: true } },
    ],
    ['own fields', { extensions: { api: 'openai-chat', fields: { logit_bias: { 1: 1 } } } }, { logit_bias: { 1: 1 } }],
    [
      'fields of the family',
      { user: 's', extensions: { api: 'openai-responses', fields: { prompt_cache_key: 'k', safety_identifier: 's' } } },
      { prompt_cache_key: 'k', safety_identifier: 's' },
    ],
  ])('writes %s', (_name, request, expected) => {
    expect(encode(request)).toEqual({ wire: { model: 'm', messages: [], ...expected }, told: [] });
  });

  it.each<[string, Partial<LlmRequest>, object, string[]]>([
    ['top k', { topK: 4 }, {}, ['dropped topK']],
    [
      'fields of others',
      { extensions: { api: 'openai-responses', fields: { truncation: 'auto' } } },
      {},
      ['dropped extensions.truncation'],
    ],
    ['a tier that is not known', { serviceTier: 'reserved' }, {}, ['dropped serviceTier']],
    ['the default tier', { serviceTier: 'default' }, {}, ['approximated serviceTier']],
    [
      'a schema without a name',
      { outputFormat: { type: 'json-schema', name: undefined, description: undefined, schema: {}, strict: undefined } },
      { response_format: { type: 'json_schema', json_schema: { name: 'response', schema: {} } } },
      ['defaulted outputFormat.name'],
    ],
    [
      'JSON of which somebody speaks',
      { outputFormat: { type: 'json' }, messages: [message('user', [textBlock('as Json')])] },
      { response_format: { type: 'json_object' }, messages: [{ role: 'user', content: 'as Json' }] },
      [],
    ],
    [
      'JSON of which nobody speaks',
      { outputFormat: { type: 'json' } },
      { response_format: { type: 'json_object' }, messages: [{ role: 'system', content: jsonInstruction }] },
      ['emulated outputFormat'],
    ],
    [
      'a schema of a list, which OpenAI refuses',
      { outputFormat: { type: 'json-schema', name: 'n', description: 'Names.', schema: { type: 'array' }, strict: true } },
      {
        messages: [
          {
            role: 'system',
            content:
              'Answer with a single JSON value and nothing else. Names. It must be valid against this JSON Schema:\n{"type":"array"}',
          },
        ],
      },
      ['emulated outputFormat'],
    ],
    ['a budget', { reasoning: reasoning({ mode: 'on', budget: 9000 }) }, { reasoning_effort: 'medium' }, ['approximated reasoning.budget']],
    ['a tiny budget', { reasoning: reasoning({ budget: 10 }) }, { reasoning_effort: 'minimal' }, ['approximated reasoning.budget']],
    ['no budget', { reasoning: reasoning({ budget: 0 }) }, { reasoning_effort: 'none' }, ['approximated reasoning.budget']],
    [
      'an effort beside a budget',
      { reasoning: reasoning({ effort: 'low', budget: 9000 }) },
      { reasoning_effort: 'low' },
      ['approximated reasoning.budget'],
    ],
    ['thinking as such', { reasoning: reasoning({ mode: 'on' }) }, { reasoning_effort: 'medium' }, ['approximated reasoning.mode']],
    ['adaptive thinking', { reasoning: reasoning({ mode: 'adaptive' }) }, {}, ['approximated reasoning.mode']],
    ['no thinking', { reasoning: reasoning({ mode: 'off' }) }, {}, ['approximated reasoning.mode']],
    [
      'how reasoning is shown',
      { reasoning: reasoning({ effort: 'low', summary: 'auto', include: false }) },
      { reasoning_effort: 'low' },
      ['dropped reasoning.summary', 'dropped reasoning.include'],
    ],
  ])('reports %s', (_name, request, expected, told) => {
    expect(encode(request)).toEqual({ wire: { model: 'm', messages: [], ...expected }, told });
  });

  it('does not let an extension overwrite what the hub says', () => {
    const { wire } = encode({ temperature: 1, extensions: { api: 'openai-chat', fields: { temperature: 2, model: 'x' } } });
    expect(wire).toMatchObject({ temperature: 1, model: 'm' });
  });
});

function reasoning(fields: Partial<NonNullable<LlmRequest['reasoning']>>): NonNullable<LlmRequest['reasoning']> {
  return { mode: undefined, effort: undefined, budget: undefined, summary: undefined, include: undefined, ...fields };
}
