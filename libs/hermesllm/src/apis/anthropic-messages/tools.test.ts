import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import { textBlock } from '../../model/block.ts';
import type { CustomTool, FunctionTool, HostedTool, LlmRequest, Tool } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { decodeRequest, encodeRequest } from './request.ts';

const tool = (name: string, members: Partial<FunctionTool> = {}): FunctionTool => ({
  type: 'function',
  name,
  description: undefined,
  schema: { type: 'object' },
  strict: undefined,
  cache: undefined,
  namespace: undefined,
  ...members,
});
const custom = (members: Partial<CustomTool> = {}): CustomTool => ({
  type: 'custom',
  name: 'patch',
  description: undefined,
  format: undefined,
  namespace: undefined,
  ...members,
});
const hosted = (kind: HostedTool['kind'], api: HostedTool['api'], value: unknown = { type: 'x' }): HostedTool => ({
  type: 'hosted',
  kind,
  api,
  value,
});

const decode = (members: JsonObject): LlmRequest =>
  decodeRequest({ model: 'm', max_tokens: 1, messages: [], ...members }, recordingScope());

function encode(members: Partial<LlmRequest>) {
  const scope = recordingScope();
  const request = { ...emptyRequest('m', false, [message('user', [textBlock('hi')])]), maxTokens: 9, ...members };
  const { tools, tool_choice: choice } = JSON.parse(JSON.stringify(encodeRequest(request, scope))) as JsonObject;
  return { tools, choice, told: scope.told() };
}

describe('tools', () => {
  it('are decoded by their type', () => {
    const { tools } = decode({
      tools: [
        { name: 'a', description: 'd', input_schema: { type: 'object' }, strict: true, cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'custom', name: 'b', input_schema: {} },
        { type: 'web_search_20260318', name: 'web_search' },
        { type: 'code_execution_20250825', name: 'code_execution' },
        { type: 'bash_20250124', name: 'bash' },
        { type: 'computer_20250124', name: 'computer', display_width_px: 1 },
      ],
    });
    expect(tools).toEqual([
      tool('a', { description: 'd', strict: true, cache: { ttl: '1h' } }),
      tool('b', { schema: {} }),
      hosted('web-search', 'anthropic-messages', { type: 'web_search_20260318', name: 'web_search' }),
      hosted('code-execution', 'anthropic-messages', { type: 'code_execution_20250825', name: 'code_execution' }),
      hosted('other', 'anthropic-messages', { type: 'bash_20250124', name: 'bash' }),
      hosted('other', 'anthropic-messages', { type: 'computer_20250124', name: 'computer', display_width_px: 1 }),
    ]);
  });

  it.each<[string, Tool, unknown, string[]]>([
    [
      'a function',
      tool('a', { description: 'd', cache: { ttl: undefined } }),
      { name: 'a', description: 'd', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
      [],
    ],
    ['no schema', tool('a', { schema: undefined }), { name: 'a', input_schema: { type: 'object', properties: {} } }, []],
    [
      'a schema without type',
      tool('a', { schema: { properties: {} } }),
      { name: 'a', input_schema: { properties: {}, type: 'object' } },
      [],
    ],
    [
      'a schema of text',
      tool('a', { schema: { type: 'string' } }),
      { name: 'a', input_schema: { type: 'object' } },
      ['approximated tools[0].schema'],
    ],
    [
      'a schema that is none',
      tool('a', { schema: true }),
      { name: 'a', input_schema: { type: 'object' } },
      ['approximated tools[0].schema'],
    ],
    ['a strict function', tool('a', { strict: true }), { name: 'a', input_schema: { type: 'object' } }, ['dropped tools[0].strict']],
    ['a lenient function', tool('a', { strict: false }), { name: 'a', input_schema: { type: 'object' } }, []],
    [
      'a custom tool',
      custom({ description: 'd', format: { type: 'text' } }),
      { name: 'patch', description: 'd', input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } },
      ['emulated tools[0]'],
    ],
    ['a grammar', custom({ format: { type: 'grammar' } }), { name: 'patch' }, ['emulated tools[0]', 'approximated tools[0].format']],
    ['its own tool', hosted('other', 'anthropic-messages', { type: 'bash_20250124' }), { type: 'bash_20250124' }, []],
    [
      'a foreign search',
      hosted('web-search', 'openai-responses'),
      { type: 'web_search_20250305', name: 'web_search' },
      ['approximated tools[0]'],
    ],
    [
      'a foreign sandbox',
      hosted('code-execution', 'gemini'),
      { type: 'code_execution_20250825', name: 'code_execution' },
      ['approximated tools[0]'],
    ],
    ['another foreign tool', hosted('other', 'openai-responses'), undefined, ['dropped tools[0]']],
  ])('are encoded: %s', (_, given, expected, told) => {
    const encoded = encode({ tools: [given] });
    if (expected === undefined) expect(encoded.tools).toBeUndefined();
    else expect(encoded.tools).toMatchObject([expected]);
    expect(encoded.told).toEqual(told);
  });

  it('writes no type on a function', () => {
    expect(encode({ tools: [tool('a')] }).tools).toEqual([{ name: 'a', input_schema: { type: 'object' } }]);
    expect(encode({ tools: [] }).tools).toBeUndefined();
  });
});

describe('tool choice', () => {
  it.each<[JsonObject, Partial<LlmRequest>]>([
    [{ type: 'auto' }, { toolChoice: { type: 'auto' }, parallelToolCalls: undefined }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
    ],
    [
      { type: 'tool', name: 'a', disable_parallel_tool_use: false },
      { toolChoice: { type: 'tool', name: 'a' }, parallelToolCalls: true },
    ],
    [{ type: 'none' }, { toolChoice: { type: 'none' } }],
  ])('is decoded: %j', (choice, expected) => {
    expect(decode({ tool_choice: choice })).toMatchObject(expected);
  });

  it.each<[string, Partial<LlmRequest>, unknown, string[]]>([
    ['nothing', {}, undefined, []],
    ['auto', { toolChoice: { type: 'auto' } }, { type: 'auto' }, []],
    ['required', { toolChoice: { type: 'required' } }, { type: 'any' }, []],
    ['none', { toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }, []],
    ['a tool', { toolChoice: { type: 'tool', name: 'b' } }, { type: 'tool', name: 'b' }, []],
    ['one call at a time', { parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }, []],
    [
      'one required call',
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
      [],
    ],
    ['many calls', { parallelToolCalls: true }, undefined, []],
    ['no tools, required', { tools: undefined, toolChoice: { type: 'required' } }, undefined, ['dropped toolChoice']],
    ['no tools, auto', { tools: undefined, toolChoice: { type: 'auto' }, parallelToolCalls: false }, undefined, []],
  ])('is encoded: %s', (_, members, choice, told) => {
    const encoded = encode({ tools: [tool('a'), tool('b')], ...members });
    expect(encoded.choice).toEqual(choice);
    expect(encoded.told).toEqual(told);
  });

  it('sends only the allowed tools', () => {
    const search = hosted('web-search', 'anthropic-messages', { type: 'web_search_20250305', name: 'web_search' });
    const encoded = encode({
      tools: [tool('a'), tool('b'), custom(), search],
      toolChoice: { type: 'allowed', mode: 'required', names: ['b'] },
    });
    expect(encoded.tools).toEqual([
      { name: 'b', input_schema: { type: 'object' } },
      { type: 'web_search_20250305', name: 'web_search' },
    ]);
    expect(encoded.choice).toEqual({ type: 'any' });
    expect(encoded.told).toEqual(['approximated toolChoice']);
  });
});
