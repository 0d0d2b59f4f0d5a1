import { describe, expect, it } from 'vitest';
import { textBlock, unknownBlock } from '../../src/model/block.ts';
import { llmError } from '../../src/model/error.ts';
import { finish } from '../../src/model/response.ts';
import type { StreamEvent } from '../../src/model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from '../../src/model/stream-event.ts';
import { grammarViolations, overlaps } from './stream-grammar.ts';

const begin = messageStart('id', 'm');
const end = messageEnd(finish('stop', null), undefined);
const error = streamError(llmError('server', 'x'));
const text = (index: number, choice = 0): StreamEvent => blockStart(index, textBlock(''), choice);
const choiceEnd = (choice: number): StreamEvent => ({ type: 'choice-end', choice, finish: finish('stop', null) });
const badReason = messageEnd({ reason: 'end_turn', raw: null, stopSequence: undefined } as never, undefined);

describe('grammarViolations', () => {
  it.each<[string, StreamEvent[]]>([
    ['an empty answer', [begin, end]],
    ['an error alone', [error]],
    ['an error with open blocks', [begin, text(0), error]],
    ['overlapping blocks', [begin, text(0), text(1), blockDelta(1, 'a'), blockEnd(0), blockEnd(1), end]],
    ['two answers', [begin, text(0, 1), blockEnd(0), choiceEnd(1), text(1), blockEnd(1), end]],
    ['a second answer without blocks', [begin, choiceEnd(1), end]],
  ])('accepts %s', (_, events) => {
    expect(grammarViolations(events)).toEqual([]);
  });

  it.each<[string, StreamEvent[], RegExp]>([
    ['nothing', [], /no message-end/],
    ['no end', [begin, text(0), blockEnd(0)], /no message-end/],
    ['no start', [text(0), blockEnd(0), end], /before message-start/],
    ['two starts', [begin, begin, end], /second message-start/],
    ['two ends', [begin, end, end], /after message-end/],
    ['something after an error', [begin, error, text(0)], /after error/],
    ['an index that skips', [begin, text(1), blockEnd(1), end], /block 1 starts where 0/],
    ['an index used twice', [begin, text(0), blockEnd(0), text(0), blockEnd(0), end], /block 0 starts where 1/],
    ['a delta without a start', [begin, blockDelta(0, ''), end], /never started/],
    ['a delta after the end', [begin, text(0), blockEnd(0), blockDelta(0, ''), end], /has ended/],
    ['a delta of an unknown block', [begin, blockStart(0, unknownBlock('gemini', 1)), blockDelta(0, ''), blockEnd(0), end], /type unknown/],
    ['an end without a start', [begin, blockEnd(0), end], /never started/],
    ['two ends of a block', [begin, text(0), blockEnd(0), blockEnd(0), end], /has ended/],
    ['an open block at the end', [begin, text(0), end], /block 0 is open/],
    ['a choice without its end', [begin, text(0, 1), blockEnd(0), end], /without a choice-end/],
    ['a choice-end of the first answer', [begin, choiceEnd(0), end], /choice-end of choice 0/],
    ['two ends of a choice', [begin, choiceEnd(1), choiceEnd(1), end], /second choice-end/],
    ['a choice-end before its block ends', [begin, text(0, 1), choiceEnd(1), blockEnd(0), end], /while block 0 is open/],
    ['a block after its choice-end', [begin, choiceEnd(1), text(0, 1), blockEnd(0), end], /which has ended/],
    ['an invented reason', [begin, badReason], /finish reason end_turn/],
  ])('names %s', (_, events, expected) => {
    expect(grammarViolations(events).join('\n')).toMatch(expected);
  });
});

describe('overlaps', () => {
  it('names blocks that start inside another', () => {
    expect(overlaps([begin, text(0), blockEnd(0), text(1), blockEnd(1), end])).toEqual([]);
    expect(overlaps([begin, text(0), text(1), blockEnd(0), blockEnd(1), end])).toHaveLength(1);
  });
});
