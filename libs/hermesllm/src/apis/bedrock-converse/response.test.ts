import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { Block } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { emptyRequest } from '../../model/request.ts';
import type { FinishReason, LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { decodeResponse, encodeResponse } from './response.ts';

const fixture = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const asked = emptyRequest('asked', false, []);

const wireOf = (content: unknown[], members: JsonObject = {}): JsonObject => ({
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  ...members,
});

const decode = (wire: unknown): LlmResponse => decodeResponse(wire, recordingScope());

const answer = (members: Partial<LlmResponse>): LlmResponse => ({
  id: 'id',
  model: 'm',
  created: 1,
  blocks: [],
  finish: finish('stop', null),
  logprobs: undefined,
  usage: undefined,
  alternatives: undefined,
  serviceTier: undefined,
  extensions: undefined,
  ...members,
});

function encode(members: Partial<LlmResponse>): { wire: JsonObject; told: string[] } {
  const scope = recordingScope();
  return { wire: JSON.parse(JSON.stringify(encodeResponse(answer(members), asked, scope))), told: scope.told() };
}

const contentOf = (wire: JsonObject): unknown => (wire as { output: { message: { content: unknown } } }).output.message.content;

describe('decodeResponse', () => {
  it('reads an answer', () => {
    expect(decode(fixture('thinking-with-tool.response.json'))).toEqual({
      id: '',
      model: '',
      created: undefined,
      blocks: [
        reasoningBlock('Two harbours, two calls.', { origin: 'anthropic-messages', data: 'EuYBCkQYAiJA' }),
        textBlock('I will look up both: Faro – é, 東京 🌊.'),
        toolCallBlock('tooluse_A1', 'tide_table', '{"harbour":"Faro"}'),
        toolCallBlock('tooluse_A2', 'now', '{}'),
      ],
      finish: finish('tool_use', 'tool_use'),
      logprobs: undefined,
      usage: { ...emptyUsage(), input: 742, output: 539 },
      alternatives: undefined,
      serviceTier: undefined,
      extensions: undefined,
    });
  });

  it('reads citations, an image, cache counters, the tier and the stop sequence', () => {
    const { blocks, usage, finish: end, serviceTier, extensions } = decode(fixture('cited.response.json'));
    expect(blocks.map(({ type }) => type)).toEqual(['reasoning', 'unknown', 'unknown', 'text', 'media']);
    expect(blocks[0]).toEqual(reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'RW5jcnlwdGVk' }));
    expect(blocks[3]).toMatchObject({
      text: 'The bridge is 126 m tall.',
      citations: [
        { url: 'https://bridges.example/1', title: 'Bridges', citedText: 'It rises 126 m.' },
        { url: undefined, title: 'Chart', citedText: '126' },
      ],
    });
    expect(blocks[4]).toEqual(mediaBlock('image', { type: 'base64', data: 'UklGRiQAAABXRUJQ' }, { mediaType: 'image/webp' }));
    expect(usage).toEqual({ ...emptyUsage(), input: 5, cacheRead: 900, cacheWrite: 100, cacheWriteLong: 60, output: 20 });
    expect([end, serviceTier, extensions]).toEqual([finish('stop_sequence', 'stop_sequence', 'END'), 'flex', undefined]);
  });

  it('takes the model from a prompt router', () => {
    const { model, extensions } = decode(wireOf([], { trace: { promptRouter: { invokedModelId: 'anthropic.x' } } }));
    expect([model, extensions]).toEqual(['anthropic.x', undefined]);
  });

  it('keeps what only this API has', () => {
    const trace = { guardrail: { actionReason: 'r' }, promptRouter: { invokedModelId: 'x' } };
    const { extensions } = decode(
      wireOf([], {
        trace,
        performanceConfig: { latency: 'optimized' },
        additionalModelResponseFields: { stop_sequence: 's', a: 1 },
        later: null,
      }),
    );
    expect(extensions).toEqual({
      api: 'bedrock-converse',
      fields: {
        trace: { guardrail: { actionReason: 'r' } },
        performanceConfig: { latency: 'optimized' },
        additionalModelResponseFields: { a: 1 },
      },
    });
  });

  it.each<[string, FinishReason]>([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop_sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context_window'],
    ['tool_use', 'tool_use'],
    ['content_filtered', 'content_filter'],
    ['guardrail_intervened', 'content_filter'],
    ['malformed_model_output', 'malformed'],
    ['malformed_tool_use', 'malformed'],
    ['something_new', 'other'],
  ])('reads the reason %s', (stopReason, reason) => {
    expect(decode(wireOf([], { stopReason })).finish).toEqual(finish(reason, stopReason));
  });

  it('sees that tools are called whatever the model says', () => {
    expect(decode(wireOf([{ toolUse: { toolUseId: 'a', name: 'n', input: {} } }])).finish).toEqual(finish('tool_use', 'end_turn'));
    expect(decode(wireOf([{ toolUse: { toolUseId: 'a', name: 'n', type: 'server_tool_use' } }])).finish).toEqual(
      finish('stop', 'end_turn'),
    );
  });

  it.each<[string, JsonObject, number]>([
    ['beside the cache', { inputTokens: 5, outputTokens: 2, totalTokens: 1007, cacheReadInputTokens: 900, cacheWriteInputTokens: 100 }, 5],
    ['with the cache', { inputTokens: 1005, outputTokens: 2, totalTokens: 1007, cacheReadInputTokens: 900, cacheWriteInputTokens: 100 }, 5],
    [
      'beside a larger cache, with a total that leaves it out',
      { inputTokens: 5, outputTokens: 2, totalTokens: 7, cacheReadInputTokens: 900 },
      5,
    ],
    ['without a total', { inputTokens: 1000, outputTokens: 2, cacheReadInputTokens: 900 }, 1000],
    ['without a cache', { inputTokens: 5, outputTokens: 2, totalTokens: 7 }, 5],
  ])('counts input %s', (_what, usage, input) => {
    expect(decode(wireOf([], { usage })).usage?.input).toBe(input);
  });

  it.each<[string, unknown, Block[]]>([
    ['nothing', undefined, []],
    ['a list', [], []],
    ['odd members', { output: { message: { content: 'x' } }, stopReason: 3, usage: 'x', trace: [], serviceTier: 1 }, []],
    [
      'odd blocks',
      wireOf([1, null, {}, { text: 3 }, { reasoningContent: {} }, { image: {} }]),
      [{}, { text: 3 }, { reasoningContent: {} }, { image: {} }].map((value) => unknownBlock('bedrock-converse', value)),
    ],
    ['an odd call', wireOf([{ toolUse: {} }]), [toolCallBlock('', '', '{}')]],
    ['input as text', wireOf([{ toolUse: { toolUseId: 'a', name: 'n', input: '{"a":1}' } }]), [toolCallBlock('a', 'n', '{"a":1}')]],
  ])('survives %s', (_what, wire, blocks) => {
    expect(decode(wire).blocks).toEqual(blocks);
  });

  it.each([{ message: 'The security token is invalid.' }, { __type: 'ThrottlingException', Message: 'slow' }])(
    'reads an error under a success status as an answer without content: %j',
    (wire) => expect(decode(wire).blocks).toEqual([]),
  );
});

describe('encodeResponse', () => {
  it('writes all that SDKs demand', () => {
    expect(encode({})).toEqual({
      wire: {
        output: { message: { role: 'assistant', content: [] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
        metrics: { latencyMs: 0 },
      },
      told: [],
    });
  });

  it.each<[string, Block, unknown[], string[]]>([
    ['text', textBlock('x'), [{ text: 'x' }], []],
    ['no text', textBlock(''), [], []],
    ['a refusal', refusalBlock('no'), [{ text: 'no' }], []],
    [
      'text that another API cites',
      textBlock('x', undefined, [
        { url: 'https://a.example', title: 't', citedText: undefined, start: 0, end: 1, native: { api: 'openai-chat', value: {} } },
      ]),
      [{ citationsContent: { content: [{ text: 'x' }], citations: [{ title: 't', location: { web: { url: 'https://a.example' } } }] } }],
      [],
    ],
    [
      'signed text',
      textBlock('x', undefined, undefined, { origin: 'gemini', data: 's' }),
      [{ text: 'x' }],
      ['dropped blocks[0].signature'],
    ],
    ['a thought', reasoningBlock('t'), [{ reasoningContent: { reasoningText: { text: 't' } } }], []],
    [
      "another vendor's thought",
      reasoningBlock('t', { origin: 'gemini', data: 's' }),
      [{ reasoningContent: { reasoningText: { text: 't', signature: 'plano.gemini.s' } } }],
      [],
    ],
    ['a call', toolCallBlock('a', 'n', '{"b":1}'), [{ toolUse: { toolUseId: 'a', name: 'n', input: { b: 1 } } }], []],
    [
      'a call that is not JSON',
      toolCallBlock('a', 'n', 'x'),
      [{ toolUse: { toolUseId: 'a', name: 'n', input: { input: 'x' } } }],
      ['approximated blocks[0].input'],
    ],
    [
      'audio',
      mediaBlock('audio', { type: 'base64', data: 'A' }, { mediaType: 'audio/wav' }),
      [{ audio: { format: 'wav', source: { bytes: 'A' } } }],
      [],
    ],
    [
      'an image in S3',
      mediaBlock('image', { type: 's3', uri: 's3://a/b', bucketOwner: 'c' }, { mediaType: 'image/png' }),
      [{ image: { format: 'png', source: { s3Location: { uri: 's3://a/b', bucketOwner: 'c' } } } }],
      [],
    ],
    ['an image by address', mediaBlock('image', { type: 'url', url: 'u' }, { mediaType: 'image/png' }), [], ['dropped blocks[0]']],
    ['its own unknown block', unknownBlock('bedrock-converse', { toolResult: {} }), [{ toolResult: {} }], []],
    ["another's unknown block", unknownBlock('gemini', {}), [], ['dropped blocks[0]']],
  ])('writes %s', (_what, block, content, told) => {
    const { wire, told: heard } = encode({ blocks: [block] });
    expect(contentOf(wire)).toEqual(content);
    expect(heard).toEqual(told);
  });

  it.each<[FinishReason, string | null, string, string[]]>([
    ['stop', null, 'end_turn', []],
    ['stop_sequence', null, 'stop_sequence', []],
    ['length', null, 'max_tokens', []],
    ['context_window', null, 'model_context_window_exceeded', []],
    ['tool_use', null, 'tool_use', []],
    ['content_filter', 'SAFETY', 'content_filtered', []],
    ['content_filter', 'guardrail_intervened', 'guardrail_intervened', []],
    ['refusal', null, 'content_filtered', []],
    ['malformed', 'MALFORMED_FUNCTION_CALL', 'malformed_model_output', []],
    ['malformed', 'malformed_tool_use', 'malformed_tool_use', []],
    ['pause', 'pause_turn', 'end_turn', ['approximated finish']],
    ['other', 'LANGUAGE', 'end_turn', ['approximated finish']],
    ['other', null, 'end_turn', []],
  ])('writes the reason %s (%s) as %s', (reason, raw, stopReason, told) => {
    const { wire, told: heard } = encode({ finish: finish(reason, raw) });
    expect([wire['stopReason'], heard]).toEqual([stopReason, told]);
  });

  it('ends a refused answer as filtered', () => {
    expect(encode({ blocks: [refusalBlock('no')] }).wire['stopReason']).toBe('content_filtered');
  });

  it('tells the stop sequence, beside its own fields', () => {
    const extensions = { api: 'bedrock-converse', fields: { additionalModelResponseFields: { a: 1 }, trace: {} } } as const;
    expect(encode({ finish: finish('stop_sequence', null, 'END'), extensions }).wire).toMatchObject({
      additionalModelResponseFields: { a: 1, stop_sequence: 'END' },
      trace: {},
    });
  });

  it('counts', () => {
    const usage = { ...emptyUsage(), input: 5, cacheRead: 3, cacheWrite: 4, cacheWriteLong: 1, output: 2 };
    expect(encode({ usage }).wire['usage']).toEqual({
      inputTokens: 5,
      outputTokens: 2,
      totalTokens: 14,
      cacheReadInputTokens: 3,
      cacheWriteInputTokens: 4,
      cacheDetails: [
        { ttl: '1h', inputTokens: 1 },
        { ttl: '5m', inputTokens: 3 },
      ],
    });
    expect(encode({ usage: { ...usage, cacheWrite: 0, cacheWriteLong: 0 } }).wire['usage']).toMatchObject({ cacheDetails: [] });
  });

  it('says what it leaves out', () => {
    const other = { blocks: [], finish: finish('stop', null), logprobs: undefined };
    expect(
      encode({ alternatives: [other], logprobs: [], extensions: { api: 'gemini', fields: { x: 1 } }, serviceTier: 'batch' }).told,
    ).toEqual(['dropped alternatives', 'dropped logprobs', 'dropped extensions.x', 'dropped serviceTier']);
    expect(encode({ serviceTier: 'batch' }).wire).not.toHaveProperty('serviceTier');
  });
});
