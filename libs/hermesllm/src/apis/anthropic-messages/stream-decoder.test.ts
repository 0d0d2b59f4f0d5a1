import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations } from '../../../test/support/stream-grammar.ts';
import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import type { Frame } from '../../model/api.ts';
import { reasoningBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { streamDecoder } from './stream-decoder.ts';

const event = (wire: JsonObject): Frame => frame(JSON.stringify(wire), wire['type'] as string);
const run = (frames: readonly Frame[]): StreamEvent[] => runMachine(streamDecoder(recordingScope()), frames);
const fixture = (name: string): Frame[] =>
  readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')
    .split('\n\n')
    .filter((text) => text.trim() !== '')
    .map((text) => frame(/^data: (.*)$/m.exec(text)?.[1] ?? '', /^event: (.*)$/m.exec(text)?.[1]));

const start = event({
  type: 'message_start',
  message: { id: 'msg_1', model: 'm', usage: { input_tokens: 5, cache_read_input_tokens: 2, output_tokens: 1 } },
});
const stop = event({ type: 'message_stop' });
const done = (delta: JsonObject, usage: JsonObject = { output_tokens: 9 }): Frame => event({ type: 'message_delta', delta, usage });
const opened = (index: unknown, content_block: JsonObject): Frame => event({ type: 'content_block_start', index, content_block });
const delta = (index: unknown, wire: JsonObject): Frame => event({ type: 'content_block_delta', index, delta: wire });
const text = (index: unknown, value: string): Frame => delta(index, { type: 'text_delta', text: value });
const closed = (index: unknown): Frame => event({ type: 'content_block_stop', index });

const begun = messageStart('msg_1', 'm', undefined, { ...emptyUsage(), input: 5, cacheRead: 2, output: 1 });
const ended = messageEnd(finish('stop', 'end_turn'), { ...emptyUsage(), input: 5, cacheRead: 2, output: 9 });
const endTurn = done({ stop_reason: 'end_turn', stop_sequence: null });
/** The events of the blocks between a regular start and end. */
const blocks = (...frames: Frame[]): StreamEvent[] => {
  const events = run([start, ...frames, endTurn, stop]);
  expect(grammarViolations(events)).toEqual([]);
  expect(events[0]).toEqual(begun);
  return events.slice(1, -1);
};
const late = (members: object) => ({ signature: undefined, redacted: undefined, citations: undefined, ...members });

describe('streamDecoder', () => {
  it('reads a stream with thinking and tools', () => {
    const usage = { ...emptyUsage(), input: 112, cacheRead: 2048, cacheWriteLong: 0 };
    expect(run(fixture('thinking-with-tool.stream.sse'))).toEqual([
      messageStart('msg_01XFDUDYJgAACzvnptvVoYEL', 'claude-sonnet-4-5-20250929', undefined, { ...usage, output: 3 }, 'priority'),
      blockStart(0, reasoningBlock('')),
      blockDelta(0, 'Faro failed; '),
      blockDelta(0, 'try Lagos — and the buoy.'),
      blockEnd(0, late({ signature: { origin: 'anthropic-messages', data: 'EqQBCgIYAhIkTagus' } })),
      blockStart(1, textBlock('')),
      blockDelta(1, 'I will check '),
      blockDelta(1, 'both 🌊.'),
      blockEnd(1),
      blockStart(2, toolCallBlock('toolu_01B', 'tide_table', '')),
      blockDelta(2, '{"harbour": "La'),
      blockDelta(2, 'gos", "days": [1, 2]}'),
      blockEnd(2),
      blockStart(3, toolCallBlock('toolu_01C', 'now', '')),
      blockEnd(3),
      messageEnd(finish('tool_use', 'tool_use'), { ...usage, output: 97, reasoning: 31 }, 'priority'),
    ]);
  });

  it('reads redacted thinking, server tools, citations and the stop sequence', () => {
    const events = run(fixture('web-search.stream.sse'));
    expect(grammarViolations(events)).toEqual([]);
    expect(events.slice(1, 5)).toEqual([
      blockStart(0, reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'EmwKAhgBEgy3va3pzix' })),
      blockEnd(0),
      blockStart(
        1,
        unknownBlock('anthropic-messages', {
          type: 'server_tool_use',
          id: 'srvtoolu_01',
          name: 'web_search',
          input: { query: 'high tide Lagos' },
        }),
      ),
      blockEnd(1),
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'block-end',
        index: 3,
        late: expect.objectContaining({ citations: [expect.objectContaining({ title: 'Tides' })] }),
      }),
    );
    expect(events.at(-1)).toEqual(
      messageEnd(
        finish('stop_sequence', 'stop_sequence', 'END'),
        { ...emptyUsage(), input: 40, cacheRead: 100, cacheWrite: 700, cacheWriteLong: 500, output: 55 },
        'batch',
      ),
    );
  });

  it('passes each delta at once', () => {
    const decoder = streamDecoder(recordingScope());
    expect(decoder.push(start)).toEqual([begun]);
    expect(decoder.push(event({ type: 'ping' }))).toEqual([]);
    expect(decoder.push(opened(0, { type: 'text', text: '' }))).toEqual([blockStart(0, textBlock(''))]);
    expect(decoder.push(text(0, 'a'))).toEqual([blockDelta(0, 'a')]);
    expect(decoder.push(closed(0))).toEqual([blockEnd(0)]);
    expect(decoder.push(endTurn)).toEqual([]);
    expect(decoder.push(stop)).toEqual([ended]);
    expect(decoder.finish()).toEqual([]);
  });

  it.each<[string, Frame[], StreamEvent[]]>([
    ['an empty answer', [], []],
    [
      'text in the start',
      [opened(0, { type: 'text', text: 'a' }), text(0, 'b'), closed(0)],
      [blockStart(0, textBlock('a')), blockDelta(0, 'b'), blockEnd(0)],
    ],
    [
      'empty deltas',
      [opened(0, { type: 'text' }), text(0, ''), delta(0, { type: 'text_delta' }), closed(0)],
      [blockStart(0, textBlock('')), blockEnd(0)],
    ],
    ['a delta without a start', [text(0, 'a'), closed(0)], [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0)]],
    [
      'deltas of every kind without a start',
      [
        delta(0, { type: 'thinking_delta', thinking: 't' }),
        delta(1, { type: 'input_json_delta', partial_json: '{}' }),
        delta(2, { type: 'signature_delta', signature: 's' }),
      ],
      [
        blockStart(0, reasoningBlock('')),
        blockDelta(0, 't'),
        blockStart(1, toolCallBlock('', '', '')),
        blockDelta(1, '{}'),
        blockStart(2, reasoningBlock('')),
        blockEnd(0),
        blockEnd(1),
        blockEnd(2, late({ signature: { origin: 'anthropic-messages', data: 's' } })),
      ],
    ],
    [
      'a start without a block',
      [opened(0, null as never), text(0, 'a'), closed(0)],
      [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0)],
    ],
    [
      'blocks that are never stopped',
      [opened(0, { type: 'text' }), opened(1, { type: 'thinking' })],
      [blockStart(0, textBlock('')), blockStart(1, reasoningBlock('')), blockEnd(0), blockEnd(1)],
    ],
    [
      'an index that starts twice',
      [opened(0, { type: 'text' }), opened(0, { type: 'text' })],
      [blockStart(0, textBlock('')), blockEnd(0), blockStart(1, textBlock('')), blockEnd(1)],
    ],
    [
      'indices with gaps',
      [opened(4, { type: 'text' }), closed(4), opened(9, { type: 'text' }), closed(9)],
      [blockStart(0, textBlock('')), blockEnd(0), blockStart(1, textBlock('')), blockEnd(1)],
    ],
    [
      'no index at all',
      [opened(undefined, { type: 'text' }), text(undefined, 'a'), closed(undefined)],
      [blockStart(0, textBlock('')), blockDelta(0, 'a'), blockEnd(0)],
    ],
    ['a stop without a start', [closed(7)], []],
    ['two starts', [start], []],
    [
      'unknown events, deltas and members',
      [
        event({ type: 'future', x: 1 }),
        opened(0, { type: 'text', text: '', mood: 1 }),
        delta(0, { type: 'mood_delta', mood: 2 }),
        closed(0),
      ],
      [blockStart(0, textBlock('')), blockEnd(0)],
    ],
    [
      'a delta of another kind than its block',
      [opened(0, { type: 'text' }), delta(0, { type: 'thinking_delta', thinking: 't' }), closed(0)],
      [blockStart(0, textBlock('')), blockEnd(0)],
    ],
    ['[DONE] and empty data', [frame('[DONE]'), frame('')], []],
    [
      'citations in the start and in deltas that are none',
      [opened(0, { type: 'text', text: '', citations: [] }), delta(0, { type: 'citations_delta', citation: 'x' }), closed(0)],
      [blockStart(0, textBlock('')), blockEnd(0)],
    ],
    [
      'a signature in two parts, and one in the start',
      [
        opened(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'signature_delta', signature: 'a' }),
        delta(0, { type: 'signature_delta', signature: 'b' }),
        closed(0),
        opened(1, { type: 'thinking', thinking: '', signature: 'plano.gemini.x' }),
        closed(1),
      ],
      [
        blockStart(0, reasoningBlock('')),
        blockEnd(0, late({ signature: { origin: 'anthropic-messages', data: 'ab' } })),
        blockStart(1, reasoningBlock('', { origin: 'gemini', data: 'x' })),
        blockEnd(1),
      ],
    ],
    [
      'unknown blocks that deltas complete',
      [
        opened(0, { type: 'compaction', content: null }),
        delta(0, { type: 'compaction_delta', content: 'short' }),
        closed(0),
        opened(1, { type: 'server_tool_use', input: {} }),
        delta(1, { type: 'input_json_delta', partial_json: '{"a"' }),
        closed(1),
        opened(2, { type: 'server_tool_use', input: { a: 1 } }),
        closed(2),
      ],
      [
        blockStart(0, unknownBlock('anthropic-messages', { type: 'compaction', content: 'short' })),
        blockEnd(0),
        blockStart(1, unknownBlock('anthropic-messages', { type: 'server_tool_use', input: '{"a"' })),
        blockEnd(1),
        blockStart(2, unknownBlock('anthropic-messages', { type: 'server_tool_use', input: { a: 1 } })),
        blockEnd(2),
      ],
    ],
  ])('tolerates %s', (_, frames, expected) => {
    const events = blocks(...frames);
    // Without a call of a tool the end is the same for all; with one the reason becomes tool_use.
    expect(events).toEqual(expected);
  });

  it('takes the input of a call from its start when no delta tells it', () => {
    const call = opened(0, { type: 'tool_use', id: 'a', name: 'n', input: { b: 1 } });
    expect(blocks(call, closed(0))).toEqual([blockStart(0, toolCallBlock('a', 'n', '')), blockDelta(0, '{"b":1}'), blockEnd(0)]);
    expect(blocks(call, delta(0, { type: 'input_json_delta', partial_json: '{"c":2}' }), closed(0))).toEqual([
      blockStart(0, toolCallBlock('a', 'n', '')),
      blockDelta(0, '{"c":2}'),
      blockEnd(0),
    ]);
  });

  it('takes the event name for a missing type, and starts without message_start', () => {
    const events = run([frame('{"index":0,"delta":{"type":"text_delta","text":"a"}}', 'content_block_delta'), endTurn, stop]);
    expect(events).toEqual([
      messageStart('', ''),
      blockStart(0, textBlock('')),
      blockDelta(0, 'a'),
      blockEnd(0),
      messageEnd(finish('stop', 'end_turn'), { ...emptyUsage(), output: 9 }),
    ]);
  });

  it.each<[string, JsonObject, object]>([
    ['only output tokens', { output_tokens: 9 }, { input: 5, cacheRead: 2, output: 9 }],
    [
      'null for what it does not say',
      { input_tokens: null, cache_read_input_tokens: null, output_tokens: 9 },
      { input: 5, cacheRead: 2, output: 9 },
    ],
    [
      'totals',
      { input_tokens: 50, cache_read_input_tokens: 20, cache_creation_input_tokens: 3, output_tokens: 9 },
      { input: 50, cacheRead: 20, cacheWrite: 3, output: 9 },
    ],
  ])('keeps earlier counts when message_delta has %s', (_, usage, expected) => {
    const events = run([start, done({ stop_reason: 'end_turn' }, usage), stop]);
    expect(events.at(-1)).toEqual(messageEnd(finish('stop', 'end_turn'), { ...emptyUsage(), ...expected }));
  });

  it.each<[string, Frame[], string[]]>([
    ['an event', [event({ type: 'hologram' }), event({ type: 'hologram' })], ['dropped hologram']],
    ['a delta', [opened(0, { type: 'text' }), delta(0, { type: 'hologram_delta' })], ['dropped hologram_delta']],
    ['no ping', [event({ type: 'ping' })], []],
  ])('reports once that %s is not known', (_name, frames, told) => {
    const scope = recordingScope();
    runMachine(streamDecoder(scope), [start, ...frames, endTurn, stop]);
    expect(scope.told()).toEqual(told);
  });

  it('infers tool_use from a call', () => {
    const events = run([start, opened(0, { type: 'tool_use', id: 'a', name: 'n', input: {} }), closed(0), endTurn, stop]);
    expect(events.at(-1)).toMatchObject({ finish: finish('tool_use', 'end_turn') });
  });

  it('is over at message_stop', () => {
    expect(run([start, endTurn, stop, text(0, 'late'), start, event({ type: 'error', error: {} })])).toEqual([begun, ended]);
  });

  it.each<[string, Frame, object]>([
    [
      'overload',
      event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' }),
      { kind: 'overloaded', status: 529, message: 'Overloaded', requestId: 'req_1' },
    ],
    ['a rate limit', event({ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } }), { kind: 'rate_limit', status: 429 }],
    [
      'an unknown error',
      event({ type: 'error', error: { type: 'odd_error', message: 'odd' } }),
      { kind: 'server', status: 500, code: 'odd_error' },
    ],
    ['an error without type', frame('{"error":{"message":"bare"}}'), { kind: 'server', message: 'bare' }],
    ['an error as text', frame('went wrong', 'error'), { kind: 'server', message: 'went wrong' }],
    ['broken JSON', frame('{"type":"content_block_del', 'content_block_delta'), { status: 502, code: 'upstream_stream_malformed' }],
    ['JSON that is no object', frame('5'), { status: 502, code: 'upstream_stream_malformed' }],
  ])('ends with %s', (_, failure, error) => {
    const events = run([start, opened(0, { type: 'text' }), failure, text(0, 'late'), endTurn, stop]);
    expect(events).toHaveLength(3);
    expect(events[2]).toMatchObject({ type: 'error', error });
    expect(grammarViolations(events)).toEqual([]);
  });

  it('calls a cut stream an error, unless its reason is known', () => {
    const cut = { type: 'error', error: { code: 'upstream_stream_truncated' } };
    expect(run([])).toMatchObject([cut]);
    expect(run([start, opened(0, { type: 'text' }), text(0, 'a')]).at(-1)).toMatchObject(cut);
    expect(run([start, done({ stop_reason: null })]).at(-1)).toMatchObject(cut);
    expect(run([start, endTurn])).toEqual([begun, ended]);
  });

  const mebi = 'x'.repeat(1024 * 1024);
  it.each<[string, Frame, Frame]>([
    [
      'the input of a server tool',
      opened(0, { type: 'server_tool_use', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: mebi }),
    ],
    ['an unknown block', opened(0, { type: 'compaction' }), delta(0, { type: 'compaction_delta', content: mebi })],
    ['a signature', opened(0, { type: 'thinking' }), delta(0, { type: 'signature_delta', signature: mebi })],
    ['citations', opened(0, { type: 'text' }), delta(0, { type: 'citations_delta', citation: { cited_text: mebi } })],
  ])('bounds what it holds: %s', (_, first, more) => {
    const decoder = streamDecoder(recordingScope());
    const made = [...decoder.push(first)];
    for (let i = 0; i < 20; i++) made.push(...decoder.push(more));
    expect(made.filter(({ type }) => type === 'error')).toMatchObject([{ error: { code: 'upstream_stream_malformed' } }]);
    expect(made.at(-1)?.type).toBe('error');
  });

  it('bounds blocks that are never stopped', () => {
    const decoder = streamDecoder(recordingScope());
    const made: StreamEvent[] = [];
    for (let i = 0; i < 20; i++) made.push(...decoder.push(opened(i, { type: 'text', text: mebi })));
    expect(made.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_stream_malformed' } });
    const orderly = streamDecoder(recordingScope());
    for (let i = 0; i < 20; i++) {
      orderly.push(opened(i, { type: 'text', text: mebi }));
      expect(orderly.push(closed(i))).toEqual([blockEnd(i)]);
    }
  });

  it('holds nothing for text, however long', () => {
    const decoder = streamDecoder(recordingScope());
    for (let i = 0; i < 20; i++) decoder.push(text(0, mebi));
    expect(decoder.push(text(0, 'a'))).toEqual([blockDelta(0, 'a')]);
  });
});
