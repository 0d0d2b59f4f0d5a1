import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { CustomTool, FunctionTool, HostedTool, LlmRequest, Tool, ToolChoice } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { decodeRequest, encodeRequest } from './request.ts';

const functionTool = (fields: Partial<FunctionTool> = {}): FunctionTool => ({
  type: 'function',
  name: 'f',
  description: undefined,
  schema: undefined,
  strict: undefined,
  cache: undefined,
  namespace: undefined,
  ...fields,
});
const customTool = (fields: Partial<CustomTool> = {}): CustomTool => ({
  type: 'custom',
  name: 'c',
  description: undefined,
  format: undefined,
  namespace: undefined,
  ...fields,
});
const hosted = (kind: HostedTool['kind'], value: unknown, api: HostedTool['api'] = 'openai-responses'): HostedTool => ({
  type: 'hosted',
  kind,
  api,
  value,
});

const decode = (fields: object) => {
  const scope = recordingScope();
  return { request: decodeRequest({ messages: [], ...fields }, scope), told: scope.told() };
};
const encode = (fields: Partial<LlmRequest>) => {
  const scope = recordingScope();
  const wire = JSON.parse(JSON.stringify(encodeRequest({ ...emptyRequest('m', false, []), ...fields }, scope))) as JsonObject;
  return { wire, told: scope.told() };
};

describe('tools that are read', () => {
  it.each<[string, object, Tool[] | undefined]>([
    ['no tools', {}, undefined],
    ['an empty list', { tools: [] }, undefined],
    [
      'functions',
      { tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: false } }] },
      [functionTool({ description: 'd', schema: { type: 'object' }, strict: false })],
    ],
    ['a function without parameters or type', { tools: [{ function: { name: 'f', parameters: null } }] }, [functionTool()]],
    [
      'cache hints beside and inside a function',
      {
        tools: [
          { type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral', ttl: '1h' } },
          { type: 'function', function: { name: 'f', cache_control: { type: 'ephemeral' } } },
        ],
      },
      [functionTool({ cache: { ttl: '1h' } }), functionTool({ cache: { ttl: undefined } })],
    ],
    [
      'custom tools, with the grammar where the hub has it',
      {
        tools: [
          { type: 'custom', custom: { name: 'c', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } } },
          { type: 'custom', custom: { name: 'c', description: 'd', format: { type: 'text' } } },
        ],
      },
      [
        customTool({ format: { type: 'grammar', syntax: 'lark', definition: 'x' } }),
        customTool({ description: 'd', format: { type: 'text' } }),
      ],
    ],
    [
      'web search',
      { web_search_options: { search_context_size: 'low' } },
      [hosted('web-search', { search_context_size: 'low' }, 'openai-chat')],
    ],
    [
      'tools that only some server has',
      { tools: [{ type: 'builtin_function', function: { name: '$web_search' } }] },
      [hosted('other', { type: 'builtin_function', function: { name: '$web_search' } }, 'openai-chat')],
    ],
  ])('%s', (_name, wire, tools) => {
    const { request, told } = decode(wire);
    expect(request.tools).toEqual(tools);
    expect(told).toEqual([]);
  });

  it('deprecated functions, whose calls will look different', () => {
    const { request, told } = decode({ functions: [{ name: 'f', parameters: {} }], function_call: { name: 'f' } });
    expect(request.tools).toEqual([functionTool({ schema: {} })]);
    expect(request.toolChoice).toEqual({ type: 'tool', name: 'f' });
    expect(told).toEqual(['approximated functions']);
  });

  it.each<[unknown, ToolChoice]>([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
    [
      { type: 'custom', custom: { name: 'c' } },
      { type: 'tool', name: 'c' },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'required',
          tools: [
            { type: 'function', function: { name: 'f' } },
            { type: 'custom', custom: { name: 'c' } },
          ],
        },
      },
      { type: 'allowed', mode: 'required', names: ['f', 'c'] },
    ],
  ])('the choice %j', (tool_choice, expected) => {
    expect(decode({ tool_choice }).request.toolChoice).toEqual(expected);
  });

  it.each(['auto', 'none'] as const)('the deprecated choice %s', (function_call) => {
    expect(decode({ function_call }).request.toolChoice).toEqual({ type: function_call });
  });
});

describe('tools that are written', () => {
  it.each<[string, Tool, object, string[]]>([
    [
      'a function',
      functionTool({ description: 'd', schema: {}, strict: true }),
      { type: 'function', function: { name: 'f', description: 'd', parameters: {}, strict: true } },
      [],
    ],
    ['a function without parameters', functionTool({ schema: null }), { type: 'function', function: { name: 'f' } }, []],
    [
      'a function of an object without properties, which OpenAI refuses',
      functionTool({ schema: { type: 'object' } }),
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
      [],
    ],
    [
      'a strict function that OpenAI would refuse as such',
      functionTool({ schema: { type: 'object', properties: { a: {} } }, strict: true }),
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { a: {} } }, strict: false } },
      ['approximated tools[0].strict'],
    ],
    [
      'a cache hint',
      functionTool({ cache: { ttl: undefined } }),
      { type: 'function', function: { name: 'f' } },
      ['approximated tools[0].cache'],
    ],
    [
      'a custom tool as a function',
      customTool({ description: 'd', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }),
      {
        type: 'function',
        function: {
          name: 'c',
          description: 'd',
          parameters: {
            type: 'object',
            properties: { input: { type: 'string' } },
            required: ['input'],
            additionalProperties: true,
            'x-custom-format': { type: 'grammar', syntax: 'lark', definition: 'x' },
          },
          strict: false,
        },
      },
      ['emulated tools[0]', 'approximated tools[0].format'],
    ],
    ['a tool of some server', hosted('other', { type: 'builtin_function' }, 'openai-chat'), { type: 'builtin_function' }, []],
  ])('%s', (_name, tool, expected, told) => {
    expect(encode({ tools: [tool] })).toEqual({ wire: { model: 'm', messages: [], tools: [expected] }, told });
  });

  it.each<[string, Tool, object, string[]]>([
    ['own', hosted('web-search', { search_context_size: 'low' }, 'openai-chat'), { search_context_size: 'low' }, []],
    ['bare', hosted('web-search', { type: 'web_search' }, 'openai-responses'), {}, []],
    ['Google’s', hosted('web-search', { googleSearch: {} }, 'gemini'), {}, ['approximated tools[0]']],
    [
      'Google’s with an option',
      hosted('web-search', { googleSearch: { excludeDomains: ['x'] } }, 'gemini'),
      {},
      ['approximated tools[0]', 'dropped tools[0].excludeDomains'],
    ],
    ['Amazon’s', hosted('web-search', { systemTool: { name: 'nova_grounding' } }, 'bedrock-converse'), {}, ['approximated tools[0]']],
    [
      'another API’s',
      hosted(
        'web-search',
        { type: 'w', name: 'web_search', max_uses: 3, user_location: { type: 'approximate', city: 'Faro', x: 1 } },
        'anthropic-messages',
      ),
      { user_location: { type: 'approximate', approximate: { city: 'Faro' } } },
      ['approximated tools[0]', 'dropped tools[0].max_uses'],
    ],
  ])('web search, %s', (_name, tool, expected, told) => {
    expect(encode({ tools: [tool] })).toEqual({ wire: { model: 'm', messages: [], web_search_options: expected }, told });
  });

  it('one web search only', () => {
    const search = hosted('web-search', {});
    expect(encode({ tools: [search, search] })).toEqual({
      wire: { model: 'm', messages: [], web_search_options: {} },
      told: ['dropped tools[1]'],
    });
  });

  it.each<[HostedTool['kind'], object]>([
    ['other', { type: 'file_search' }],
    ['code-execution', {}],
  ])('leaves out a hosted tool that has no counterpart, and says so: %s', (kind, value) => {
    const { wire, told } = encode({ tools: [functionTool(), hosted(kind, value)] });
    expect(wire['tools']).toHaveLength(1);
    expect(told).toEqual(['dropped tools[1]']);
  });

  it.each<[ToolChoice, unknown]>([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'none' }, 'none'],
    [{ type: 'required' }, 'required'],
    [
      { type: 'tool', name: 'f' },
      { type: 'function', function: { name: 'f' } },
    ],
    [
      { type: 'allowed', mode: 'auto', names: ['f'] },
      { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } },
    ],
  ])('the choice %j', (toolChoice, expected) => {
    const { wire, told } = encode({ tools: [functionTool()], toolChoice, parallelToolCalls: false });
    expect(wire).toMatchObject({ tool_choice: expected, parallel_tool_calls: false });
    expect(told).toEqual([]);
  });

  it.each<[ToolChoice, string[]]>([
    [{ type: 'auto' }, []],
    [{ type: 'none' }, []],
    [{ type: 'required' }, ['dropped toolChoice']],
  ])('no choice %j where there are no tools', (toolChoice, told) => {
    expect(encode({ toolChoice, parallelToolCalls: true })).toEqual({ wire: { model: 'm', messages: [] }, told });
  });
});
