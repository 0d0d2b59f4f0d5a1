import { describe, expect, it } from 'vitest';
import type { Citation } from './block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from './block.ts';
import { llmError } from './error.ts';
import { foldStream } from './fold-stream.ts';
import { finish } from './response.ts';
import type { StreamEvent } from './stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from './stream-event.ts';
import { emptyUsage } from './usage.ts';

const usage = { ...emptyUsage(), input: 3, output: 5 };
const token = { token: 'a', logprob: -1, bytes: null, alternatives: [] };
const citation = (title: string): Citation => ({
  url: undefined,
  title,
  citedText: undefined,
  start: undefined,
  end: undefined,
  native: undefined,
});
const end = messageEnd(finish('stop', 'end_turn'), usage, 'standard');

describe('foldStream', () => {
  it('collects the head, the end and the text of overlapping blocks', () => {
    const { response, error } = foldStream([
      messageStart('id', 'model', 12, emptyUsage(), 'auto'),
      blockStart(0, textBlock('A')),
      blockStart(1, toolCallBlock('call', 'tool', '')),
      blockDelta(1, '{"a":'),
      blockDelta(0, 'b'),
      blockDelta(1, '1}'),
      blockEnd(1),
      blockEnd(0),
      end,
    ]);
    expect(error).toBeUndefined();
    expect(response).toEqual({
      id: 'id',
      model: 'model',
      created: 12,
      blocks: [textBlock('Ab'), toolCallBlock('call', 'tool', '{"a":1}')],
      finish: finish('stop', 'end_turn'),
      logprobs: undefined,
      usage,
      alternatives: undefined,
      serviceTier: 'standard',
      extensions: undefined,
    });
  });

  it('adds late facts to their block', () => {
    const signature = { origin: 'anthropic-messages', data: 'sig' } as const;
    const redacted = { origin: 'anthropic-messages', data: 'red' } as const;
    const late = (facts: object): StreamEvent => blockEnd(0, { signature: undefined, redacted: undefined, citations: undefined, ...facts });
    const block = (start: StreamEvent, last: StreamEvent) => foldStream([messageStart('', ''), start, last, end]).response.blocks[0];
    expect(block(blockStart(0, reasoningBlock('t')), late({ signature }))).toEqual(reasoningBlock('t', signature));
    expect(block(blockStart(0, reasoningBlock('')), late({ redacted }))).toEqual(reasoningBlock('', undefined, redacted));
    expect(block(blockStart(0, toolCallBlock('i', 'n', '{}')), late({ signature }))).toEqual(
      toolCallBlock('i', 'n', '{}', false, signature),
    );
    expect(block(blockStart(0, textBlock('t', undefined, [citation('1')])), late({ citations: [citation('2')] }))).toEqual(
      textBlock('t', undefined, [citation('1'), citation('2')]),
    );
  });

  it('appends to every block that has text, and changes no event', () => {
    const image = mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' });
    const events = [
      messageStart('', ''),
      blockStart(0, refusalBlock('n')),
      blockDelta(0, 'o'),
      blockEnd(0),
      blockStart(1, image),
      blockDelta(1, 'BB'),
      blockEnd(1),
      blockStart(2, unknownBlock('gemini', { a: 1 })),
      blockEnd(2),
      end,
    ];
    const before = JSON.stringify(events);
    expect(foldStream(events).response.blocks).toEqual([
      refusalBlock('no'),
      mediaBlock('image', { type: 'base64', data: 'AABB' }, { mediaType: 'image/png' }),
      unknownBlock('gemini', { a: 1 }),
    ]);
    expect(JSON.stringify(events)).toBe(before);
  });

  it('keeps further answers in the order of their number, each with its log-probabilities', () => {
    const { response } = foldStream([
      messageStart('', ''),
      blockStart(0, textBlock(''), 2),
      blockStart(1, textBlock('')),
      blockStart(2, textBlock(''), 1),
      blockDelta(0, 'two'),
      blockDelta(1, 'zero', [token]),
      blockDelta(1, '!', [token]),
      blockDelta(2, 'one', [token]),
      blockEnd(0),
      blockEnd(1),
      blockEnd(2),
      { type: 'choice-end', choice: 2, finish: finish('length', 'length') },
      { type: 'choice-end', choice: 1, finish: finish('stop', 'stop') },
      end,
    ]);
    expect(response.blocks).toEqual([textBlock('zero!')]);
    expect(response.logprobs).toEqual([token, token]);
    expect(response.alternatives).toEqual([
      { blocks: [textBlock('one')], finish: finish('stop', 'stop'), logprobs: [token] },
      { blocks: [textBlock('two')], finish: finish('length', 'length'), logprobs: undefined },
    ]);
  });

  it('returns the error beside what had arrived', () => {
    const error = llmError('overloaded', 'busy');
    const folded = foldStream([
      messageStart('id', 'm', undefined, usage),
      blockStart(0, textBlock('')),
      blockDelta(0, 'cut'),
      streamError(error),
    ]);
    expect(folded.error).toBe(error);
    expect(folded.response).toMatchObject({ id: 'id', blocks: [{ text: 'cut' }], finish: { reason: 'other', raw: null }, usage });
  });

  it('keeps the usage of the start when the end has none, and survives nothing at all', () => {
    expect(foldStream([messageStart('', '', undefined, usage), messageEnd(finish('stop', null), undefined)]).response.usage).toBe(usage);
    expect(foldStream([]).response).toMatchObject({ id: '', blocks: [], finish: { reason: 'other' } });
  });
});
