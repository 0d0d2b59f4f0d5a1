import { readFileSync } from 'node:fs';
import { GenerateContentResponse } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import type { JsonObject } from '../../codec.ts';
import type { Block, Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { emptyRequest } from '../../model/request.ts';
import type { FinishReason, LlmResponse } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { emptyUsage } from '../../model/usage.ts';
import { gemini } from './codec.ts';
import { decodeUsage } from './usage.ts';

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const decode = (wire: unknown): LlmResponse => gemini.decodeResponse(wire, recordingScope());
const answered = (parts: unknown[], more: object = {}): LlmResponse =>
  decode({ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...more }] });
const own = (data: string) => ({ origin: 'gemini', data }) as const;

const cited = (url: string, title: string, start?: number, end?: number): Citation => ({
  url,
  title,
  citedText: undefined,
  start,
  end,
  native: undefined,
});

const response = (fields: Partial<LlmResponse>): LlmResponse => ({
  id: 'answer',
  model: 'gemini-test',
  created: undefined,
  blocks: [],
  finish: finish('stop', null),
  logprobs: undefined,
  usage: undefined,
  alternatives: undefined,
  serviceTier: undefined,
  extensions: undefined,
  ...fields,
});

function encode(fields: Partial<LlmResponse>): { wire: JsonObject; told: string[] } {
  const scope = recordingScope();
  const wire = gemini.encodeResponse(response(fields), emptyRequest('asked', false, []), scope);
  return { wire: json(wire), told: scope.told() };
}

describe('decodeResponse', () => {
  it('reads thoughts, text, calls and usage', () => {
    expect(decode(fixture('tool-turn.response.json'))).toEqual(
      response({
        id: 'answer1',
        model: 'gemini-3-flash',
        blocks: [
          reasoningBlock('Two harbours, two calls.'),
          textBlock('I will look – one moment.'),
          toolCallBlock('fc_1', 'tide', '{"harbour":"Concarneau"}', false, own('c2lnbmF0dXJlIG9uZQ==')),
          toolCallBlock('fc_2', 'tide', '{"harbour":"Brest"}'),
        ],
        finish: finish('tool_use', 'STOP'),
        usage: { ...emptyUsage(), input: 60, cacheRead: 40, output: 31, reasoning: 11 },
      }),
    );
  });

  it('gives sources the place that they have in UTF-16', () => {
    const { blocks, usage, serviceTier, finish: end } = decode(fixture('grounded.response.json'));
    const text = 'Über Brest: high water 04:10. All else is guessed.';
    const start = text.indexOf('high');
    expect(blocks).toEqual([
      textBlock(
        text,
        undefined,
        [cited('https://tide.example/brest', 'tide.example', start, start + 17), cited('https://other.example/', 'other.example')],
        own('c2lnbmF0dXJlIHR3bw=='),
      ),
    ]);
    expect(usage).toEqual({ ...emptyUsage(), input: 15, output: 9 });
    expect(serviceTier).toBe('default');
    expect(end).toEqual(finish('stop', 'STOP'));
  });

  it.each<[string, object, [number | undefined, number | undefined]]>([
    ['bytes', { startIndex: 3, endIndex: 9 }, [2, 6]],
    ['words that stand elsewhere', { startIndex: 90, endIndex: 99, text: 'ab😀' }, [2, 6]],
    ['bytes out of range', { startIndex: 90, endIndex: 99 }, [undefined, undefined]],
    ['a part', { startIndex: 3, endIndex: 5, partIndex: 0 }, [2, 4]],
  ])('places a claim by %s', (_, segment, [start, end]) => {
    const { blocks } = answered([{ text: 'é ab😀' }], {
      groundingMetadata: {
        groundingChunks: [{ web: { uri: 'u', title: 't' } }],
        groundingSupports: [{ segment, groundingChunkIndices: [0, 7] }],
      },
    });
    expect(blocks).toEqual([textBlock('é ab😀', undefined, [cited('u', 't', start, end)])]);
  });

  it('reads recitations', () => {
    const { blocks } = answered([{ text: 'é ab' }], {
      citationMetadata: { citations: [{ startIndex: 3, endIndex: 5, uri: 'u', title: 't' }] },
    });
    expect(blocks).toEqual([textBlock('é ab', undefined, [cited('u', 't', 2, 4)])]);
  });

  it.each<[string, unknown[], Block[]]>([
    ['cut text', [{ text: 'a' }, { text: 'b' }, { text: '' }], [textBlock('ab')]],
    [
      'a late signature',
      [{ text: 'a' }, { text: '', thoughtSignature: 's' }, { text: 'b' }],
      [textBlock('a', undefined, undefined, own('s')), textBlock('b')],
    ],
    ['a signature alone', [{ text: '', thoughtSignature: 's' }], [textBlock('', undefined, undefined, own('s'))]],
    ['a call without id and arguments', [{ functionCall: { name: 'f' } }], [toolCallBlock('call_1', 'f', '{}')]],
    [
      'an image',
      [{ inlineData: { mimeType: 'image/png', data: 'AA' } }],
      [mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' })],
    ],
    ['code', [{ executableCode: { code: '1' } }], [unknownBlock('gemini', { executableCode: { code: '1' } })]],
    ['nothing', [{}, null, 1, { thought: true }], []],
  ])('reads %s', (_, parts, blocks) => {
    expect(answered(parts).blocks).toEqual(blocks);
  });

  it('reads a blocked prompt', () => {
    const { blocks, finish: end } = decode({ promptFeedback: { blockReason: 'SAFETY', blockReasonMessage: 'No.' } });
    expect(blocks).toEqual([refusalBlock('No.')]);
    expect(end).toEqual(finish('content_filter', 'SAFETY'));
  });

  it('reads further candidates and log-probabilities', () => {
    const token = (token: string): object => ({ token, tokenId: 1, logProbability: -0.5 });
    const { blocks, alternatives, logprobs } = decode({
      candidates: [
        { index: 1, content: { parts: [{ text: 'b' }] }, finishReason: 'MAX_TOKENS' },
        {
          index: 0,
          content: { parts: [{ text: 'a' }] },
          finishReason: 'STOP',
          logprobsResult: { chosenCandidates: [token('a')], topCandidates: [{ candidates: [token('a'), token('z')] }] },
        },
      ],
    });
    const entry = (value: string) => ({ token: value, logprob: -0.5, bytes: null });
    expect(blocks).toEqual([textBlock('a')]);
    expect(logprobs).toEqual([{ ...entry('a'), alternatives: [entry('a'), entry('z')] }]);
    expect(alternatives).toEqual([{ blocks: [textBlock('b')], finish: finish('length', 'MAX_TOKENS'), logprobs: undefined }]);
  });

  it.each<[string | undefined, FinishReason]>([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['CONTINUATION', 'pause'],
    ['MALFORMED_FUNCTION_CALL', 'malformed'],
    ['TOO_MANY_TOOL_CALLS', 'malformed'],
    ['LANGUAGE', 'other'],
    ['OF_THE_FUTURE', 'other'],
    [undefined, 'other'],
  ])('reads the end %s as %s', (finishReason, reason) => {
    expect(answered([{ text: 'a' }], { finishReason }).finish.reason).toBe(reason);
  });

  it('reads a list of chunks as one answer, and keeps what only this API says', () => {
    const { blocks, extensions } = decode([
      { candidates: [{ content: { parts: [{ text: 'a' }] } }] },
      { candidates: [{ content: { parts: [{ text: 'b' }] }, finishReason: 'STOP' }], modelStatus: { stage: 'PREVIEW' } },
    ]);
    expect(blocks).toEqual([textBlock('ab')]);
    expect(extensions).toEqual({ api: 'gemini', fields: { modelStatus: { stage: 'PREVIEW' } } });
  });

  it.each([null, 1, 'x', [], {}, { candidates: 1 }, { candidates: [{ content: { parts: 1 } }] }])('does not fail on %j', (wire) => {
    expect(decode(wire).blocks).toEqual([]);
  });
});

describe('decodeUsage', () => {
  it.each([
    ['beside the candidates', 17, 9],
    ['among them', 13, 5],
    ['by themselves where there is no total', undefined, 9],
  ])('counts thoughts %s', (_where, totalTokenCount, output) => {
    const usage = { promptTokenCount: 8, candidatesTokenCount: 5, thoughtsTokenCount: 4, totalTokenCount };
    expect(decodeUsage(usage)).toMatchObject({ input: 8, output, reasoning: 4 });
  });
});

describe('encodeResponse', () => {
  it('writes an answer that the official client reads', () => {
    const { wire, told } = encode({
      blocks: [reasoningBlock('hm'), textBlock('Hello'), toolCallBlock('c', 'f', '{"a":1}')],
      finish: finish('tool_use', 'tool_calls'),
      usage: { ...emptyUsage(), input: 5, cacheRead: 3, output: 9, reasoning: 4 },
    });
    const read: GenerateContentResponse = Object.assign(new GenerateContentResponse(), wire);
    expect(read.candidates?.[0]?.content?.parts?.[0]).toEqual({ text: 'hm', thought: true });
    expect(read.candidates?.[0]?.content?.parts?.[1]).toEqual({ text: 'Hello' });
    expect(read.functionCalls).toEqual([{ id: 'c', name: 'f', args: { a: 1 } }]);
    expect(read.candidates?.[0]?.finishReason).toBe('STOP');
    expect(wire['usageMetadata']).toEqual({
      promptTokenCount: 8,
      cachedContentTokenCount: 3,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 4,
      totalTokenCount: 17,
    });
    expect([wire['modelVersion'], wire['responseId']]).toEqual(['gemini-test', 'answer']);
    expect(told).toEqual([]);
  });

  it.each<[FinishReason, string]>([
    ['stop', 'STOP'],
    ['stop_sequence', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['context_window', 'MAX_TOKENS'],
    ['content_filter', 'SAFETY'],
    ['refusal', 'SAFETY'],
    ['pause', 'CONTINUATION'],
    ['malformed', 'MALFORMED_FUNCTION_CALL'],
    ['other', 'OTHER'],
  ])('writes the end %s as %s', (reason, expected) => {
    expect(encode({ finish: finish(reason, null) }).wire['candidates']).toMatchObject([{ finishReason: expected }]);
  });

  it('writes a refusal as text that safety ended', () => {
    expect(encode({ blocks: [refusalBlock('No.')] }).wire['candidates']).toMatchObject([
      { content: { parts: [{ text: 'No.' }] }, finishReason: 'SAFETY' },
    ]);
  });

  it('seals foreign signatures as base64 that comes back in either alphabet', () => {
    const origin = 'anthropic-messages';
    const data = 'E??>>+/=';
    const blocks = [reasoningBlock('hm', { origin, data }), reasoningBlock('', undefined, { origin, data: 'red' }), textBlock('a')];
    const { wire } = encode({ blocks });
    const { parts } = (wire['candidates'] as [{ content: { parts: { thoughtSignature?: string }[] } }])[0].content;
    const urlSafe = parts.map((part) => ({
      ...part,
      thoughtSignature: part.thoughtSignature?.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
    }));
    for (const sent of [parts, urlSafe]) {
      for (const part of sent) expect(part.thoughtSignature ?? '').toMatch(/^[A-Za-z0-9+/_-]*={0,2}$/);
      const request = gemini.decodeRequest({ contents: [{ role: 'model', parts: json(sent) }] }, recordingScope());
      expect(request.messages[0]?.blocks).toEqual(blocks);
    }
  });

  it('writes sources with offsets in bytes', () => {
    const { wire } = encode({ blocks: [reasoningBlock('hm'), textBlock('é ab', undefined, [cited('u', 't', 2, 4), cited('v', 'w')])] });
    expect(wire['candidates']).toMatchObject([
      {
        groundingMetadata: {
          groundingChunks: [{ web: { uri: 'u', title: 't' } }, { web: { uri: 'v', title: 'w' } }],
          groundingSupports: [{ segment: { partIndex: 1, startIndex: 3, endIndex: 5, text: 'ab' }, groundingChunkIndices: [0] }],
        },
      },
    ]);
  });

  it('names what it cannot say', () => {
    const { told } = encode({
      blocks: [unknownBlock('openai-responses', {}), textBlock('a', undefined, [{ ...cited('', ''), url: undefined, title: undefined }])],
      usage: { ...emptyUsage(), cacheWrite: 1 },
      extensions: { api: 'openai-chat', fields: { system_fingerprint: 'x' } },
    });
    expect(told).toEqual([
      'dropped blocks[0]',
      'dropped blocks[1].citations',
      'dropped extensions.system_fingerprint',
      'approximated usage.cacheWrite',
    ]);
  });
});
