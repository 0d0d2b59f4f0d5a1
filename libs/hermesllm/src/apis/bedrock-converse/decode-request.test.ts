import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import { HermesError } from '../../hermes-error.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest, message } from '../../model/request.ts';
import { decodeRequest } from './request.ts';

const fixture = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const hello = [{ role: 'user', content: [{ text: 'hi' }] }];

function decode(members: JsonObject): { request: LlmRequest; told: string[] } {
  const scope = recordingScope();
  return { request: decodeRequest({ messages: hello, ...members }, scope), told: scope.told() };
}

function decodeContent(...content: unknown[]): { blocks: Block[]; told: string[] } {
  const { request, told } = decode({ messages: [{ role: 'user', content }] });
  return { blocks: request.messages.flatMap(({ blocks }) => blocks), told };
}

const failure = (wire: unknown): HermesError => {
  try {
    decodeRequest(wire, recordingScope());
  } catch (error) {
    if (error instanceof HermesError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('decodeRequest', () => {
  it('reads a whole request', () => {
    const scope = recordingScope();
    const request = decodeRequest(fixture('thinking-with-tool.request.json'), scope);
    expect(scope.warnings).toEqual([]);
    expect(request).toEqual({
      ...emptyRequest('', false, [
        message('system', [textBlock('You are a harbour master.'), textBlock('Tide tables are in metres.', { ttl: '1h' })]),
        message('user', [
          mediaBlock('image', { type: 'base64', data: 'iVBORw0KGgo=' }, { mediaType: 'image/png' }),
          mediaBlock(
            'document',
            { type: 's3', uri: 's3://charts/7.pdf', bucketOwner: '123456789012' },
            { mediaType: 'application/pdf', name: 'Chart 7', context: 'A sea chart', citable: true },
          ),
          textBlock('When is high tide here?'),
        ]),
        message('assistant', [
          reasoningBlock('That looks like Faro.', { origin: 'anthropic-messages', data: 'EqQBCgIYAhIk' }),
          reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'EmwKAhgBEgy3' }),
          textBlock('Let me look.'),
          toolCallBlock('tooluse_01A', 'tide_table', '{"harbour":"Faro"}'),
        ]),
        message('tool', [toolResultBlock('tooluse_01A', [textBlock('04:12')], true)]),
        message('user', [textBlock('And at Lagos?', { ttl: undefined })]),
      ]),
      maxTokens: 8000,
      topP: 0.97,
      topK: 40,
      stop: ['END'],
      tools: [
        {
          type: 'function',
          name: 'tide_table',
          description: 'Tide times for a harbour',
          schema: { type: 'object', properties: { harbour: { type: 'string' } }, required: ['harbour'] },
          strict: true,
          cache: { ttl: '5m' },
          namespace: undefined,
        },
        { type: 'hosted', kind: 'web-search', api: 'bedrock-converse', value: { systemTool: { name: 'nova_grounding' } } },
      ],
      toolChoice: { type: 'required' },
      outputFormat: { type: 'json-schema', name: 'tide', description: 'A tide', schema: { type: 'object' }, strict: true },
      reasoning: { mode: 'on', effort: 'high', budget: 2048, summary: undefined, include: undefined },
      metadata: { project: 'harbour' },
      serviceTier: 'priority',
      extensions: {
        api: 'bedrock-converse',
        fields: {
          additionalModelRequestFields: { anthropic_beta: ['interleaved-thinking-2025-05-14'] },
          additionalModelResponseFieldPaths: ['/stop_sequence'],
          guardrailConfig: { guardrailIdentifier: 'g1', guardrailVersion: '1', trace: 'enabled' },
          performanceConfig: { latency: 'optimized' },
        },
      },
    });
  });

  it('has the mark of its own client even where there is nothing else', () => {
    expect(decode({}).request.extensions).toEqual({ api: 'bedrock-converse', fields: {} });
  });

  it('takes null as absent', () => {
    const { request, told } = decode({ system: null, inferenceConfig: { maxTokens: null }, toolConfig: null, serviceTier: null });
    expect([request.maxTokens, request.tools, request.serviceTier, request.messages.length, told]).toEqual([
      undefined,
      undefined,
      undefined,
      1,
      [],
    ]);
  });

  it('needs no messages beside the variables of a prompt', () => {
    expect(decodeRequest({ promptVariables: { who: { text: 'x' } } }, recordingScope())).toMatchObject({
      messages: [],
      extensions: { fields: { promptVariables: { who: { text: 'x' } } } },
    });
  });

  it('says that a model in the body is not read', () => {
    expect(decode({ modelId: 'm' }).told).toEqual(['dropped modelId']);
  });

  it.each<[string, JsonObject, Partial<LlmRequest>]>([
    ['topK of other models', { additionalModelRequestFields: { topK: 3 } }, { topK: 3 }],
    ['top_k of Nova', { additionalModelRequestFields: { inferenceConfig: { topK: 4 } } }, { topK: 4 }],
    [
      'the older name of thinking',
      { additionalModelRequestFields: { reasoning_config: { type: 'enabled', budget_tokens: 2000 } } },
      { reasoning: { mode: 'on', effort: undefined, budget: 2000, summary: undefined, include: undefined } },
    ],
    [
      'thinking that is not shown',
      { additionalModelRequestFields: { thinking: { type: 'adaptive', display: 'omitted' } } },
      { reasoning: { mode: 'adaptive', effort: undefined, budget: undefined, summary: undefined, include: false } },
    ],
    [
      'thinking that is off',
      { additionalModelRequestFields: { thinking: { type: 'disabled' } } },
      { reasoning: { mode: 'off', effort: undefined, budget: undefined, summary: undefined, include: undefined } },
    ],
    [
      'an effort alone',
      { outputConfig: { effort: 'low' } },
      { reasoning: { mode: undefined, effort: 'low', budget: undefined, summary: undefined, include: undefined } },
    ],
    [
      'a named tool',
      { toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }], toolChoice: { tool: { name: 'a' } } } },
      { toolChoice: { type: 'tool', name: 'a' } },
    ],
    ['auto', { toolConfig: { tools: [], toolChoice: { auto: {} } } }, { toolChoice: { type: 'auto' }, tools: [] }],
  ])('reads %s', (_what, members, expected) => {
    const { request, told } = decode(members);
    expect(request).toMatchObject(expected);
    expect(told).toEqual([]);
  });

  it.each<[string, unknown, string | undefined]>([
    ['a list', [], undefined],
    ['no messages', {}, 'messages'],
    ['messages that are no list', { messages: 'hi' }, 'messages'],
    ['content that is text', { messages: [{ role: 'user', content: 'hi' }] }, 'messages[0].content'],
    ['content that is missing', { messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['an unknown role', { messages: [{ role: 'robot', content: [] }] }, 'messages[0].role'],
    ['a block without members', { messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0]'],
    ['text that is none', { messages: [{ role: 'user', content: [{ text: 1 }] }] }, 'messages[0].content[0].text'],
    [
      'an image without format',
      { messages: [{ role: 'user', content: [{ image: { source: { bytes: '' } } }] }] },
      'messages[0].content[0].image.format',
    ],
    [
      'an image without source',
      { messages: [{ role: 'user', content: [{ image: { format: 'png' } }] }] },
      'messages[0].content[0].image.source',
    ],
    [
      'an empty source',
      { messages: [{ role: 'user', content: [{ image: { format: 'png', source: {} } }] }] },
      'messages[0].content[0].image.source',
    ],
    [
      'a call without id',
      { messages: [{ role: 'user', content: [{ toolUse: { name: 'n', input: {} } }] }] },
      'messages[0].content[0].toolUse.toolUseId',
    ],
    [
      'an unknown status',
      { messages: [{ role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [], status: 'odd' } }] }] },
      'messages[0].content[0].toolResult.status',
    ],
    [
      'reasoning without text',
      { messages: [{ role: 'user', content: [{ reasoningContent: {} }] }] },
      'messages[0].content[0].reasoningContent',
    ],
    ['system that is text', { messages: [], system: 'x' }, 'system'],
    ['a limit that is none', { messages: [], inferenceConfig: { maxTokens: 1.5 } }, 'inferenceConfig.maxTokens'],
    ['tools without a list', { messages: [], toolConfig: {} }, 'toolConfig.tools'],
    ['a tool of no kind', { messages: [], toolConfig: { tools: [{}] } }, 'toolConfig.tools[0]'],
    [
      'a tool without schema',
      { messages: [], toolConfig: { tools: [{ toolSpec: { name: 'n' } }] } },
      'toolConfig.tools[0].toolSpec.inputSchema',
    ],
    ['a choice of nothing', { messages: [], toolConfig: { tools: [], toolChoice: {} } }, 'toolConfig.toolChoice'],
    ['metadata that is not text', { messages: [], requestMetadata: { a: 1 } }, 'requestMetadata.a'],
    ['fields that are no object', { messages: [], additionalModelRequestFields: [] }, 'additionalModelRequestFields'],
    ['a tier without type', { messages: [], serviceTier: {} }, 'serviceTier.type'],
    [
      'a schema that is not JSON',
      { messages: [], outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{' } } } } },
      'outputConfig.textFormat.structure.jsonSchema.schema',
    ],
  ])('refuses %s', (_what, wire, path) => {
    const error = failure(wire);
    expect([error.kind, error.path]).toEqual(['invalid_request', path]);
  });
});

describe('content blocks', () => {
  it.each<[string, unknown, Block]>([
    [
      'audio',
      { audio: { format: 'mp3', source: { bytes: 'AA==' } } },
      mediaBlock('audio', { type: 'base64', data: 'AA==' }, { mediaType: 'audio/mp3' }),
    ],
    [
      'video',
      { video: { format: 'mov', source: { s3Location: { uri: 's3://a/b' } } } },
      mediaBlock('video', { type: 's3', uri: 's3://a/b', bucketOwner: undefined }, { mediaType: 'video/quicktime' }),
    ],
    [
      'a text document',
      { document: { format: 'txt', name: 'n', source: { text: 'T' } } },
      mediaBlock('document', { type: 'text', text: 'T' }, { mediaType: 'text/plain', name: 'n' }),
    ],
    [
      'a document in parts',
      { document: { name: 'n', source: { content: [{ text: 'A' }, { text: 'B' }] }, citations: { enabled: false } } },
      mediaBlock('document', { type: 'blocks', blocks: [textBlock('A'), textBlock('B')] }, { name: 'n', citable: false }),
    ],
    [
      'a format that is not known',
      { image: { format: 'avif', source: { bytes: 'A' } } },
      mediaBlock('image', { type: 'base64', data: 'A' }, { mediaType: 'image/avif' }),
    ],
    ['a call without input', { toolUse: { toolUseId: 'a', name: 'n' } }, toolCallBlock('a', 'n', '{}')],
    [
      'a result as a value',
      { toolResult: { toolUseId: 'a', content: [{ json: { b: [1] } }] } },
      toolResultBlock('a', [textBlock('{"b":[1]}')], false),
    ],
    [
      'cited text',
      {
        citationsContent: {
          content: [{ text: 'a' }, { text: 'b' }],
          citations: [{ title: 't', source: 'https://s.example', sourceContent: [{ text: 'c' }] }],
        },
      },
      textBlock('ab', undefined, [
        {
          url: 'https://s.example',
          title: 't',
          citedText: 'c',
          start: undefined,
          end: undefined,
          native: { api: 'bedrock-converse', value: { title: 't', source: 'https://s.example', sourceContent: [{ text: 'c' }] } },
        },
      ]),
    ],
    [
      'a signed thought',
      { reasoningContent: { reasoningText: { text: 't', signature: 's' } } },
      reasoningBlock('t', { origin: 'anthropic-messages', data: 's' }),
    ],
    ['an unsigned thought', { reasoningContent: { reasoningText: { text: 't', signature: '' } } }, reasoningBlock('t')],
    [
      'a sealed signature',
      { reasoningContent: { reasoningText: { text: 't', signature: 'plano.gemini.s' } } },
      reasoningBlock('t', { origin: 'gemini', data: 's' }),
    ],
    [
      'a search result',
      { searchResult: { source: 's', title: 't', content: [{ text: 'w' }], citations: { enabled: true } } },
      mediaBlock('search-result', { type: 'blocks', blocks: [textBlock('w')] }, { name: 't', context: 's', citable: true }),
    ],
    [
      'a call of a tool that the vendor runs',
      { toolUse: { toolUseId: 'a', name: 'n', type: 'server_tool_use', input: {} } },
      unknownBlock('bedrock-converse', { toolUse: { toolUseId: 'a', name: 'n', type: 'server_tool_use', input: {} } }),
    ],
  ])('reads %s', (_what, wire, expected) => {
    expect(decodeContent(wire)).toEqual({ blocks: [expected], told: [] });
  });

  it('marks what stands before a cache point', () => {
    const point = { cachePoint: { type: 'default' } };
    const { blocks, told } = decodeContent(
      { toolResult: { toolUseId: 'a', content: [] } },
      point,
      { text: 'x' },
      { cachePoint: { type: 'default', ttl: '1h' } },
    );
    expect(blocks).toEqual([toolResultBlock('a', [], false, undefined, false, { ttl: undefined }), textBlock('x', { ttl: '1h' })]);
    expect(told).toEqual([]);
  });

  it('says when a cache point marks nothing', () => {
    expect(decodeContent({ cachePoint: { type: 'default' } }).told).toEqual(['dropped messages[0].content[0].cachePoint']);
    expect(decodeContent({ text: 'x' }, { cachePoint: { type: 'odd' } }).told).toEqual(['dropped messages[0].content[1].cachePoint']);
    expect(decodeContent({ reasoningContent: { reasoningText: { text: 't' } } }, { cachePoint: { type: 'default' } }).told).toHaveLength(1);
    expect(decode({ toolConfig: { tools: [{ cachePoint: { type: 'default' } }] } }).told).toEqual(['dropped toolConfig.tools[0]']);
  });

  it('keeps what a guardrail shall look at, and says that the mark is lost', () => {
    const { blocks, told } = decodeContent(
      { guardContent: { text: { text: 'x', qualifiers: ['query'] } } },
      { guardContent: { image: { format: 'jpeg', source: { bytes: 'A' } } } },
    );
    expect(blocks).toEqual([textBlock('x'), mediaBlock('image', { type: 'base64', data: 'A' }, { mediaType: 'image/jpeg' })]);
    expect(told).toEqual([
      'dropped messages[0].content[0].guardContent',
      'dropped messages[0].content[0].guardContent.text.qualifiers',
      'dropped messages[0].content[1].guardContent',
    ]);
  });

  it('splits a turn into tool results and the rest, in order', () => {
    const result = (toolUseId: string) => ({ toolResult: { toolUseId, content: [] } });
    const { request } = decode({
      messages: [
        { role: 'user', content: [result('a'), result('b'), { text: 'x' }, result('c')] },
        { role: 'user', content: [result('d')] },
      ],
    });
    expect(request.messages.map(({ role, blocks }) => [role, blocks.length])).toEqual([
      ['tool', 2],
      ['user', 1],
      ['tool', 2],
    ]);
  });

  it('keeps a system message among the turns where it stands', () => {
    const { request } = decode({ system: [{ text: 'a' }], messages: [...hello, { role: 'system', content: [{ text: 'b' }] }] });
    expect(request.messages.map(({ role }) => role)).toEqual(['system', 'user', 'system']);
  });

  it('says which members it has no place for', () => {
    expect(decodeContent({ text: 'x', image: {} }).told).toEqual(['dropped messages[0].content[0].image']);
    expect(decode({ serviceTier: { type: 'flex', extra: 1 } }).told).toEqual(['dropped serviceTier.extra']);
    expect(decode({ outputConfig: { textFormat: { type: 'odd' } } }).told).toEqual(['dropped outputConfig.textFormat.type']);
  });
});
