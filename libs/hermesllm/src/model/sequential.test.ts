import { describe, expect, it } from 'vitest';
import { grammarViolations, overlaps } from '../../test/support/stream-grammar.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, unknownBlock } from './block.ts';
import { llmError } from './error.ts';
import { foldStream } from './fold-stream.ts';
import { finish } from './response.ts';
import { sequential } from './sequential.ts';
import type { StreamEvent } from './stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from './stream-event.ts';

const begin = messageStart('id', 'm');
const end = messageEnd(finish('stop', null), undefined);
const token = { token: 'a', logprob: 0, bytes: null, alternatives: [] };
const call = (name: string) => toolCallBlock(name, name, '');
const choiceEnd = (choice: number): StreamEvent => ({ type: 'choice-end', choice, finish: finish('stop', null) });

function run(events: readonly StreamEvent[], limit?: number): StreamEvent[] {
  const machine = sequential(limit);
  const out: StreamEvent[] = [];
  for (const event of events) {
    const passes = machine.passes(event);
    const made = machine.push(event);
    if (passes) expect(made).toEqual([event]);
    out.push(...made);
  }
  out.push(...machine.finish());
  return out;
}

describe('sequential', () => {
  it('passes a stream without overlaps as it is, event by event', () => {
    const events = [begin, blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0), blockStart(1, call('x')), blockEnd(1), end];
    const machine = sequential();
    for (const event of events) expect(machine.push(event)[0]).toBe(event);
    expect(machine.finish()).toEqual([]);
  });

  it('tells beforehand which events it would leave as they are', () => {
    const machine = sequential();
    machine.push(blockStart(4, call('a')));
    expect(machine.passes(blockDelta(4, 'a1'))).toBe(false); // it gets another number
    machine.push(blockEnd(4));
    machine.push(blockStart(1, call('b')));
    machine.push(blockStart(2, call('c')));
    expect([machine.passes(blockDelta(1, 'b1')), machine.passes(blockDelta(2, 'c1')), machine.passes(blockEnd(1))]).toEqual([
      true,
      false,
      false,
    ]);
    machine.push(end);
    expect(machine.passes(blockDelta(1, 'b2'))).toBe(false);
  });

  it('lets the open block through at once and sends the others after it, in the order of their start', () => {
    const machine = sequential();
    machine.push(begin);
    expect(machine.push(blockStart(0, call('a')))).toHaveLength(1);
    expect(machine.push(blockStart(1, call('b')))).toEqual([]);
    expect(machine.push(blockDelta(1, 'b1'))).toEqual([]);
    expect(machine.push(blockStart(2, call('c')))).toEqual([]);
    expect(machine.push(blockEnd(1))).toEqual([]);
    expect(machine.push(blockDelta(0, 'a1'))).toEqual([blockDelta(0, 'a1')]);
    expect(machine.push(blockEnd(0))).toEqual([
      blockEnd(0),
      blockStart(1, call('b')),
      blockDelta(1, 'b1'),
      blockEnd(1),
      blockStart(2, call('c')),
    ]);
    expect(machine.push(blockDelta(2, 'c1'))).toEqual([blockDelta(2, 'c1')]);
    expect(machine.push(blockEnd(2))).toEqual([blockEnd(2)]);
    expect(machine.push(blockStart(3, call('d')))).toEqual([blockStart(3, call('d'))]);
  });

  it('keeps the meaning of every interleaving', () => {
    // All 90 orders in which three blocks of start+end can be interleaved, with a delta after each start.
    const orders: number[][] = [];
    const extend = (order: number[], left: number[]): void => {
      if (left.every((n) => n === 0)) orders.push(order);
      left.forEach((n, block) => {
        if (n > 0)
          extend(
            [...order, block],
            left.map((m, i) => (i === block ? m - 1 : m)),
          );
      });
    };
    extend([], [2, 2, 2]);
    expect(orders).toHaveLength(90);
    for (const order of orders) {
      const events: StreamEvent[] = [begin];
      const indices = new Map<number, number>();
      for (const block of order) {
        const known = indices.get(block);
        if (known !== undefined) events.push(blockDelta(known, '!'), blockEnd(known));
        else {
          const index = indices.size;
          indices.set(block, index);
          events.push(blockStart(index, call(`t${block}`)), blockDelta(index, `in${block}`));
        }
      }
      events.push(end);
      const out = run(events);
      expect(grammarViolations(out)).toEqual([]);
      expect(overlaps(out)).toEqual([]);
      expect(foldStream(out)).toEqual(foldStream(events));
    }
  });

  it('renumbers blocks whose indices have gaps', () => {
    const out = run([begin, blockStart(3, textBlock('')), blockStart(7, call('x')), blockDelta(7, '1'), blockEnd(3), blockEnd(7), end]);
    expect(out.map((event) => ('index' in event ? event.index : -1))).toEqual([-1, 0, 0, 1, 1, 1, -1]);
    expect(grammarViolations(out)).toEqual([]);
  });

  it('orders the blocks of further choices by their start and sends each choice-end after its blocks', () => {
    const events = [
      begin,
      blockStart(0, textBlock('')),
      blockStart(1, textBlock(''), 1),
      blockDelta(1, 'one'),
      blockEnd(1),
      choiceEnd(1),
      blockStart(2, textBlock(''), 2),
      blockDelta(0, 'zero'),
      blockEnd(0),
      blockEnd(2),
      choiceEnd(2),
      end,
    ];
    const out = run(events);
    expect(grammarViolations(out)).toEqual([]);
    expect(overlaps(out)).toEqual([]);
    expect(foldStream(out)).toEqual(foldStream(events));
  });

  it('ends what is open and flushes what waits at message-end', () => {
    const out = run([begin, blockStart(0, textBlock('')), blockStart(1, call('a')), blockDelta(1, '{}'), blockStart(2, call('b')), end]);
    expect(grammarViolations(out)).toEqual([]);
    expect(overlaps(out)).toEqual([]);
    expect(foldStream(out).response.blocks).toEqual([textBlock(''), toolCallBlock('a', 'a', '{}'), call('b')]);
  });

  it('drops what waits on an error, and ignores what follows', () => {
    const error = streamError(llmError('overloaded', 'busy'));
    const out = run([begin, blockStart(0, textBlock('')), blockStart(1, call('a')), error, blockEnd(0), end]);
    expect(out).toEqual([begin, blockStart(0, textBlock('')), error]);
  });

  it('ignores what follows the end', () => {
    expect(run([begin, end, end, blockStart(0, textBlock(''))])).toEqual([begin, end]);
  });

  it('flushes nothing at finish', () => {
    expect(run([begin, blockStart(0, textBlock('')), blockStart(1, call('a'))])).toHaveLength(2);
  });

  it.each([
    ['deltas', [blockStart(1, call('a')), ...Array.from({ length: 10 }, () => blockDelta(1, 'x'.repeat(100)))]],
    ['empty deltas', [blockStart(1, call('a')), ...Array.from({ length: 20 }, () => blockDelta(1, ''))]],
    ['starts', Array.from({ length: 20 }, (_, index) => blockStart(index + 1, call('')))],
    ['one large text', [blockStart(1, textBlock('x'.repeat(1000)))]],
    ['one large thought', [blockStart(1, reasoningBlock('x'.repeat(1000)))]],
    ['one large input', [blockStart(1, toolCallBlock('a', 'a', 'x'.repeat(1000)))]],
    ['one large unknown block', [blockStart(1, unknownBlock('gemini', 'x'.repeat(1000)))]],
    ['log-probabilities', [blockStart(1, textBlock('')), blockDelta(1, '', Array(20).fill(token))]],
    ['one large image', [blockStart(1, mediaBlock('image', { type: 'base64', data: 'A'.repeat(1000) }))]],
  ])('stops with a named error when too much waits: %s', (_, flood) => {
    const out = run([begin, blockStart(0, textBlock('')), ...flood, blockEnd(0), end], 1000);
    expect(out).toHaveLength(3);
    expect(out[2]).toMatchObject({ type: 'error', error: { kind: 'server', code: 'stream_buffer_exceeded', status: 502 } });
  });

  it('gives room back when waiting events leave', () => {
    const events: StreamEvent[] = [begin];
    for (let block = 0; block < 20; block += 2) {
      events.push(blockStart(block, call('a')), blockStart(block + 1, call('b')), blockDelta(block + 1, 'x'.repeat(500)));
      events.push(blockEnd(block), blockEnd(block + 1));
    }
    const out = run([...events, end], 1000);
    expect(grammarViolations(out)).toEqual([]);
    expect(out.at(-1)).toBe(end);
  });
});
