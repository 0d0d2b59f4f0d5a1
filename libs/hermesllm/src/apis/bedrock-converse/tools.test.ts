import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { textBlock, toolCallBlock, toolResultBlock } from '../../model/block.ts';
import type { FunctionTool, LlmRequest, Tool } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { encodeRequest } from './request.ts';
import { toolUseId } from './tool-use.ts';

const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const hello = message('user', [textBlock('hi')]);
const loop = [
  hello,
  message('assistant', [toolCallBlock('t1', 'tide', '{"a":1}')]),
  message('tool', [toolResultBlock('t1', [textBlock('r')], false)]),
];

const tool = (name: string, members: Partial<FunctionTool> = {}): FunctionTool => ({
  type: 'function',
  name,
  description: undefined,
  schema: undefined,
  strict: undefined,
  cache: undefined,
  namespace: undefined,
  ...members,
});

const spec = (name: string, members: object = {}) => ({
  toolSpec: { name, inputSchema: { json: { type: 'object', properties: {} } }, ...members },
});

function encode(members: Partial<LlmRequest>, model = claude): { toolConfig: unknown; told: string[] } {
  const scope = recordingScope();
  const wire = encodeRequest({ ...emptyRequest(model, false, [hello]), ...members }, scope);
  const { toolConfig } = wire;
  return { toolConfig: toolConfig === undefined ? undefined : JSON.parse(JSON.stringify(toolConfig)), told: scope.told() };
}

describe('toolConfig', () => {
  it.each<[string, Tool, unknown[], string[], string?]>([
    ['a tool that says nothing but its name', tool('a', { description: '' }), [spec('a')], []],
    [
      'a schema',
      tool('a', { description: 'd', schema: { type: 'object', $defs: {} } }),
      [spec('a', { description: 'd', inputSchema: { json: { type: 'object', $defs: {} } } })],
      [],
    ],
    [
      'a schema without type',
      tool('a', { schema: { properties: {} } }),
      [spec('a', { inputSchema: { json: { properties: {}, type: 'object' } } })],
      [],
    ],
    [
      'a schema of another type',
      tool('a', { schema: { type: 'string' } }),
      [spec('a', { inputSchema: { json: { type: 'object' } } })],
      ['approximated tools[0].schema'],
    ],
    [
      'a schema that is none',
      tool('a', { schema: true }),
      [spec('a', { inputSchema: { json: { type: 'object' } } })],
      ['approximated tools[0].schema'],
    ],
    [
      'a strict tool',
      tool('a', { strict: true }),
      [spec('a', { inputSchema: { json: { type: 'object', properties: {}, additionalProperties: false } }, strict: true })],
      [],
    ],
    [
      'a strict tool for a model that is not',
      tool('a', { strict: true }),
      [spec('a')],
      ['dropped tools[0].strict'],
      'amazon.nova-pro-v1:0',
    ],
    ['a tool to be cached', tool('a', { cache: { ttl: '1h' } }), [spec('a'), { cachePoint: { type: 'default', ttl: '1h' } }], []],
    [
      'a tool to be cached for a model that does not',
      tool('a', { cache: { ttl: '1h' } }),
      [spec('a')],
      ['dropped tools[0].cache'],
      'meta.llama3-1',
    ],
    [
      'a tool to be cached for an odd time',
      tool('a', { cache: { ttl: '24h' } }),
      [spec('a'), { cachePoint: { type: 'default', ttl: '1h' } }],
      ['approximated tools[0].cache'],
    ],
    [
      'a custom tool',
      { type: 'custom', name: 'c', description: 'd', format: { type: 'text' }, namespace: undefined },
      [
        spec('c', {
          description: 'd',
          inputSchema: {
            json: {
              type: 'object',
              properties: { input: { type: 'string' } },
              required: ['input'],
              additionalProperties: true,
              'x-custom-format': { type: 'text' },
            },
          },
        }),
      ],
      ['emulated tools[0]'],
    ],
    [
      'its own hosted tool',
      { type: 'hosted', kind: 'other', api: 'bedrock-converse', value: { systemTool: { name: 's' } } },
      [{ systemTool: { name: 's' } }],
      [],
    ],
    [
      "another's search for a model that searches",
      { type: 'hosted', kind: 'web-search', api: 'openai-responses', value: {} },
      [{ systemTool: { name: 'nova_grounding' } }],
      ['approximated tools[0]'],
      'us.amazon.nova-2-lite-v1:0',
    ],
    [
      "another's interpreter",
      { type: 'hosted', kind: 'code-execution', api: 'openai-responses', value: {} },
      [{ systemTool: { name: 'nova_code_interpreter' } }],
      ['approximated tools[0]'],
      'us.amazon.nova-2-lite-v1:0',
    ],
  ])('has %s', (_what, given, tools, told, model) => {
    expect(encode({ tools: [given] }, model)).toEqual({ toolConfig: { tools }, told });
  });

  it('tells of a grammar that it cannot enforce', () => {
    const format = { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' };
    const { toolConfig, told } = encode({ tools: [{ type: 'custom', name: 'c', description: undefined, format, namespace: undefined }] });
    expect(toolConfig).toMatchObject({ tools: [{ toolSpec: { inputSchema: { json: { 'x-custom-format': format } } } }] });
    expect(told).toEqual(['emulated tools[0]', 'approximated tools[0].format']);
  });

  it('is not there without tools', () => {
    const hosted: Tool = { type: 'hosted', kind: 'web-search', api: 'openai-chat', value: {} };
    expect(encode({ tools: [] })).toEqual({ toolConfig: undefined, told: [] });
    expect(encode({ tools: [], toolChoice: { type: 'auto' } })).toEqual({ toolConfig: undefined, told: [] });
    expect(encode({ toolChoice: { type: 'required' } })).toEqual({ toolConfig: undefined, told: ['dropped toolChoice'] });
    expect(encode({ tools: [hosted] })).toEqual({ toolConfig: undefined, told: ['dropped tools[0]'] });
  });

  it.each<[string, Partial<LlmRequest>, unknown, string[]]>([
    ['auto', { toolChoice: { type: 'auto' } }, undefined, []],
    ['required', { toolChoice: { type: 'required' } }, { any: {} }, []],
    ['one tool', { toolChoice: { type: 'tool', name: 'a' } }, { tool: { name: 'a' } }, []],
    ['single calls', { parallelToolCalls: false }, undefined, ['dropped parallelToolCalls']],
    ['parallel calls', { parallelToolCalls: true }, undefined, []],
    [
      'a forced tool beside thinking',
      {
        toolChoice: { type: 'required' },
        reasoning: { mode: 'on', effort: undefined, budget: 2000, summary: undefined, include: undefined },
      },
      undefined,
      ['dropped toolChoice'],
    ],
  ])('has the choice of %s', (_what, members, toolChoice, told) => {
    expect(encode({ tools: [tool('a')], ...members })).toEqual({
      toolConfig: { tools: [spec('a')], ...(toolChoice === undefined ? {} : { toolChoice }) },
      told,
    });
  });

  it('has only the tools that are allowed', () => {
    const tools = [tool('a'), tool('b')];
    expect(encode({ tools, toolChoice: { type: 'allowed', mode: 'required', names: ['b'] } })).toEqual({
      toolConfig: { tools: [spec('b')], toolChoice: { any: {} } },
      told: ['approximated toolChoice'],
    });
  });

  it('is left out where no tool shall be called', () => {
    expect(encode({ tools: [tool('a')], toolChoice: { type: 'none' } })).toEqual({ toolConfig: undefined, told: [] });
  });

  it('stays where the history has calls, though no tool shall be called', () => {
    expect(encode({ messages: loop, tools: [tool('tide')], toolChoice: { type: 'none' } })).toEqual({
      toolConfig: { tools: [spec('tide')] },
      told: ['approximated toolChoice'],
    });
  });

  it('offers the names of the history where no tools are given', () => {
    expect(encode({ messages: loop })).toEqual({ toolConfig: { tools: [spec('tide')] }, told: ['emulated tools'] });
    expect(encode({ messages: loop, toolChoice: { type: 'none' } })).toEqual({
      toolConfig: { tools: [spec('tide')] },
      told: ['emulated tools'],
    });
    expect(encode({ messages: loop, toolChoice: { type: 'required' } }).told).toEqual(['dropped toolChoice', 'emulated tools']);
    const orphan = [message('tool', [toolResultBlock('x', [], false)])];
    expect(encode({ messages: orphan }).toolConfig).toEqual({ tools: [spec('tool')] });
  });
});

describe('toolUseId', () => {
  it.each(['toolu_01A-b', 'a'.repeat(64)])('keeps %s', (id) => {
    expect(toolUseId(id)).toBe(id);
  });

  it.each(['', 'a'.repeat(65), 'call:1', 'functions.tide:0', 'ü'])('rewrites %j', (id) => {
    expect(toolUseId(id)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(toolUseId(id)).toBe(toolUseId(id));
  });

  it('keeps different ids different', () => {
    const long = 'a'.repeat(80);
    expect(new Set(['a:b', 'a.b', 'a b', `${long}1`, `${long}2`].map(toolUseId)).size).toBe(5);
  });

  it('gives a call and its result the same id', () => {
    const scope = recordingScope();
    const messages = [
      hello,
      message('assistant', [toolCallBlock('call:1', 'n', '{}')]),
      message('tool', [toolResultBlock('call:1', [], false)]),
    ];
    const wire = JSON.parse(JSON.stringify(encodeRequest({ ...emptyRequest(claude, false, messages), tools: [tool('n')] }, scope)));
    expect(wire.messages[1].content[0].toolUse.toolUseId).toBe(wire.messages[2].content[0].toolResult.toolUseId);
    expect(scope.told()).toEqual(['approximated messages[1].blocks[0].id']);
  });
});
