import { GenerateContentResponse } from '@google/genai';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import type { JsonObject } from '../../codec.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { llmError } from '../../model/error.ts';
import { emptyRequest } from '../../model/request.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { gemini } from './codec.ts';
import { streamEncoder } from './stream-encoder.ts';

const start = messageStart('r', 'm');
const stop = messageEnd(finish('stop', null), { ...emptyUsage(), input: 3, output: 2 });
const encode = (events: readonly StreamEvent[], scope = recordingScope(), limit?: number): string[] =>
  runMachine(streamEncoder(emptyRequest('asked', true, []), scope, limit), events).map(({ data, event }) => {
    expect(event).toBeUndefined();
    return data;
  });
const wire = (events: readonly StreamEvent[], scope = recordingScope()): JsonObject[] =>
  encode(events, scope).map((data) => JSON.parse(data));
const chunk = (parts: object[], index = 0, more: object = {}): object => ({
  candidates: [{ content: { parts, role: 'model' }, index, ...more }],
  modelVersion: 'm',
  responseId: 'r',
});
const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
const last = (more: object = {}): object => ({ ...chunk([{ text: '' }], 0, { finishReason: 'STOP', ...more }), usageMetadata });

describe('streamEncoder', () => {
  it.each<[string, StreamEvent[], object[]]>([
    ['nothing', [], [last()]],
    [
      'thoughts and text',
      [
        blockStart(0, reasoningBlock('')),
        blockDelta(0, 'hm'),
        blockEnd(0, { signature: { origin: 'gemini', data: 'c2ln' }, redacted: undefined, citations: undefined }),
        blockStart(1, textBlock('He')),
        blockDelta(1, 'y'),
        blockEnd(1),
      ],
      [
        chunk([{ text: 'hm', thought: true }]),
        chunk([{ text: '', thought: true, thoughtSignature: 'c2ln' }]),
        chunk([{ text: 'He' }]),
        chunk([{ text: 'y' }]),
        last(),
      ],
    ],
    [
      'calls, whole',
      [
        blockStart(0, toolCallBlock('c', 'f', '')),
        blockDelta(0, '{"a"'),
        blockDelta(0, ':1}'),
        blockEnd(0),
        blockStart(1, toolCallBlock('d', 'g', '', true)),
        blockDelta(1, 'free'),
        blockEnd(1),
        blockStart(2, toolCallBlock('e', 'h', '')),
        blockEnd(2),
      ],
      [
        chunk([{ functionCall: { id: 'c', name: 'f', args: { a: 1 } } }]),
        chunk([{ functionCall: { id: 'd', name: 'g', args: { input: 'free' } } }]),
        chunk([{ functionCall: { id: 'e', name: 'h', args: {} } }]),
        last(),
      ],
    ],
    [
      'media, whole',
      [blockStart(0, mediaBlock('audio', { type: 'base64', data: 'AA' }, { mediaType: 'audio/wav' })), blockDelta(0, 'BB'), blockEnd(0)],
      [chunk([{ inlineData: { mimeType: 'audio/wav', data: 'AABB' } }]), last()],
    ],
    [
      'a refusal',
      [blockStart(0, refusalBlock('')), blockDelta(0, 'No.'), blockEnd(0)],
      [chunk([{ text: 'No.' }]), last({ finishReason: 'SAFETY' })],
    ],
    [
      'sources',
      [
        blockStart(0, textBlock('')),
        blockDelta(0, 'é '),
        blockDelta(0, 'ab'),
        blockEnd(0, {
          signature: undefined,
          redacted: undefined,
          citations: [{ url: 'u', title: 't', citedText: undefined, start: 2, end: 4, native: undefined }],
        }),
      ],
      [
        chunk([{ text: 'é ' }]),
        chunk([{ text: 'ab' }]),
        last({
          groundingMetadata: {
            groundingChunks: [{ web: { uri: 'u', title: 't' } }],
            groundingSupports: [{ segment: { startIndex: 3, endIndex: 5, text: 'ab' }, groundingChunkIndices: [0] }],
          },
        }),
      ],
    ],
    [
      'candidates',
      [
        blockStart(0, textBlock(''), 0),
        blockDelta(0, 'a'),
        blockEnd(0),
        blockStart(1, textBlock(''), 1),
        blockDelta(1, 'b'),
        blockEnd(1),
        { type: 'choice-end', choice: 1, finish: finish('length', null) },
      ],
      [chunk([{ text: 'a' }]), chunk([{ text: 'b' }], 1), chunk([{ text: '' }], 1, { finishReason: 'MAX_TOKENS' }), last()],
    ],
    [
      'log-probabilities',
      [blockStart(0, textBlock('')), blockDelta(0, 'a', [{ token: 'a', logprob: -1, bytes: null, alternatives: [] }]), blockEnd(0)],
      [
        chunk([{ text: 'a' }], 0, {
          logprobsResult: { chosenCandidates: [{ token: 'a', logProbability: -1 }], topCandidates: [{ candidates: [] }] },
        }),
        last(),
      ],
    ],
  ])('writes %s', (_, events, expected) => {
    expect(wire([start, ...events, stop])).toEqual(expected);
  });

  it.each(['plain', 'quote " and \\', '\u2028\ud83d\ude00\ud800', '\n'])('writes the delta %j as JSON.stringify would', (text) => {
    for (const [block, about] of [
      [textBlock(''), {}],
      [reasoningBlock(''), { thought: true }],
    ] as const) {
      const [data] = encode([start, blockStart(0, block), blockDelta(0, text)]);
      expect(data).toBe(JSON.stringify(chunk([{ text, ...about }])));
    }
  });

  it('makes chunks that the official client reads', () => {
    const events = [start, blockStart(0, textBlock('')), blockDelta(0, 'Hi'), blockEnd(0), stop];
    const read = wire(events).map((value) => Object.assign(new GenerateContentResponse(), value));
    expect(read.map(({ text }) => text)).toEqual(['Hi', '']);
    expect(read.at(-1)?.usageMetadata?.totalTokenCount).toBe(5);
  });

  it('ends with an error, and says nothing after it', () => {
    const events = [start, blockStart(0, textBlock('')), streamError(llmError('overloaded', 'busy')), blockDelta(0, 'a'), stop];
    expect(wire(events)).toEqual([{ error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }]);
  });

  it('bounds what waits', () => {
    const flood = Array.from({ length: 20 }, () => blockDelta(0, 'x'.repeat(10)));
    const out = encode([start, blockStart(0, toolCallBlock('c', 'f', '')), ...flood, blockEnd(0), stop], recordingScope(), 100);
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ error: { code: 502, details: [{ reason: 'stream_buffer_exceeded' }] } });
  });

  it('falls back to the model that was asked for, and names blocks without a form', () => {
    const scope = recordingScope();
    const out = wire([messageStart('', ''), blockStart(0, unknownBlock('openai-chat', {})), blockEnd(0), stop], scope);
    expect(out).toMatchObject([{ modelVersion: 'asked', responseId: '1' }]);
    expect(scope.told()).toEqual(['dropped blocks[0]']);
  });

  it('is the encoder of the codec', () => {
    expect(gemini.streamEncoder).toBe(streamEncoder);
    expect(gemini.endFrame).toBeUndefined();
    expect(gemini.framings.map(({ id }) => id)).toEqual(['sse', 'json-array']);
  });
});
