import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import type { JsonObject } from '../../codec.ts';
import type { Block, Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { llmError } from '../../model/error.ts';
import { emptyRequest } from '../../model/request.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { streamEncoder } from './stream-encoder.ts';

const start = messageStart('i', 'm', 5);
const end = messageEnd(finish('stop', null), undefined);
const usage = { ...emptyUsage(), input: 3, output: 2 };

function encode(events: readonly StreamEvent[], includeUsage = false) {
  const scope = recordingScope();
  const frames = runMachine(streamEncoder({ ...emptyRequest('asked', true, []), includeUsage }, scope), events);
  const chunks = frames.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data) as JsonObject);
  return { frames, chunks, told: scope.told() };
}
/** What the choices of the chunks say, without the first role and the end. */
const pieces = (...events: StreamEvent[]) => {
  const { chunks, told } = encode([start, ...events, end]);
  return {
    deltas: chunks
      .flatMap(({ choices }) => choices as JsonObject[])
      .slice(1, -1)
      .map(({ delta }) => delta),
    told,
  };
};
const whole = (block: Block, ...texts: string[]): StreamEvent[] => [
  blockStart(0, block),
  ...texts.map((text) => blockDelta(0, text)),
  blockEnd(0),
];
const late = (facts: object) => ({ signature: undefined, redacted: undefined, citations: undefined, ...facts });
const foreign = (data: string) => ({ origin: 'anthropic-messages', data }) as const;

describe('streamEncoder', () => {
  it('writes a stream with one head, the role first, one finish reason and [DONE] last', () => {
    const { frames, chunks } = encode([start, ...whole(textBlock(''), 'Hi', '"\u2028é'), end]);
    const head = { id: 'i', object: 'chat.completion.chunk', created: 5, model: 'm' };
    expect(chunks).toEqual([
      { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: { content: '"\u2028é' }, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ]);
    expect(frames.at(-1)).toEqual({ event: undefined, data: '[DONE]', headers: undefined });
    expect(frames.filter(({ data }) => data === '[DONE]')).toHaveLength(1);
    expect(frames.every(({ event }) => event === undefined)).toBe(true);
  });

  it('tells usage in a chunk of its own, when it was asked for', () => {
    const { chunks } = encode([start, ...whole(textBlock(''), 'Hi'), messageEnd(finish('stop', null), usage)], true);
    expect(chunks.map((chunk) => chunk['usage'])).toEqual([null, null, null, { ...wireUsage, prompt_tokens: 3 }]);
    expect(chunks.at(-1)).toMatchObject({ id: 'i', choices: [] });
    expect(encode([start, end], true).chunks).toHaveLength(2);
    expect(encode([start, messageEnd(finish('stop', null), usage)]).chunks.every((chunk) => !('usage' in chunk))).toBe(true);
  });

  it('makes a head where the upstream gave none', () => {
    const { chunks } = encode([messageStart('', ''), end]);
    expect(chunks[0]).toMatchObject({ id: 'chatcmpl-1', created: 1_700_000_000, model: 'asked' });
  });

  it('tells the tier in every chunk, or from when it is known', () => {
    const tier = (event: StreamEvent, last: StreamEvent) =>
      encode([event, ...whole(textBlock(''), 'a'), last], true).chunks.map((chunk) => chunk['service_tier']);
    expect(tier(messageStart('i', 'm', 5, undefined, 'flex'), messageEnd(finish('stop', null), usage))).toEqual([
      'flex',
      'flex',
      'flex',
      'flex',
    ]);
    expect(tier(start, messageEnd(finish('stop', null), usage, 'flex'))).toEqual([undefined, undefined, 'flex', 'flex']);
  });

  it.each<[string, StreamEvent[], object[]]>([
    ['text that is there at the start', whole(textBlock('a'), 'b'), [{ content: 'a' }, { content: 'b' }]],
    ['a refusal', whole(refusalBlock(''), 'no'), [{ refusal: 'no' }]],
    ['reasoning', whole(reasoningBlock(''), 'h', 'm'), [{ reasoning_content: 'h' }, { reasoning_content: 'm' }]],
    [
      'further reasoning, set apart',
      [...whole(reasoningBlock(''), 'a'), blockStart(1, reasoningBlock('')), blockDelta(1, 'b'), blockDelta(1, 'c'), blockEnd(1)],
      [{ reasoning_content: 'a' }, { reasoning_content: '\n\nb' }, { reasoning_content: 'c' }],
    ],
    [
      'proof of reasoning',
      [
        blockStart(0, reasoningBlock('')),
        blockDelta(0, 'h'),
        blockDelta(0, 'm'),
        blockEnd(0, late({ signature: foreign('s') })),
        blockStart(1, reasoningBlock('', undefined, { origin: 'openai-chat', data: 'r' }, 'rs_1')),
        blockEnd(1),
      ],
      [
        { reasoning_content: 'h' },
        { reasoning_content: 'm' },
        { thinking_blocks: [{ index: 0, type: 'thinking', thinking: 'hm', signature: 'plano.anthropic-messages.s' }] },
        { thinking_blocks: [{ index: 1, type: 'redacted_thinking', data: 'r', id: 'rs_1' }] },
      ],
    ],
    [
      'a call',
      whole(toolCallBlock('c', 'f', ''), '{"a"', ':1}'),
      [
        { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
        { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      ],
    ],
    [
      'a call without arguments',
      whole(toolCallBlock('c', 'f', '')),
      [
        { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      ],
    ],
    [
      'a custom call, and one with a signature',
      [
        ...whole(toolCallBlock('c', 'p', '', true), 'x'),
        blockStart(1, toolCallBlock('d', 'f', '{}', false, { origin: 'gemini', data: 'g' })),
        blockEnd(1),
        blockStart(2, toolCallBlock('e', 'f', '{}')),
        blockEnd(2, late({ signature: foreign('s') })),
      ],
      [
        { tool_calls: [{ index: 0, id: 'c', type: 'custom', custom: { name: 'p', input: '' } }] },
        { tool_calls: [{ index: 0, custom: { input: 'x' } }] },
        {
          tool_calls: [
            {
              index: 1,
              id: 'd',
              type: 'function',
              function: { name: 'f', arguments: '' },
              extra_content: { google: { thought_signature: 'g' } },
            },
          ],
        },
        { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
        { tool_calls: [{ index: 2, id: 'e', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 2, function: { arguments: '{}' } }] },
        { tool_calls: [{ index: 2, extra_content: { google: { thought_signature: 'plano.anthropic-messages.s' } } }] },
      ],
    ],
    [
      'calls in turns',
      [
        blockStart(0, toolCallBlock('a', 'f', '')),
        blockStart(1, toolCallBlock('b', 'f', '')),
        blockDelta(1, '1'),
        blockDelta(0, '2'),
        blockEnd(1),
        blockDelta(0, '3'),
        blockEnd(0),
      ],
      [
        { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 1, function: { arguments: '1' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '2' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '3' } }] },
      ],
    ],
    [
      'audio',
      whole(mediaBlock('audio', { type: 'base64', data: '' }, { name: 'audio_1' }), 'AA'),
      [{ audio: { id: 'audio_1', expires_at: 5 } }, { audio: { data: 'AA' } }],
    ],
    [
      'a signature of text',
      [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0, late({ signature: { origin: 'gemini', data: 'g' } }))],
      [{ content: 'a' }, { extra_content: { google: { thought_signature: 'g' } } }],
    ],
  ])('writes %s', (_name, events, expected) => {
    expect(pieces(...events)).toEqual({ deltas: expected, told: [] });
  });

  it('tells citations once, with their places in the whole text', () => {
    const cite = (fields: Partial<Citation>): Citation => ({
      url: 'u',
      title: undefined,
      citedText: undefined,
      start: undefined,
      end: undefined,
      native: undefined,
      ...fields,
    });
    const { deltas, told } = pieces(
      ...whole(textBlock(''), 'abc'),
      blockStart(1, textBlock('', undefined, [cite({})])),
      blockDelta(1, 'defg'),
      blockEnd(1, late({ citations: [cite({ start: 1, end: 2 }), cite({ url: undefined })] })),
    );
    expect(deltas).toEqual([
      { content: 'abc' },
      { content: 'defg' },
      {
        annotations: [
          { type: 'url_citation', url_citation: { start_index: 3, end_index: 7, title: '', url: 'u' } },
          { type: 'url_citation', url_citation: { start_index: 4, end_index: 5, title: '', url: 'u' } },
        ],
      },
    ]);
    expect(told).toEqual(['dropped blocks[1].citations[1]']);
  });

  it('writes images whole in an extension, and reports what has no form', () => {
    const { deltas, told } = pieces(
      ...whole(mediaBlock('image', { type: 'base64', data: 'A' }, { mediaType: 'image/png' }), 'A', 'BB'),
      blockStart(1, mediaBlock('image', { type: 'url', url: 'https://a/b.png' })),
      blockEnd(1),
      blockStart(2, mediaBlock('video', { type: 'base64', data: '' })),
      blockDelta(2, 'AA'),
      blockEnd(2),
      blockStart(3, unknownBlock('anthropic-messages', {})),
      blockEnd(3),
    );
    expect(deltas).toEqual([
      { images: [{ index: 0, type: 'image_url', image_url: { url: 'data:image/png;base64,AABB' } }] },
      { images: [{ index: 1, type: 'image_url', image_url: { url: 'https://a/b.png' } }] },
    ]);
    expect(told).toEqual(['emulated blocks[0]', 'emulated blocks[1]', 'dropped blocks[2]', 'dropped blocks[3]']);
  });

  it('writes log-probabilities beside their text', () => {
    const token = { token: 'a', logprob: -1, bytes: null, alternatives: [] };
    const wire = [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }];
    const { chunks } = encode([
      start,
      blockStart(0, textBlock('')),
      blockDelta(0, 'a', [token]),
      blockEnd(0),
      blockStart(1, refusalBlock('')),
      blockDelta(1, 'n', [token]),
      blockEnd(1),
      blockStart(2, toolCallBlock('c', 'f', '')),
      blockDelta(2, '{}', [token]),
      blockEnd(2),
      end,
    ]);
    const told = chunks.flatMap(({ choices }) => choices as JsonObject[]).filter((choice) => 'logprobs' in choice);
    expect(told).toEqual([
      { index: 0, delta: { content: 'a' }, logprobs: { content: wire, refusal: null }, finish_reason: null },
      { index: 0, delta: { refusal: 'n' }, logprobs: { content: null, refusal: wire }, finish_reason: null },
      {
        index: 0,
        delta: { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
        logprobs: { content: wire, refusal: null },
        finish_reason: null,
      },
    ]);
  });

  it('keeps further answers apart', () => {
    const { chunks } = encode([
      start,
      blockStart(0, textBlock(''), 1),
      blockStart(1, textBlock('')),
      blockDelta(0, 'b'),
      blockDelta(1, 'a'),
      blockEnd(0),
      blockStart(2, toolCallBlock('c', 'f', '{}'), 1),
      blockEnd(2),
      blockEnd(1),
      { type: 'choice-end', choice: 1, finish: finish('tool_use', null) },
      end,
    ]);
    const [zero, one] = [0, 1].map((index) =>
      chunks.flatMap(({ choices }) => choices as JsonObject[]).filter((choice) => choice['index'] === index),
    );
    expect(zero?.map(({ delta }) => delta)).toEqual([{ role: 'assistant', content: '' }, { content: 'a' }, {}]);
    expect(one?.map(({ delta }) => delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'b' },
      { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
      {},
    ]);
    expect([zero?.at(-1)?.['finish_reason'], one?.at(-1)?.['finish_reason']]).toEqual(['stop', 'tool_calls']);
  });

  it.each([
    ['after a start', [start, blockStart(0, textBlock('')), blockDelta(0, 'a')], 2],
    ['alone', [], 0],
  ])('ends at an error %s, without [DONE]', (_name, events, before) => {
    const failure = streamError(llmError('overloaded', 'busy'));
    const { frames } = encode([...events, failure, end, blockDelta(0, 'b')]);
    expect(frames).toHaveLength(before + 1);
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toEqual({ error: { message: 'busy', type: 'server_error', param: null, code: null } });
  });

  it('says nothing after the end', () => {
    const { frames } = encode([start, end, end, blockStart(0, textBlock('')), blockDelta(0, 'x')]);
    expect(frames.map(({ data }) => data.slice(0, 6))).toEqual(['{"id":', '{"id":', '[DONE]']);
  });

  it.each([false, true])('writes the same delta as an object would be, with usage %s', (includeUsage) => {
    // Deltas are pieced together from text; the role chunk of the same stream is made from an object.
    const text = 'a"\\\n\u0000\u2028😀\ud800';
    const { frames } = encode(
      [start, blockStart(0, textBlock('')), blockDelta(0, text), blockStart(1, toolCallBlock('c', 'f', '')), blockDelta(1, text)],
      includeUsage,
    );
    const chunk = (delta: object) =>
      JSON.stringify({
        id: 'i',
        object: 'chat.completion.chunk',
        created: 5,
        model: 'm',
        choices: [{ index: 0, delta, finish_reason: null }],
        usage: includeUsage ? null : undefined,
      });
    expect(frames.map(({ data }) => data)).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: text }),
      chunk({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] }),
    ]);
  });
});

const wireUsage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, prompt_tokens_details: { cached_tokens: 0 } };
