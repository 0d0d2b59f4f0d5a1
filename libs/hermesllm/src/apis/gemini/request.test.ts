import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import { isHermesError } from '../../hermes-error.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Block } from '../../model/block.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { gemini, geminiToolName } from './codec.ts';

const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const user = (text: string): JsonObject => ({ role: 'user', parts: [{ text }] });
const own = (data: string) => ({ origin: 'gemini', data }) as const;
const png = mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' });

const tool = (name: string, strict?: boolean) =>
  ({
    type: 'function',
    name,
    description: undefined,
    schema: { type: 'object' },
    strict,
    cache: undefined,
    namespace: undefined,
  }) as const;

function decode(wire: JsonObject): { request: LlmRequest; told: string[] } {
  const scope = recordingScope();
  return { request: gemini.decodeRequest(wire, scope), told: scope.told() };
}

const blocksOf = (parts: unknown, role = 'user'): Block[] =>
  decode({ contents: [{ role, parts }] }).request.messages.flatMap(({ blocks }) => blocks);

function encode(fields: Partial<LlmRequest>, model = 'gemini-2.5-flash'): { wire: JsonObject; told: string[] } {
  const scope = recordingScope();
  const wire = gemini.encodeRequest({ ...emptyRequest(model, false, [message('user', [textBlock('Hi')])]), ...fields }, scope);
  return { wire: json(wire), told: scope.told() };
}

const contentsOf = (messages: LlmRequest['messages'], model?: string) => {
  const { wire, told } = encode({ messages }, model);
  return { contents: wire['contents'], system: wire['systemInstruction'], told };
};

describe('decodeRequest', () => {
  const wire = JSON.parse(readFileSync(new URL('./__fixtures__/agent.request.json', import.meta.url), 'utf8'));

  it('reads a whole request', () => {
    const { request, told } = decode(wire);
    expect(request).toMatchObject({
      model: '',
      stream: false,
      maxTokens: 500,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stop: ['END'],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      candidates: 1,
      logprobs: { alternatives: 2 },
      toolChoice: { type: 'auto' },
      outputFormat: { type: 'json-schema', schema: { type: 'object' } },
      reasoning: { mode: 'on', budget: 1024, include: true, effort: undefined },
      metadata: { team: 'harbour' },
      serviceTier: 'flex',
      store: false,
      extensions: {
        api: 'gemini',
        fields: {
          safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
          cachedContent: 'cachedContents/tides',
          toolConfig: { includeServerSideToolInvocations: true },
          generationConfig: { responseModalities: ['TEXT'] },
        },
      },
    });
    expect(request.tools).toEqual([
      { ...tool('tide'), description: 'High water of a harbour', schema: wire.tools[0].functionDeclarations[0].parametersJsonSchema },
      { type: 'hosted', kind: 'web-search', api: 'gemini', value: { googleSearch: {} } },
    ]);
    expect(request.messages).toEqual([
      message('system', [textBlock('You know the tides.')]),
      message('user', [
        textBlock('When is high water here and in Brest?'),
        mediaBlock('image', { type: 'base64', data: 'aGVsbG8=' }, { mediaType: 'image/png' }),
        mediaBlock(
          'document',
          { type: 'file', id: 'https://generativelanguage.googleapis.com/v1beta/files/abc', api: 'gemini' },
          { mediaType: 'application/pdf' },
        ),
      ]),
      message('assistant', [
        reasoningBlock('They ask for two harbours.'),
        toolCallBlock('call_1', 'tide', '{"harbour":"Concarneau"}', false, own('c2lnbmF0dXJlIG9uZQ==')),
        toolCallBlock('call_2', 'tide', '{"harbour":"Brest"}'),
      ]),
      message('tool', [toolResultBlock('call_1', [textBlock('04:10')], false), toolResultBlock('call_2', [textBlock('no data')], true)]),
    ]);
    expect(told).toEqual([]);
  });

  it('reads both spellings of a member', () => {
    const snake = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(snake);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [
          key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
          key === 'parametersJsonSchema' || key === 'args' || key === 'response' ? member : snake(member),
        ]),
      );
    };
    const { request, told } = decode(snake(wire) as JsonObject);
    const expected = decode(wire).request;
    expect({ ...request, extensions: undefined, tools: undefined }).toEqual({ ...expected, extensions: undefined, tools: undefined });
    expect(request.tools).toEqual(expected.tools);
    expect(Object.keys(request.extensions?.fields ?? {}).sort()).toEqual(Object.keys(expected.extensions?.fields ?? {}).sort());
    expect(told).toEqual([]);
  });

  it.each<[string, unknown, Block[]]>([
    ['a single object for a list', { text: 'a' }, [textBlock('a')]],
    [
      'a video address',
      [{ fileData: { fileUri: 'https://youtu.be/x' } }],
      [mediaBlock('video', { type: 'url', url: 'https://youtu.be/x' })],
    ],
    [
      'an address without a type',
      [{ fileData: { fileUri: 'https://a.example/b.PNG?c=d' } }],
      [mediaBlock('image', { type: 'url', url: 'https://a.example/b.PNG?c=d' })],
    ],
    [
      'cloud storage',
      [{ fileData: { fileUri: 'gs://b/o', mimeType: 'audio/mp3', displayName: 'N' } }],
      [mediaBlock('audio', { type: 'file', id: 'gs://b/o', api: 'gemini' }, { mediaType: 'audio/mp3', name: 'N' })],
    ],
    [
      'a resolution',
      [{ inlineData: { mimeType: 'image/png', data: 'AA' }, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }],
      [{ ...png, detail: 'low' }],
    ],
    [
      'code that was run',
      [{ executableCode: { language: 'PYTHON', code: '1' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }],
      [
        unknownBlock('gemini', { executableCode: { language: 'PYTHON', code: '1' } }),
        unknownBlock('gemini', { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }),
      ],
    ],
    ['a part of the future', [{ hologram: {} }], [unknownBlock('gemini', { hologram: {} })]],
  ])('reads %s', (_, parts, expected) => {
    expect(blocksOf(parts)).toEqual(expected);
  });

  it.each<[string, JsonObject, Block[], boolean]>([
    ['text output', { output: 'a' }, [textBlock('a')], false],
    ['structured output', { output: { a: 1 } }, [textBlock('{"a":1}')], false],
    ['an error', { error: 'no' }, [textBlock('no')], true],
    ['an error among others', { error: 'no', code: 3 }, [textBlock('{"error":"no","code":3}')], true],
    ['anything else', { result: 1 }, [textBlock('{"result":1}')], false],
    ['nothing', {}, [], false],
  ])('reads a function response: %s', (_, response, blocks, isError) => {
    const parts = [{ functionResponse: { id: 'a', name: 'f', response } }];
    expect(blocksOf(parts)).toEqual([toolResultBlock('a', blocks, isError, 'f')]);
  });

  it('matches responses to calls by id, by name and by order', () => {
    const call = (name: string, id?: string): JsonObject => ({ functionCall: { name, id } });
    const answer = (name: string, id?: string): JsonObject => ({ functionResponse: { name, id, response: { output: name } } });
    const { request } = decode({
      contents: [
        { role: 'model', parts: [call('a'), call('b', 'given'), call('a'), call('c')] },
        { parts: [answer('a'), answer('b', 'given'), answer('renamed'), answer('c'), answer('never')] },
      ],
    });
    expect(request.messages[0]?.blocks.map((block) => (block.type === 'tool-call' ? block.id : ''))).toEqual([
      'call_1',
      'given',
      'call_3',
      'call_4',
    ]);
    const results = request.messages[1]?.blocks.map((block) => (block.type === 'tool-result' ? [block.id, block.name] : []));
    expect(results).toEqual([
      ['call_1', undefined],
      ['given', undefined],
      ['call_3', 'renamed'],
      ['call_4', undefined],
      ['call_5', 'never'],
    ]);
  });

  it('finds the call of a response by its name before its place', () => {
    const { request } = decode({
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'a' } }, { functionCall: { name: 'b' } }] },
        { parts: [{ functionResponse: { name: 'b' } }, { functionResponse: { name: 'a' } }] },
      ],
    });
    expect(request.messages[1]?.blocks).toEqual([toolResultBlock('call_2', [], false), toolResultBlock('call_1', [], false)]);
  });

  it('makes one message of the chunks that a client recorded', () => {
    const model = (...parts: JsonObject[]): JsonObject => ({ role: 'model', parts });
    const { request } = decode({
      contents: [
        user('Hi'),
        model({ text: 'think', thought: true }),
        model({ text: 'Hel' }),
        model({ text: 'lo' }, { text: 'two' }),
        model({ text: '', thoughtSignature: 's' }),
        model({ text: 'after' }),
      ],
    });
    expect(request.messages[1]).toEqual(
      message('assistant', [
        reasoningBlock('think'),
        textBlock('Hello'),
        textBlock('two', undefined, undefined, own('s')),
        textBlock('after'),
      ]),
    );
  });

  it('makes one thought of the pieces that a client gathered in one content', () => {
    const sealed = (text: string): string => Buffer.from(text).toString('base64');
    const { request } = decode({
      contents: [
        user('Hi'),
        {
          role: 'model',
          parts: [
            { text: 'Let me', thought: true },
            { text: ' look.', thought: true },
            { text: '', thought: true, thoughtSignature: 's' },
            { text: 'Again.', thought: true },
            { text: '', thought: true, thoughtSignature: sealed('plano.redacted.anthropic-messages.xyz') },
            { text: 'And again.', thought: true },
          ],
        },
      ],
    });
    expect(request.messages[1]?.blocks).toEqual([
      reasoningBlock('Let me look.', own('s')),
      reasoningBlock('Again.'),
      reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'xyz' }),
      reasoningBlock('And again.'),
    ]);
  });

  it('splits results from the words beside them', () => {
    const { request } = decode({
      contents: [{ parts: [{ functionResponse: { id: 'a', name: 'f' } }, { text: 'b' }, { functionResponse: { id: 'c', name: 'f' } }] }],
    });
    expect(request.messages.map(({ role }) => role)).toEqual(['tool', 'user', 'tool']);
  });

  it.each<[object | undefined, LlmRequest['toolChoice'], string[]]>([
    [{ mode: 'ANY' }, { type: 'required' }, []],
    [{ mode: 'any', allowedFunctionNames: ['f'] }, { type: 'tool', name: 'f' }, []],
    [{ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }, { type: 'allowed', mode: 'required', names: ['f', 'g'] }, []],
    [{ mode: 'AUTO', allowedFunctionNames: ['f'] }, { type: 'allowed', mode: 'auto', names: ['f'] }, []],
    [{ mode: 'NONE' }, { type: 'none' }, []],
    [{ mode: 'MODE_UNSPECIFIED' }, undefined, []],
    [{ mode: 'VALIDATED' }, { type: 'auto' }, ['approximated toolConfig.functionCallingConfig.mode']],
  ])('reads the tool choice %j', (functionCallingConfig, expected, warnings) => {
    const { request, told } = decode({ contents: [user('Hi')], toolConfig: { functionCallingConfig } });
    expect(request.toolChoice).toEqual(expected);
    expect(told).toEqual(warnings);
  });

  it('reads parameters in its own schema as JSON Schema', () => {
    const parameters = {
      type: 'OBJECT',
      propertyOrdering: ['b', 'a'],
      properties: {
        a: { type: 'STRING', nullable: true, enum: ['x'], example: 'x' },
        b: { type: 'ARRAY', min_items: '1', items: { anyOf: [{ type: 'INTEGER' }], nullable: true } },
      },
    };
    const { request } = decode({ contents: [user('Hi')], tools: [{ functionDeclarations: [{ name: 'f', parameters }] }] });
    const schema = request.tools?.[0]?.type === 'function' ? request.tools[0].schema : undefined;
    expect(schema).toEqual({
      type: 'object',
      properties: {
        a: { type: ['string', 'null'], enum: ['x', null], examples: ['x'] },
        b: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
      },
    });
    expect(Object.keys((schema as { properties: object }).properties)).toEqual(['b', 'a']);
  });

  it.each<[object, LlmRequest['reasoning'], LlmRequest['outputFormat']]>([
    [
      { thinkingConfig: { thinkingBudget: 0 } },
      { mode: 'off', effort: undefined, budget: undefined, summary: undefined, include: undefined },
      undefined,
    ],
    [
      { thinkingConfig: { thinkingBudget: -1 } },
      { mode: 'adaptive', effort: undefined, budget: undefined, summary: undefined, include: undefined },
      undefined,
    ],
    [
      { thinkingConfig: { thinkingLevel: 'HIGH' } },
      { mode: undefined, effort: 'high', budget: undefined, summary: undefined, include: undefined },
      undefined,
    ],
    [{ responseMimeType: 'application/json' }, undefined, { type: 'json' }],
    [{ responseMimeType: 'text/plain' }, undefined, { type: 'text' }],
    [
      { responseMimeType: 'application/json', responseSchema: { type: 'STRING' } },
      undefined,
      { type: 'json-schema', name: undefined, description: undefined, schema: { type: 'string' }, strict: true },
    ],
  ])('reads %j', (generationConfig, reasoning, outputFormat) => {
    const { request } = decode({ contents: [user('Hi')], generationConfig });
    expect(request.reasoning).toEqual(reasoning);
    expect(request.outputFormat).toEqual(outputFormat);
  });

  it.each<[unknown, string | undefined]>([
    ['x', undefined],
    [{}, 'contents'],
    [{ contents: 'Hi' }, 'contents'],
    [{ contents: [{ role: 'assistant', parts: [] }] }, 'contents[0].role'],
    [{ contents: [{ parts: [{ text: 1 }] }] }, 'contents[0].parts[0].text'],
    [{ contents: [{ parts: [{ inlineData: { data: 'AA' } }] }] }, 'contents[0].parts[0].inlineData.mimeType'],
    [{ contents: [{ parts: [{ functionCall: { name: 'f' } }] }] }, 'contents[0].parts[0].functionCall'],
    [{ contents: [{ role: 'model', parts: [{ functionCall: {} }] }] }, 'contents[0].parts[0].functionCall.name'],
    [{ contents: [], generationConfig: { seed: 1.5 } }, 'generationConfig.seed'],
    [{ contents: [], toolConfig: { functionCallingConfig: { mode: 'MAYBE' } } }, 'toolConfig.functionCallingConfig.mode'],
    [{ contents: [], tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
  ])('refuses %j with a path', (value, path) => {
    try {
      gemini.decodeRequest(value, recordingScope());
      expect.unreachable();
    } catch (error) {
      expect(isHermesError(error) && [error.status, error.path]).toEqual([400, path]);
    }
  });

  it('names what it cannot carry', () => {
    const { told } = decode({
      contents: [
        { role: 'user', note: 1, parts: [{ text: 'a', partMetadata: { x: 1 } }, { inlineData: { mimeType: 'a/b', data: '', x: 1 } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', behavior: 'BLOCKING' }] }],
      labels: { a: 1 },
    });
    expect(told).toEqual([
      'dropped contents[0].note',
      'dropped contents[0].parts[0].partMetadata',
      'dropped contents[0].parts[1].inlineData.x',
      'dropped tools[0].functionDeclarations[0].behavior',
      'dropped labels.a',
    ]);
  });
});

describe('encodeRequest', () => {
  it('merges neighbours, puts results first and in the order of their calls', () => {
    const { contents, system, told } = contentsOf([
      message('system', [textBlock('one')]),
      message('user', [textBlock('a')]),
      message('user', [textBlock('b')]),
      message('assistant', [toolCallBlock('x', 'f', '{"n":1}'), toolCallBlock('y', 'g', '')]),
      message('developer', [textBlock('two')]),
      message('tool', [toolResultBlock('y', [textBlock('{"r":2}')], false)]),
      message('tool', [toolResultBlock('x', [textBlock('no')], true)]),
      message('user', [textBlock('c')]),
    ]);
    expect(system).toEqual({ parts: [{ text: 'one' }, { text: 'two' }] });
    expect(contents).toEqual([
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
      {
        role: 'model',
        parts: [{ functionCall: { id: 'x', name: 'f', args: { n: 1 } } }, { functionCall: { id: 'y', name: 'g', args: {} } }],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'x', name: 'f', response: { error: 'no' } } },
          { functionResponse: { id: 'y', name: 'g', response: { r: 2 } } },
          { text: 'c' },
        ],
      },
    ]);
    expect(told).toEqual(['approximated messages[4]']);
  });

  it('says what a system text loses', () => {
    const cited = { url: 'https://a.example', title: undefined, citedText: undefined, start: undefined, end: undefined, native: undefined };
    const { system, told } = contentsOf([
      message('system', [textBlock('one', { ttl: undefined }, [cited])]),
      message('user', [textBlock('x')]),
    ]);
    expect([system, told]).toEqual([
      { parts: [{ text: 'one' }] },
      ['dropped messages[0].blocks[0].cache', 'dropped messages[0].blocks[0].citations'],
    ]);
  });

  it('lets the user begin', () => {
    const { contents, told } = contentsOf([message('assistant', [textBlock('a')])]);
    expect(contents).toEqual([
      { role: 'user', parts: [{ text: '(The conversation begins.)' }] },
      { role: 'model', parts: [{ text: 'a' }] },
    ]);
    expect(told).toEqual(['emulated messages']);
  });

  it.each<[string, Block, unknown, string[]]>([
    ['empty text', textBlock(''), undefined, []],
    ['a cache hint', textBlock('a', { ttl: undefined }), { text: 'a' }, ['dropped messages[1].blocks[0].cache']],
    ['its own thought', reasoningBlock('a', own('s')), { text: 'a', thought: true, thoughtSignature: 's' }, []],
    ['a thought without proof', reasoningBlock('a'), { text: 'a', thought: true }, []],
    [
      "another vendor's thought",
      reasoningBlock('a', { origin: 'anthropic-messages', data: 's' }),
      undefined,
      ['dropped messages[1].blocks[0]'],
    ],
    [
      "another vendor's unreadable thought",
      reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 's' }),
      undefined,
      ['dropped messages[1].blocks[0]'],
    ],
    [
      'a foreign signature of a call',
      toolCallBlock('x', 'f', '{}', false, { origin: 'openai-responses', data: 's' }),
      { functionCall: { id: 'x', name: 'f', args: {} } },
      ['dropped messages[1].blocks[0].signature'],
    ],
    ['a custom call', toolCallBlock('x', 'f', 'free', true), { functionCall: { id: 'x', name: 'f', args: { input: 'free' } } }, []],
    [
      'input that is no object',
      toolCallBlock('x', 'f', '[1]'),
      { functionCall: { id: 'x', name: 'f', args: { input: '[1]' } } },
      ['approximated messages[1].blocks[0].input'],
    ],
    [
      'an image by its address',
      mediaBlock('image', { type: 'url', url: 'https://a.example/b.png' }),
      { fileData: { mimeType: 'image/png', fileUri: 'https://a.example/b.png' } },
      ['approximated messages[1].blocks[0].source'],
    ],
    [
      'a plain text document',
      mediaBlock('document', { type: 'text', text: 'é' }, { name: 'N' }),
      { inlineData: { mimeType: 'text/plain', data: 'w6k=', displayName: 'N' } },
      [],
    ],
    [
      "another vendor's file",
      mediaBlock('document', { type: 'file', id: 'f', api: 'openai-chat' }),
      undefined,
      ['dropped messages[1].blocks[0].source'],
    ],
    ['an own block', unknownBlock('gemini', { executableCode: {} }), { executableCode: {} }, []],
    ['a foreign block', unknownBlock('openai-responses', {}), undefined, ['dropped messages[1].blocks[0]']],
  ])('writes %s', (_, block, part, warnings) => {
    const { contents, told } = contentsOf([message('user', [textBlock('Hi')]), message('assistant', [block, textBlock('z')])]);
    const parts = (contents as { parts: unknown[] }[])[1]?.parts;
    expect(parts).toEqual(part === undefined ? [{ text: 'z' }] : [part, { text: 'z' }]);
    expect(told).toEqual(warnings);
  });

  it('gives media of results to models that take them, and puts them beside for the others', () => {
    const messages = [
      message('user', [textBlock('Hi')]),
      message('assistant', [toolCallBlock('x', 'f', '{}', false, own('s'))]),
      message('tool', [toolResultBlock('x', [textBlock('a'), png], false)]),
    ];
    const inline = { inlineData: { mimeType: 'image/png', data: 'AA' } };
    const response = { id: 'x', name: 'f', response: { output: 'a' } };
    const parts = (model: string): unknown => (contentsOf(messages, model).contents as { parts: unknown }[])[2]?.parts;
    expect(parts('gemini-3-flash')).toEqual([{ functionResponse: { ...response, parts: [inline] } }]);
    expect(parts('gemini-2.5-flash')).toEqual([{ functionResponse: response }, inline]);
  });

  it.each<[string, ReturnType<typeof message>[]]>([
    ['an image', [message('tool', [toolResultBlock('x1', [textBlock('Taken.'), png], false)])]],
    ['an image beside it', [message('tool', [toolResultBlock('x1', [], false)]), message('user', [png])]],
    ['a reminder beside it', [message('tool', [toolResultBlock('x1', [], false)]), message('user', [textBlock('Be short.')])]],
    [
      'a medium made of blocks',
      [message('tool', [toolResultBlock('x1', [mediaBlock('document', { type: 'blocks', blocks: [png] })], false)])],
    ],
  ])('signs the steps of a turn in which a result has %s', (_what, result) => {
    const messages = [
      message('user', [textBlock('a')]),
      message('assistant', [textBlock('I look.'), toolCallBlock('x1', 'f', '{}')]),
      ...result,
      message('assistant', [
        toolCallBlock('x2', 'f', '{}', false, { origin: 'openai-responses', data: 's' }),
        toolCallBlock('x3', 'f', '{}'),
      ]),
      message('tool', [toolResultBlock('x2', [], false), toolResultBlock('x3', [], false)]),
    ];
    const { contents } = contentsOf(messages, 'gemini-3.1-pro-preview');
    const calls = (contents as { parts: JsonObject[] }[]).map(({ parts }) => parts.filter((part) => part['functionCall'] !== undefined));
    const skip = 'skip_thought_signature_validator';
    expect(calls.flatMap((parts) => parts.map((part) => part['thoughtSignature']))).toEqual([skip, skip, undefined]);
  });

  it('tells Gemini 3 not to validate the unsigned calls of the running turn', () => {
    const step = (id: string) => [
      message('assistant', [toolCallBlock(`${id}1`, 'f', '{}'), toolCallBlock(`${id}2`, 'f', '{}')]),
      message('tool', [toolResultBlock(`${id}1`, [], false), toolResultBlock(`${id}2`, [], false)]),
    ];
    const done = message('assistant', [textBlock('done')]);
    const messages = [message('user', [textBlock('a')]), ...step('x'), done, message('user', [textBlock('b')]), ...step('y'), ...step('z')];
    const { contents, told } = contentsOf(messages, 'gemini-3-pro-preview');
    const signatures = (contents as { role: string; parts: JsonObject[] }[])
      .filter(({ role }) => role === 'model')
      .map(({ parts }) => parts.map((part) => part['thoughtSignature'] ?? null));
    const skip = 'skip_thought_signature_validator';
    expect(signatures).toEqual([[null, null], [null], [skip, null], [skip, null]]);
    expect(told).toEqual(['emulated messages[7].blocks[0].signature', 'emulated messages[5].blocks[0].signature']);
    expect(JSON.stringify(contentsOf(messages).contents)).not.toContain(skip);
  });

  it('names a result whose call is gone', () => {
    const { contents, told } = contentsOf([message('tool', [toolResultBlock('x', [], false)])]);
    expect(contents).toEqual([{ role: 'user', parts: [{ functionResponse: { id: 'x', name: 'unknown_function', response: {} } }] }]);
    expect(told).toEqual(['defaulted messages[0].blocks[0].name']);
  });

  it('tells that nothing will be cited, wherever a document stands', () => {
    const found = mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('w')] }, { citable: true });
    const { contents, told } = contentsOf([
      message('user', [found]),
      message('assistant', [toolCallBlock('x', 'f', '{}')]),
      message('tool', [toolResultBlock('x', [found], false)]),
    ]);
    expect(contents).toMatchObject([{ parts: [{ text: 'w' }] }, {}, { parts: [{ functionResponse: { response: { output: 'w' } } }] }]);
    expect(told).toEqual([
      'approximated messages[0].blocks[0].source',
      'dropped messages[0].blocks[0].citable',
      'dropped messages[2].blocks[0].blocks[0].citable',
    ]);
  });

  it('writes tools of all kinds', () => {
    const tools: LlmRequest['tools'] = [
      { type: 'hosted', kind: 'web-search', api: 'openai-responses', value: { type: 'web_search' } },
      tool('get_tide'),
      { type: 'custom', name: 'shell', description: 'Runs', format: { type: 'grammar' }, namespace: undefined },
      { type: 'hosted', kind: 'other', api: 'anthropic-messages', value: {} },
      { type: 'hosted', kind: 'other', api: 'gemini', value: { urlContext: {} } },
    ];
    const { wire, told } = encode({ tools }, 'gemini-3-pro-preview');
    expect(wire['tools']).toEqual([
      {
        functionDeclarations: [
          { name: 'get_tide', parametersJsonSchema: { type: 'object' } },
          {
            name: 'shell',
            description: 'Runs',
            parametersJsonSchema: {
              type: 'object',
              properties: { input: { type: 'string' } },
              required: ['input'],
              additionalProperties: true,
              'x-custom-format': { type: 'grammar' },
            },
          },
        ],
      },
      { googleSearch: {} },
      { urlContext: {} },
    ]);
    expect(told).toEqual(['approximated tools[0]', 'emulated tools[2]', 'approximated tools[2].format', 'dropped tools[3]']);
  });

  it.each<[LlmRequest['toolChoice'], unknown, number, string[]]>([
    [undefined, undefined, 2, []],
    [{ type: 'auto' }, { mode: 'AUTO' }, 2, []],
    [{ type: 'required' }, { mode: 'ANY' }, 2, []],
    [{ type: 'none' }, { mode: 'NONE' }, 2, []],
    [{ type: 'tool', name: 'f' }, { mode: 'ANY', allowedFunctionNames: ['f'] }, 2, []],
    [{ type: 'allowed', mode: 'required', names: ['f'] }, { mode: 'ANY', allowedFunctionNames: ['f'] }, 2, []],
    [{ type: 'allowed', mode: 'auto', names: ['f'] }, { mode: 'AUTO' }, 1, ['approximated toolChoice']],
  ])('writes the tool choice %j', (toolChoice, expected, count, warnings) => {
    const { wire, told } = encode({ tools: [tool('f'), tool('g')], toolChoice });
    expect((wire['toolConfig'] as JsonObject | undefined)?.['functionCallingConfig']).toEqual(expected);
    expect((wire['tools'] as { functionDeclarations: unknown[] }[])[0]?.functionDeclarations).toHaveLength(count);
    expect(told).toEqual(warnings);
  });

  it.each<[string, (boolean | undefined)[], LlmRequest['toolChoice'], string | undefined, string[]]>([
    ['all strict', [true, true], undefined, 'VALIDATED', ['approximated tools[0].strict', 'approximated tools[1].strict']],
    ['some strict', [true, false], { type: 'auto' }, 'AUTO', ['dropped tools[0].strict']],
    ['strict and forced', [true], { type: 'required' }, 'ANY', ['dropped tools[0].strict']],
  ])('asks for validation: %s', (_, strictness, toolChoice, mode, warnings) => {
    const { wire, told } = encode({ tools: strictness.map((strict, index) => tool(`f${index}`, strict)), toolChoice });
    expect(wire['toolConfig']).toEqual({ functionCallingConfig: { mode } });
    expect(told).toEqual(warnings);
  });

  const reasoning = (fields: Partial<NonNullable<LlmRequest['reasoning']>>): LlmRequest['reasoning'] => ({
    mode: undefined,
    effort: undefined,
    budget: undefined,
    summary: undefined,
    include: undefined,
    ...fields,
  });

  it.each<[string, LlmRequest['reasoning'], unknown, string[]]>([
    ['gemini-2.5-flash', reasoning({ effort: 'medium' }), { thinkingBudget: 8192 }, []],
    ['gemini-2.5-flash', reasoning({ effort: 'none' }), { thinkingBudget: 0 }, []],
    ['gemini-2.5-flash', reasoning({ effort: 'max' }), { thinkingBudget: 24576 }, ['approximated reasoning.effort']],
    ['gemini-2.5-flash', reasoning({ mode: 'adaptive' }), { includeThoughts: true, thinkingBudget: -1 }, []],
    ['gemini-2.5-pro', reasoning({ mode: 'off' }), { thinkingBudget: 128 }, ['approximated reasoning']],
    ['gemini-2.5-pro', reasoning({ mode: 'on', budget: 2000 }), { includeThoughts: true, thinkingBudget: 2000 }, []],
    ['gemini-3-flash-preview', reasoning({ effort: 'minimal', include: true }), { includeThoughts: true, thinkingLevel: 'MINIMAL' }, []],
    ['gemini-3-flash-preview', reasoning({ effort: 'high' }), { thinkingLevel: 'HIGH' }, []],
    ['gemini-3.1-pro-preview', reasoning({ effort: 'minimal' }), { thinkingLevel: 'LOW' }, ['approximated reasoning.effort']],
    ['gemini-3-flash-preview', reasoning({ effort: 'xhigh' }), { thinkingLevel: 'HIGH' }, ['approximated reasoning.effort']],
    ['gemini-3-flash-preview', reasoning({ budget: 2000 }), { thinkingLevel: 'LOW' }, ['approximated reasoning.budget']],
    ['gemini-3-flash-preview', reasoning({ mode: 'off' }), { thinkingLevel: 'MINIMAL' }, ['approximated reasoning']],
    ['gemini-3.7-flash', reasoning({ mode: 'off' }), { thinkingLevel: 'LOW' }, ['approximated reasoning']],
    ['gemini-4-argon', reasoning({ effort: 'minimal' }), { thinkingLevel: 'LOW' }, ['approximated reasoning.effort']],
    ['gemini-3.8-flash-lite', reasoning({ effort: 'minimal' }), { thinkingLevel: 'MINIMAL' }, []],
    ['gemini-2.0-flash', reasoning({ effort: 'high' }), undefined, ['dropped reasoning']],
    ['tuned', reasoning({ effort: 'low' }), { thinkingBudget: 2048 }, []],
  ])('asks %s to think: %j', (model, wanted, expected, warnings) => {
    const { wire, told } = encode({ reasoning: wanted }, model);
    expect((wire['generationConfig'] as JsonObject | undefined)?.['thinkingConfig']).toEqual(expected);
    expect(told).toEqual(warnings);
  });

  it.each<[string, Partial<LlmRequest>, JsonObject, string[]]>([
    ['stops', { stop: ['1', '2', '3', '4', '5', '6'] }, { stopSequences: ['1', '2', '3', '4', '5'] }, ['dropped stop[5]']],
    ['temperature', { temperature: 3 }, { temperature: 2 }, ['approximated temperature']],
    ['logprobs', { logprobs: { alternatives: 3 } }, { responseLogprobs: true, logprobs: 3 }, []],
    ['a large seed', { seed: 2 ** 32 + 1 }, { seed: 1 }, ['approximated seed']],
    ['candidates', { candidates: 2, maxTokens: 5 }, { candidateCount: 2, maxOutputTokens: 5 }, []],
    ['JSON', { outputFormat: { type: 'json' } }, { responseMimeType: 'application/json' }, []],
    [
      'a schema',
      { outputFormat: { type: 'json-schema', name: 'n', description: 'd', schema: { type: 'object' }, strict: true } },
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
      ['dropped outputFormat.description'],
    ],
    [
      'own members',
      { extensions: { api: 'gemini', fields: { generationConfig: { responseModalities: ['IMAGE'] } } } },
      { responseModalities: ['IMAGE'] },
      [],
    ],
    [
      'resolutions',
      { messages: [message('user', [{ ...png, detail: 'low' }])] },
      { mediaResolution: 'MEDIA_RESOLUTION_LOW' },
      ['approximated messages[0].blocks[0].detail'],
    ],
  ])('writes %s', (_, fields, expected, warnings) => {
    const { wire, told } = encode(fields);
    expect(wire['generationConfig']).toEqual(expected);
    expect(told).toEqual(warnings);
  });

  it.each<[string | undefined, unknown, string[]]>([
    ['auto', undefined, []],
    ['default', 'standard', []],
    ['flex', 'flex', []],
    ['scale', undefined, ['dropped serviceTier']],
  ])('writes the tier %s', (serviceTier, expected, warnings) => {
    const { wire, told } = encode({ serviceTier });
    expect(wire['serviceTier']).toEqual(expected);
    expect(told).toEqual(warnings);
  });

  it.each([
    ['gemma-3-27b-it', undefined, [{ text: 's' }, { text: 'hi' }], ['emulated messages']],
    ['gemma-4-31b-it', { parts: [{ text: 's' }] }, [{ text: 'hi' }], []],
  ])('tells %s the system prompt where it reads it', (model, systemInstruction, parts, warnings) => {
    const { wire, told } = encode({ messages: [message('system', [textBlock('s')]), message('user', [textBlock('hi')])] }, model);
    expect([wire['systemInstruction'], wire['contents'], told]).toEqual([systemInstruction, [{ role: 'user', parts }], warnings]);
  });

  it('sends a result that would be read as a reference to a part as text', () => {
    const text = '{"schema":{"$ref":"#/x"}}';
    const messages = [
      message('assistant', [toolCallBlock('c', 'f', '{}')]),
      message('tool', [toolResultBlock('c', [textBlock(text)], false)]),
    ];
    expect(JSON.stringify(encode({ messages }).wire['contents'])).toContain(JSON.stringify({ output: text }));
  });

  const json = { type: 'json' } as const;
  const search = { type: 'hosted', kind: 'web-search', api: 'openai-responses', value: { type: 'web_search' } } as const;
  const code = { type: 'hosted', kind: 'code-execution', api: 'anthropic-messages', value: {} } as const;

  it('keeps the tools where a model before Gemini 3 takes no JSON output beside them', () => {
    const format = { type: 'json-schema', name: 'n', description: 'A tide.', schema: { type: 'object' }, strict: true } as const;
    const told = ['emulated outputFormat'];
    const schema = encode({ tools: [tool('f')], outputFormat: format, temperature: 1 });
    expect(schema).toMatchObject({ wire: { generationConfig: { temperature: 1 } }, told });
    expect(schema.wire['generationConfig']).toEqual({ temperature: 1 });
    expect(schema.wire['systemInstruction']).toEqual({
      parts: [
        {
          text: 'Answer with a single JSON object and nothing else. A tide. It must be valid against this JSON Schema:\n{"type":"object"}',
        },
      ],
    });
    const plain = encode({ tools: [search], outputFormat: json }, 'gemini-2.0-flash');
    expect(plain.wire).toMatchObject({
      tools: [{ googleSearch: {} }],
      systemInstruction: { parts: [{ text: 'Answer with a single JSON object and nothing else.' }] },
    });
    expect(plain.wire).not.toHaveProperty('generationConfig');
    expect(plain.told).toEqual(['approximated tools[0]', 'emulated outputFormat']);
    const asked: [LlmRequest['tools'], string][] = [
      [[tool('f')], 'gemini-3-flash-preview'],
      [[tool('f')], 'gemini-flash-latest'],
      [[], 'gemini-2.5-pro'],
    ];
    for (const [tools, model] of asked) {
      const { wire, told: none } = encode({ tools, outputFormat: json }, model);
      expect([wire['generationConfig'], wire['systemInstruction'], none]).toEqual([
        { responseMimeType: 'application/json' },
        undefined,
        [],
      ]);
    }
  });

  it("keeps the functions where a model before Gemini 3 does not take Google's own tools beside them", () => {
    const { wire, told } = encode({ tools: [search, tool('f'), code], toolChoice: { type: 'auto' } });
    expect(wire['tools']).toEqual([{ functionDeclarations: [expect.objectContaining({ name: 'f' })] }]);
    expect(wire['toolConfig']).toEqual({ functionCallingConfig: { mode: 'AUTO' } });
    expect(told).toEqual(['dropped tools[0]', 'dropped tools[2]']);
    expect(encode({ tools: [search, code] }).wire['tools']).toEqual([{ googleSearch: {} }, { codeExecution: {} }]);
  });

  it.each([
    [undefined, 'VALIDATED'],
    [{ type: 'auto' }, 'VALIDATED'],
    [{ type: 'required' }, 'ANY'],
    [{ type: 'none' }, 'NONE'],
  ] as const)("asks Gemini 3 to run Google's own tools beside functions: %j", (toolChoice, mode) => {
    const { wire, told } = encode({ tools: [tool('f'), search], toolChoice }, 'gemini-3-pro-preview');
    expect(wire['tools']).toEqual([{ functionDeclarations: [expect.objectContaining({ name: 'f' })] }, { googleSearch: {} }]);
    expect(wire['toolConfig']).toEqual({ functionCallingConfig: { mode }, includeServerSideToolInvocations: true });
    expect(told).toEqual(['approximated tools[1]']);
  });

  it('leaves tools and output as a client of this API wrote them', () => {
    const scope = { ...recordingScope(), client: 'gemini' } as const;
    const own = { ...search, api: 'gemini', value: { googleSearch: {} } } as const;
    const request = {
      ...emptyRequest('gemini-2.5-flash', false, [message('user', [textBlock('Hi')])]),
      tools: [tool('f'), own],
      outputFormat: json,
    };
    expect(gemini.encodeRequest(request, scope)).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
      toolConfig: undefined,
      generationConfig: { responseMimeType: 'application/json' },
    });
    expect(scope.told()).toEqual([]);
  });

  it.each<[string, Partial<LlmRequest>, string[]]>([
    ['with functions', { tools: [tool('f')] }, ['dropped parallelToolCalls']],
    ['without any', {}, []],
    ['when none may be called', { tools: [tool('f')], toolChoice: { type: 'none' } }, []],
  ])('misses a way to ask for one call at a time, %s', (_, members, expected) => {
    expect(encode({ parallelToolCalls: false, ...members }).told).toEqual(expected);
  });

  it('names what it cannot say', () => {
    const { wire, told } = encode({
      verbosity: 'low',
      user: 'u',
      metadata: { team: 'a', 'Not A Label': 'b' },
      store: true,
      extensions: { api: 'openai-chat', fields: { logit_bias: { 1: 2 } } },
    });
    expect(wire).toEqual({ contents: [user('Hi')], labels: { team: 'a' }, store: true });
    expect(told).toEqual(['dropped verbosity', 'dropped user', 'dropped metadata.Not A Label', 'dropped extensions.logit_bias']);
  });
});

describe('geminiToolName', () => {
  const valid = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/;

  it.each(['f', '_a.b:c-d', 'A'.repeat(128)])('keeps %s', (name) => {
    expect(geminiToolName(name)).toBe(name);
  });

  it.each(['', '1st', 'get tide', 'größe', 'a'.repeat(300), '$'])('changes %j', (name) => {
    expect(geminiToolName(name)).toMatch(valid);
    expect(geminiToolName(name)).toBe(geminiToolName(name));
  });

  it('keeps different names different', () => {
    const names = ['get tide', 'get_tide', 'get/tide', `${'a'.repeat(200)}1`, `${'a'.repeat(200)}2`];
    expect(new Set(names.map(geminiToolName)).size).toBe(names.length);
  });
});
