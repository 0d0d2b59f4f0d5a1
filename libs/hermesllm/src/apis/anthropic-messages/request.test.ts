import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import { HermesError } from '../../hermes-error.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { LlmRequest, Message } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { goingOn, openingText } from '../turns.ts';

const fixture = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const hello = [{ role: 'user', content: 'hi' }];

function decode(members: JsonObject): { request: LlmRequest; told: string[] } {
  const scope = recordingScope();
  return { request: decodeRequest({ model: 'm', max_tokens: 10, messages: hello, ...members }, scope), told: scope.told() };
}

function encode(members: Partial<LlmRequest>, settings = {}): { wire: JsonObject; told: string[] } {
  const scope = recordingScope(settings);
  const request = { ...emptyRequest('m', false, [message('user', [textBlock('hi')])]), maxTokens: 10, ...members };
  return { wire: JSON.parse(JSON.stringify(encodeRequest(request, scope))), told: scope.told() };
}

const encodeMessages = (...messages: Message[]) => {
  const { wire, told } = encode({ messages });
  return { system: wire['system'], messages: wire['messages'], told };
};

describe('decodeRequest', () => {
  it('reads a whole request', () => {
    const scope = recordingScope();
    const request = decodeRequest(fixture('thinking-with-tool.request.json'), scope);
    expect(scope.warnings).toEqual([]);
    expect(request).toEqual({
      ...emptyRequest('claude-sonnet-4-5-20250929', true, [
        message('system', [textBlock('You are a harbour master.'), textBlock('Tide tables are in metres.', { ttl: '1h' })]),
        message('user', [
          mediaBlock('image', { type: 'base64', data: 'iVBORw0KGgo=' }, { mediaType: 'image/png' }),
          textBlock('When is high tide here?'),
        ]),
        message('assistant', [
          reasoningBlock('That looks like Faro.', { origin: 'anthropic-messages', data: 'EqQBCgIYAhIk' }),
          reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'EmwKAhgBEgy3' }),
          textBlock('Let me look.'),
          toolCallBlock('toolu_01A', 'tide_table', '{"harbour":"Faro"}'),
        ]),
        message('tool', [toolResultBlock('toolu_01A', [textBlock('04:12')], true)]),
        message('user', [textBlock('And at Lagos?', { ttl: '5m' })]),
      ]),
      maxTokens: 8000,
      topP: 0.97,
      stop: ['END'],
      user: 'user_4a1c',
      serviceTier: 'default',
      parallelToolCalls: true,
      toolChoice: { type: 'auto' },
      reasoning: { mode: 'on', effort: undefined, budget: 2048, summary: undefined, include: undefined },
      tools: [
        {
          type: 'function',
          name: 'tide_table',
          description: 'Tide times of a harbour',
          schema: { type: 'object', properties: { harbour: { type: 'string' } }, required: ['harbour'] },
          strict: undefined,
          cache: { ttl: undefined },
          namespace: undefined,
        },
        {
          type: 'hosted',
          kind: 'web-search',
          api: 'anthropic-messages',
          value: { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
        },
      ],
      extensions: {
        api: 'anthropic-messages',
        fields: { container: 'container_011', context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
      },
    });
  });

  it.each<[string, unknown, string | undefined]>([
    ['no object', [], undefined],
    ['no model', { max_tokens: 1, messages: [] }, 'model'],
    ['no max_tokens', { model: 'm', messages: [] }, 'max_tokens'],
    ['max_tokens as text', { model: 'm', max_tokens: '1', messages: [] }, 'max_tokens'],
    ['a fraction of a token', { model: 'm', max_tokens: 1.5, messages: [] }, 'max_tokens'],
    ['no messages', { model: 'm', max_tokens: 1 }, 'messages'],
    ['messages as text', { model: 'm', max_tokens: 1, messages: 'hi' }, 'messages'],
    ['a message that is text', { model: 'm', max_tokens: 1, messages: ['hi'] }, 'messages[0]'],
    ['an unknown role', { model: 'm', max_tokens: 1, messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    ['no content', { model: 'm', max_tokens: 1, messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['content as a number', { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 1 }] }, 'messages[0].content'],
    ['a block without type', { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0].type'],
    [
      'a nested block without text',
      {
        model: 'm',
        max_tokens: 1,
        messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text' }] }] }],
      },
      'messages[0].content[0].content[0].text',
    ],
    [
      'an image without data',
      {
        model: 'm',
        max_tokens: 1,
        messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png' } }] }],
      },
      'messages[0].content[0].source.data',
    ],
    ['a tool without schema', { model: 'm', max_tokens: 1, messages: [], tools: [{ name: 'a' }] }, 'tools[0].input_schema'],
    ['an unknown choice', { model: 'm', max_tokens: 1, messages: [], tool_choice: { type: 'some' } }, 'tool_choice.type'],
    ['a choice without name', { model: 'm', max_tokens: 1, messages: [], tool_choice: { type: 'tool' } }, 'tool_choice.name'],
    ['a stop sequence that is a number', { model: 'm', max_tokens: 1, messages: [], stop_sequences: ['a', 1] }, 'stop_sequences[1]'],
    ['a temperature as text', { model: 'm', max_tokens: 1, messages: [], temperature: 'hot' }, 'temperature'],
    ['a user id that is a number', { model: 'm', max_tokens: 1, messages: [], metadata: { user_id: 5 } }, 'metadata.user_id'],
    ['an effort that is a number', { model: 'm', max_tokens: 1, messages: [], output_config: { effort: 5 } }, 'output_config.effort'],
    ['a format without type', { model: 'm', max_tokens: 1, messages: [], output_config: { format: {} } }, 'output_config.format.type'],
    ['an old format without type', { model: 'm', max_tokens: 1, messages: [], output_format: {} }, 'output_format.type'],
    ['thinking without type', { model: 'm', max_tokens: 1, messages: [], thinking: {} }, 'thinking.type'],
    [
      'a budget as text',
      { model: 'm', max_tokens: 1, messages: [], thinking: { type: 'enabled', budget_tokens: '1' } },
      'thinking.budget_tokens',
    ],
    [
      'a cache lifetime that is a number',
      { model: 'm', max_tokens: 1, messages: [], tools: [{ name: 'a', input_schema: {}, cache_control: { type: 'ephemeral', ttl: 5 } }] },
      'tools[0].cache_control.ttl',
    ],
    ['a system that is a number', { model: 'm', max_tokens: 1, messages: [], system: 5 }, 'system'],
  ])('refuses %s with its path', (_, body, path) => {
    let error: unknown;
    try {
      decodeRequest(body, recordingScope());
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(HermesError);
    expect(error).toMatchObject({ kind: 'invalid_request', status: 400, path });
  });

  it('takes null for absent', () => {
    const absent = {
      system: null,
      temperature: null,
      tools: null,
      tool_choice: null,
      thinking: null,
      metadata: null,
      service_tier: null,
      stream: null,
    };
    expect(decode(absent).request).toEqual(decode({}).request);
  });

  it.each<[string, unknown, Message[]]>([
    ['text', 'hi', [message('user', [textBlock('hi')])]],
    ['empty text', '', [message('user', [textBlock('')])]],
    ['nothing', [], [message('user', [])]],
    [
      'results and text in turns',
      [
        { type: 'text', text: 'before' },
        { type: 'tool_result', tool_use_id: 'a', content: 'one' },
        { type: 'tool_result', tool_use_id: 'b' },
        { type: 'text', text: 'after' },
      ],
      [
        message('user', [textBlock('before')]),
        message('tool', [toolResultBlock('a', [textBlock('one')], false), toolResultBlock('b', [], false)]),
        message('user', [textBlock('after')]),
      ],
    ],
    [
      'documents',
      [
        {
          type: 'document',
          source: { type: 'text', media_type: 'text/plain', data: 'words' },
          title: 'T',
          context: 'C',
          citations: { enabled: true },
        },
        { type: 'document', source: { type: 'content', content: 'short' } },
        { type: 'document', source: { type: 'url', url: 'https://a.example/x.pdf' }, cache_control: { type: 'ephemeral' } },
        { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      ],
      [
        message('user', [
          mediaBlock('document', { type: 'text', text: 'words' }, { mediaType: 'text/plain', name: 'T', context: 'C', citable: true }),
          mediaBlock('document', { type: 'blocks', blocks: [textBlock('short')] }),
          mediaBlock('document', { type: 'url', url: 'https://a.example/x.pdf' }, { cache: { ttl: undefined } }),
          mediaBlock('document', { type: 'file', id: 'file_1', api: 'anthropic-messages' }),
        ]),
      ],
    ],
    [
      'search results',
      [{ type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'w' }], citations: { enabled: true } }],
      [
        message('user', [
          mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('w')] }, { name: 't', context: 's', citable: true }),
        ]),
      ],
    ],
    [
      'blocks and sources that are not known here',
      [
        { type: 'hologram', source: 's' },
        { type: 'image', source: { type: 'hologram', data: 'x' } },
      ],
      [
        message('user', [
          unknownBlock('anthropic-messages', { type: 'hologram', source: 's' }),
          unknownBlock('anthropic-messages', { type: 'image', source: { type: 'hologram', data: 'x' } }),
        ]),
      ],
    ],
  ])('reads user content: %s', (_, content, expected) => {
    expect(decode({ messages: [{ role: 'user', content }] }).request.messages).toEqual(expected);
  });

  it('makes one message of tool results that two turns hold', () => {
    const result = (id: string) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] });
    expect(decode({ messages: [result('a'), result('b')] }).request.messages).toEqual([
      message('tool', [toolResultBlock('a', [textBlock('x')], false), toolResultBlock('b', [textBlock('x')], false)]),
    ]);
  });

  it.each<[string, JsonObject, unknown, string[]]>([
    ['output_config.format', { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } }, { type: 'object' }, []],
    ['output_format', { output_format: { type: 'json_schema', schema: { type: 'object' } } }, { type: 'object' }, []],
    ['a format that is not known', { output_config: { format: { type: 'regex' } } }, undefined, ['dropped output_config.format.type']],
  ])('reads structured output: %s', (_, members, schema, told) => {
    const decoded = decode(members);
    const expected = { type: 'json-schema', name: undefined, description: undefined, schema, strict: true };
    expect(decoded.request.outputFormat).toEqual(schema === undefined ? undefined : expected);
    expect(decoded.request.extensions).toBeUndefined();
    expect(decoded.told).toEqual(told);
  });

  it('reads sampling parameters', () => {
    const sampling = { temperature: 0.1, top_p: 0.2, top_k: 3, stop_sequences: ['a'] };
    expect(decode(sampling).request).toMatchObject({ temperature: 0.1, topP: 0.2, topK: 3, stop: ['a'], extensions: undefined });
  });

  it('reads no message out of a system prompt without content', () => {
    expect(decode({ system: '' }).request.messages).toHaveLength(1);
    expect(decode({ system: [] }).request.messages).toHaveLength(1);
  });

  it('keeps text members of metadata', () => {
    expect(decode({ metadata: { team: 'ops' } }).request).toMatchObject({ user: undefined, metadata: { team: 'ops' } });
  });

  it('keeps system messages among the turns where they stand', () => {
    const { request } = decode({ system: 'first', messages: [...hello, { role: 'system', content: 'later' }] });
    expect(request.messages.map(({ role }) => role)).toEqual(['system', 'user', 'system']);
  });

  it('opens sealed signatures, and reads an empty one as none', () => {
    const content = [
      { type: 'thinking', thinking: 'a', signature: 'plano.gemini.sig' },
      { type: 'thinking', thinking: 'b', signature: '' },
      { type: 'redacted_thinking', data: 'plano.openai-responses.enc' },
      { type: 'tool_use', id: 'c', name: 'n', input: {} },
      { type: 'redacted_thinking', data: 'plano-previous:plano.gemini.of-the-call' },
    ];
    expect(decode({ messages: [{ role: 'assistant', content }] }).request.messages[0]?.blocks).toEqual([
      reasoningBlock('a', { origin: 'gemini', data: 'sig' }),
      reasoningBlock('b'),
      reasoningBlock('', undefined, { origin: 'openai-responses', data: 'enc' }),
      toolCallBlock('c', 'n', '{}', false, { origin: 'gemini', data: 'of-the-call' }),
    ]);
    const orphan = decode({ messages: [{ role: 'assistant', content: content.slice(4) }] });
    expect(orphan.request.messages[0]?.blocks).toEqual([]);
    expect(orphan.told).toEqual(['dropped messages[0].content[0]']);
  });

  it('keeps citations of its own history', () => {
    const location = {
      type: 'char_location',
      cited_text: 'B',
      document_index: 0,
      document_title: 'Knots',
      start_char_index: 0,
      end_char_index: 1,
    };
    const { request } = decode({ messages: [{ role: 'assistant', content: [{ type: 'text', text: 'x', citations: [location] }] }] });
    expect(request.messages[0]?.blocks).toEqual([
      textBlock('x', undefined, [
        {
          url: undefined,
          title: 'Knots',
          citedText: 'B',
          start: undefined,
          end: undefined,
          place: { of: 'characters', index: 0, start: 0, end: 1 },
          native: { api: 'anthropic-messages', value: location },
        },
      ]),
    ]);
  });

  it('names every nested member that it cannot carry', () => {
    const { told } = decode({
      metadata: { user_id: 'u', team: 'ops', size: 3 },
      thinking: { type: 'between_tools', extra: 1 },
      output_config: { effort: 'low', task_budget: { total: 1 } },
      tool_choice: { type: 'auto', extra: true },
      tools: [{ name: 'a', input_schema: {}, defer_loading: true, cache_control: { type: 'persistent' } }],
      messages: [
        {
          role: 'user',
          weight: 0,
          content: [
            { type: 'text', text: 'x', mood: 'good', cache_control: { type: 'ephemeral', scope: 'org' } },
            { type: 'image', source: { type: 'url', url: 'u' }, transformations: { x: 1 } },
            { type: 'tool_result', tool_use_id: 'a', toolset_name: 't' },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'n', input: {}, caller: { type: 'code_execution_20250825' } }] },
      ],
    });
    expect(told).toEqual([
      'dropped messages[0].weight',
      'dropped messages[0].content[0].mood',
      'dropped messages[0].content[0].cache_control.scope',
      'dropped messages[0].content[1].transformations',
      'dropped messages[0].content[2].toolset_name',
      'dropped messages[1].content[0].caller',
      'dropped tools[0].defer_loading',
      'dropped tools[0].cache_control',
      'dropped tool_choice.extra',
      'dropped output_config.task_budget',
      'dropped thinking.extra',
      'approximated thinking.type',
      'dropped metadata.size',
    ]);
  });
});

describe('encodeRequest', () => {
  it('writes the smallest request', () => {
    const { wire, told } = encode({ maxTokens: undefined });
    expect(wire).toEqual({ model: 'm', max_tokens: 4096, messages: [{ role: 'user', content: 'hi' }] });
    expect(told).toEqual(['defaulted maxTokens']);
    expect(encode({ maxTokens: undefined }, { defaultMaxTokens: 77 }).wire['max_tokens']).toBe(77);
  });

  it.each<[string, Partial<LlmRequest>, JsonObject, string[]]>([
    ['a temperature above 1', { temperature: 1.4 }, { temperature: 1 }, ['approximated temperature']],
    ['a temperature', { temperature: 0.2, topP: 0.5, topK: 4 }, { temperature: 0.2, top_p: 0.5, top_k: 4 }, []],
    ['stop sequences', { stop: ['a', ' \n', 'b'] }, { stop_sequences: ['a', 'b'] }, ['dropped stop[1]']],
    ['only blank stop sequences', { stop: [''] }, {}, ['dropped stop[0]']],
    ['the user', { user: 'u' }, { metadata: { user_id: 'u' } }, []],
    ['no address of the user', { user: 'u@a.example' }, {}, ['dropped user']],
    [
      'the user by the newer name',
      { user: 'u', extensions: { api: 'openai-responses', fields: { safety_identifier: 'u' } } },
      { metadata: { user_id: 'u' } },
      [],
    ],
    [
      'another safety identifier than the user',
      { user: 'u', extensions: { api: 'openai-chat', fields: { safety_identifier: 's' } } },
      { metadata: { user_id: 'u' } },
      ['dropped extensions.safety_identifier'],
    ],
    ['stream', { stream: true }, { stream: true }, []],
    ['tier auto', { serviceTier: 'auto' }, {}, []],
    ['tier default', { serviceTier: 'default' }, { service_tier: 'standard_only' }, []],
    ['tier priority', { serviceTier: 'priority' }, { service_tier: 'auto' }, ['approximated serviceTier']],
    ['tier flex', { serviceTier: 'flex' }, {}, ['dropped serviceTier']],
    [
      'parameters without a place here',
      {
        seed: 1,
        presencePenalty: 1,
        frequencyPenalty: 1,
        candidates: 2,
        logprobs: { alternatives: 2 },
        verbosity: 'low',
        metadata: { a: 'b' },
        store: true,
      },
      {},
      ['seed', 'presencePenalty', 'frequencyPenalty', 'candidates', 'logprobs', 'verbosity', 'metadata', 'store'].map(
        (path) => `dropped ${path}`,
      ),
    ],
    [
      'parameters at their defaults',
      { presencePenalty: 0, frequencyPenalty: 0, candidates: 1, store: false, parallelToolCalls: true },
      {},
      [],
    ],
    ['its own extensions', { extensions: { api: 'anthropic-messages', fields: { container: 'c', model: 'x' } } }, { container: 'c' }, []],
    [
      'extensions of others',
      { extensions: { api: 'openai-chat', fields: { logit_bias: { 1: 2 }, modalities: ['text'] } } },
      {},
      ['dropped extensions.logit_bias'],
    ],
    [
      'a schema of the output',
      { outputFormat: { type: 'json-schema', name: 'n', description: 'd', schema: { type: 'object', properties: {} }, strict: true } },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object', properties: {}, additionalProperties: false } } } },
      ['dropped outputFormat.description'],
    ],
    [
      'any JSON',
      { outputFormat: { type: 'json' } },
      { system: 'Answer with a single JSON object and nothing else.' },
      ['emulated outputFormat'],
    ],
    ['text as the format', { outputFormat: { type: 'text' } }, {}, []],
  ])('writes %s', (_, members, expected, warnings) => {
    const { wire, told } = encode(members);
    expect(wire).toEqual({ model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }], ...expected });
    expect(told).toEqual(warnings);
  });

  it.each<[string, string, object, boolean]>([
    ['a schema', 'claude-opus-4-1-20250805', { type: 'object', properties: {} }, true],
    ['a schema for a model that is not held to it', 'claude-sonnet-4-20250514', { type: 'object', properties: {} }, false],
    ['a schema for an old model', 'claude-3-7-sonnet-latest', { type: 'object', properties: {} }, false],
    ['a schema that refers to itself', 'claude-opus-4-6', { type: 'object', properties: { a: { $ref: '#' } } }, false],
  ])('asks for %s by its member or in words: %s', (_what, model, schema, held) => {
    const { wire, told } = encode({
      model,
      outputFormat: { type: 'json-schema', name: 'n', description: undefined, schema, strict: true },
    });
    expect([wire['output_config'] !== undefined, String(wire['system']).includes('JSON Schema')]).toEqual([held, !held]);
    expect(told).toEqual(held ? [] : ['emulated outputFormat']);
  });

  it.each<[string, unknown[], string[]]>([
    ['claude-sonnet-4-5', [], ['approximated messages[1]']],
    ['claude-opus-4-6', [{ role: 'user', content: goingOn }], ['emulated messages']],
    ['claude-fable-5', [{ role: 'user', content: goingOn }], ['emulated messages']],
  ])('lets %s go on with its own words, or asks it to', (model, more, told) => {
    const messages = [message('user', [textBlock('hi')]), message('assistant', [textBlock('Well, ')])];
    const encoded = encode({ model, messages });
    const words = more.length === 0 ? 'Well,' : 'Well, ';
    expect(encoded.wire['messages']).toEqual([{ role: 'user', content: 'hi' }, { role: 'assistant', content: words }, ...more]);
    expect(encoded.told).toEqual(told);
  });

  it('asks nobody to go on with a call', () => {
    const messages = [message('user', [textBlock('hi')]), message('assistant', [toolCallBlock('c', 'n', '{}')])];
    expect(encode({ model: 'claude-opus-4-6', messages }).told).toEqual([]);
  });

  it('collects system and developer messages in order', () => {
    const user = message('user', [textBlock('hi')]);
    expect(encodeMessages(message('system', [textBlock('one')]), user)).toMatchObject({ system: 'one', told: [] });
    expect(encodeMessages(message('system', [textBlock('one', { ttl: '1h' })]), user).system).toEqual([
      { type: 'text', text: 'one', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]);
    expect(
      encodeMessages(
        message('system', [textBlock('one')]),
        message('developer', [textBlock('two')]),
        user,
        message('system', [textBlock('three')]),
      ),
    ).toEqual({
      system: ['one', 'two', 'three'].map((text) => ({ type: 'text', text })),
      messages: [{ role: 'user', content: 'hi' }],
      told: ['approximated messages[3]'],
    });
    const image = mediaBlock('image', { type: 'url', url: 'u' });
    expect(encodeMessages(message('system', [image, textBlock('one')]), user)).toMatchObject({
      system: 'one',
      told: ['dropped messages[0].blocks[0]'],
    });
  });

  it('merges neighbours of one side, results first', () => {
    const call = (id: string) => toolCallBlock(id, 'n', '{}');
    const result = (id: string) => toolResultBlock(id, [textBlock(id)], false);
    const use = (id: string) => ({ type: 'tool_use', id, name: 'n', input: {} });
    const answer = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: id });
    expect(
      encodeMessages(
        message('user', [textBlock('a')]),
        message('user', [textBlock('b')]),
        message('assistant', [textBlock('c')]),
        message('assistant', [call('1'), call('2')]),
        message('tool', [result('1')]),
        message('user', [textBlock('d')]),
        message('tool', [result('2')]),
      ),
    ).toEqual({
      system: undefined,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: [{ type: 'text', text: 'c' }, use('1'), use('2')] },
        { role: 'user', content: [answer('1'), answer('2'), { type: 'text', text: 'd' }] },
      ],
      told: ['approximated messages[6].blocks[0]'],
    });
  });

  it('lets the user speak first', () => {
    expect(encodeMessages(message('assistant', [textBlock('Welcome.')]))).toEqual({
      system: undefined,
      messages: [
        { role: 'user', content: openingText },
        { role: 'assistant', content: 'Welcome.' },
      ],
      told: ['emulated messages'],
    });
    expect(encodeMessages()).toMatchObject({ messages: [], told: [] });
  });

  it('sends no empty text and no turn without content', () => {
    expect(
      encodeMessages(
        message('user', [textBlock(''), textBlock('a '), textBlock(' \n')]),
        message('assistant', [textBlock('')]),
        message('user', [textBlock('b')]),
        message('assistant', [textBlock('prefill ')]),
      ),
    ).toEqual({
      system: undefined,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a ' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: 'prefill' },
      ],
      told: ['dropped messages[0].blocks[2]', 'approximated messages[3]'],
    });
  });

  it('lets the user speak where a system prompt is all', () => {
    expect(encodeMessages(message('system', [textBlock('s')]))).toEqual({
      system: 's',
      messages: [{ role: 'user', content: '(The conversation begins.)' }],
      told: ['emulated messages'],
    });
  });

  it.each<[string, string, boolean, unknown, string[]]>([
    ['an object', '{"a":1}', false, { a: 1 }, []],
    ['nothing', '', false, {}, []],
    ['white space', ' \n', false, {}, []],
    ['broken JSON', '{"a":', false, { input: '{"a":' }, ['approximated messages[1].blocks[0].input']],
    ['a list', '[1]', false, { input: '[1]' }, ['approximated messages[1].blocks[0].input']],
    ['null', 'null', false, { input: 'null' }, ['approximated messages[1].blocks[0].input']],
    ['the text of a custom tool', '{"a":1}', true, { input: '{"a":1}' }, []],
  ])('writes tool input that is %s', (_, input, custom, expected, told) => {
    const encoded = encodeMessages(message('user', [textBlock('a')]), message('assistant', [toolCallBlock('c', 'n', input, custom)]));
    expect(encoded.messages).toMatchObject([{}, { content: [{ type: 'tool_use', id: 'c', name: 'n', input: expected }] }]);
    expect(encoded.told).toEqual(told);
  });

  it('gives a call and its result the same valid id', () => {
    const { messages, told } = encodeMessages(
      message('user', [textBlock('a')]),
      message('assistant', [toolCallBlock('call:1', 'n', '{}'), toolCallBlock('call.1', 'n', '{}'), toolCallBlock('call_1', 'n', '{}')]),
      message(
        'tool',
        ['call:1', 'call.1', 'call_1'].map((id) => toolResultBlock(id, [], false)),
      ),
    );
    const [, calls, results] = messages as { content: { id: string; tool_use_id: string }[] }[];
    const ids = calls?.content.map(({ id }) => id) ?? [];
    expect(ids).toEqual(results?.content.map((block) => block.tool_use_id));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(ids[2]).toBe('call_1');
    expect(told).toEqual(['approximated messages[1].blocks[0].id', 'approximated messages[1].blocks[1].id']);
  });

  it('writes tool results', () => {
    const image = mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' });
    const { messages } = encodeMessages(
      message('tool', [
        toolResultBlock('a', [textBlock('x'), image], true),
        toolResultBlock('b', [textBlock('')], false, 'name', true, { ttl: undefined }),
      ]),
    );
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'a',
            is_error: true,
            content: [
              { type: 'text', text: 'x' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
            ],
          },
          { type: 'tool_result', tool_use_id: 'b', cache_control: { type: 'ephemeral' } },
        ],
      },
    ]);
  });

  it('sends thinking back only with its own signature', () => {
    const own = { origin: 'anthropic-messages', data: 's' } as const;
    const foreign = { origin: 'gemini', data: 's' } as const;
    const { messages, told } = encodeMessages(
      message('user', [textBlock('a')]),
      message('assistant', [
        reasoningBlock('mine', own),
        reasoningBlock('', undefined, own),
        reasoningBlock('foreign', foreign),
        reasoningBlock('', undefined, foreign),
        reasoningBlock('unsigned'),
        reasoningBlock(''),
        textBlock('b', undefined, undefined, foreign),
        toolCallBlock('c', 'n', '', false, foreign),
      ]),
    );
    expect(messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'mine', signature: 's' },
          { type: 'redacted_thinking', data: 's' },
          { type: 'text', text: 'b' },
          { type: 'tool_use', id: 'c' },
        ],
      },
    ]);
    expect(told).toEqual([
      'dropped messages[1].blocks[2]',
      'dropped messages[1].blocks[3]',
      'dropped messages[1].blocks[4]',
      'dropped messages[1].blocks[6].signature',
      'dropped messages[1].blocks[7].signature',
    ]);
  });

  it.each<[string, Parameters<typeof mediaBlock>, unknown, string[]]>([
    [
      'an image in base64',
      ['image', { type: 'base64', data: 'A' }, { mediaType: 'image/gif' }],
      { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'A' } },
      [],
    ],
    [
      'an image without a type',
      ['image', { type: 'base64', data: 'A' }],
      { type: 'image', source: { media_type: 'image/jpeg' } },
      ['defaulted .mediaType'],
    ],
    [
      'an image by address',
      ['image', { type: 'url', url: 'u' }, { detail: 'high' }],
      { type: 'image', source: { type: 'url', url: 'u' } },
      ['dropped .detail'],
    ],
    [
      'an image by its own file id',
      ['image', { type: 'file', id: 'f', api: 'anthropic-messages' }, { detail: 'auto' }],
      { type: 'image', source: { type: 'file', file_id: 'f' } },
      [],
    ],
    ['an image by a foreign file id', ['image', { type: 'file', id: 'f', api: 'openai-chat' }], undefined, ['dropped .source']],
    ['an image in S3', ['image', { type: 's3', uri: 's3://a/b', bucketOwner: undefined }], undefined, ['dropped .source']],
    ['audio', ['audio', { type: 'base64', data: 'A' }], undefined, ['dropped ']],
    ['video', ['video', { type: 'url', url: 'u' }], undefined, ['dropped ']],
    [
      'a PDF',
      [
        'document',
        { type: 'base64', data: 'A' },
        { mediaType: 'application/pdf', name: 'N', context: 'C', citable: true, cache: { ttl: '24h' } },
      ],
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'A' },
        title: 'N',
        context: 'C',
        citations: { enabled: true },
        cache_control: { type: 'ephemeral', ttl: '1h' },
      },
      ['approximated .cache'],
    ],
    [
      'a document of no type',
      ['document', { type: 'base64', data: 'A' }],
      { type: 'document', source: { media_type: 'application/pdf' } },
      ['defaulted .mediaType'],
    ],
    [
      'a spreadsheet',
      ['document', { type: 'base64', data: 'A' }, { mediaType: 'application/vnd.ms-excel' }],
      undefined,
      ['dropped .source'],
    ],
    [
      'a file of text',
      ['document', { type: 'base64', data: 'w6k=' }, { mediaType: 'text/plain' }],
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é' } },
      [],
    ],
    [
      'a table as text',
      ['document', { type: 'base64', data: 'YSxi' }, { mediaType: 'text/csv' }],
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
      ['approximated .mediaType'],
    ],
    ['text that is no base64', ['document', { type: 'base64', data: '!' }, { mediaType: 'text/csv' }], undefined, ['dropped .source']],
    [
      'an image that Claude cannot see',
      ['image', { type: 'base64', data: 'A' }, { mediaType: 'image/heic' }],
      undefined,
      ['dropped .source'],
    ],
    [
      'an image of the name that many give JPEG',
      ['image', { type: 'base64', data: 'A' }, { mediaType: 'image/jpg' }],
      { type: 'image', source: { media_type: 'image/jpeg' } },
      [],
    ],
    [
      'a text document',
      ['document', { type: 'text', text: 'T' }],
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'T' } },
      [],
    ],
    [
      'a document of blocks',
      ['document', { type: 'blocks', blocks: [textBlock('a')] }],
      { source: { type: 'content', content: [{ type: 'text', text: 'a' }] } },
      [],
    ],
    ['a document by address', ['document', { type: 'url', url: 'u' }], { source: { type: 'url', url: 'u' } }, []],
  ])('writes %s', (_, block, expected, told) => {
    const encoded = encodeMessages(message('user', [mediaBlock(...block), textBlock('x')]));
    const content = (encoded.messages as { content: unknown }[])[0]?.content;
    if (expected === undefined) expect(content).toBe('x');
    else expect(content).toMatchObject([expected, { type: 'text', text: 'x' }]);
    expect(encoded.told).toEqual(told.map((warning) => warning.replace(/ /, ' messages[0].blocks[0]')));
  });

  it('leaves out what an assistant cannot say, names, foreign blocks and foreign citations', () => {
    const citation = { url: 'u', title: 't', citedText: undefined, start: 0, end: 1, native: undefined };
    const native = { ...citation, native: { api: 'anthropic-messages', value: { type: 'page_location' } } } as const;
    const { messages, told } = encodeMessages(
      message('user', [textBlock('a')], 'Ana'),
      message('assistant', [
        mediaBlock('image', { type: 'url', url: 'u' }),
        unknownBlock('gemini', {}),
        unknownBlock('anthropic-messages', { type: 'server_tool_use' }),
        { type: 'refusal', text: 'No.' },
        textBlock('b', undefined, [citation, native]),
      ]),
    );
    expect(messages).toEqual([
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: [
          { type: 'server_tool_use' },
          { type: 'text', text: 'No.' },
          { type: 'text', text: 'b', citations: [{ type: 'page_location' }] },
        ],
      },
    ]);
    expect(told).toEqual([
      'dropped messages[0].name',
      'dropped messages[1].blocks[0]',
      'dropped messages[1].blocks[1]',
      'dropped messages[1].blocks[4].citations',
    ]);
  });
});
