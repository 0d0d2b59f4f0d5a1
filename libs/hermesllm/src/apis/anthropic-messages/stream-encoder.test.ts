import { describe, expect, it } from 'vitest';
import { recordingScope } from '../../../test/support/recording-scope.ts';
import { runMachine } from '../../../test/support/run-machine.ts';
import { parseData } from '../../codec.ts';
import type { Frame } from '../../model/api.ts';
import type { Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { llmError } from '../../model/error.ts';
import { emptyRequest } from '../../model/request.ts';
import { finish } from '../../model/response.ts';
import type { LateFacts, StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import { streamEncoder } from './stream-encoder.ts';

const usage = { ...emptyUsage(), input: 5, cacheRead: 2, cacheWrite: 3, output: 9 };
const begin = messageStart('msg_1', 'm');
const end = messageEnd(finish('stop', 'stop'), usage);
const late = (members: Partial<LateFacts>): LateFacts => ({ signature: undefined, redacted: undefined, citations: undefined, ...members });

function run(events: readonly StreamEvent[]) {
  const scope = recordingScope();
  const frames = runMachine(streamEncoder(emptyRequest('asked', true, []), scope), events);
  for (const { event, data } of frames) expect((parseData(data) as { type: string }).type).toBe(event);
  return { wire: frames.map(({ data }) => parseData(data)), frames, told: scope.told() };
}
/** What stands between the start and the end of the message. */
const content = (...events: StreamEvent[]) => {
  const { wire, told } = run([begin, ...events, end]);
  return { wire: wire.slice(1, -2), told };
};
const start = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, members: object) => ({ type: 'content_block_delta', index, delta: members });
const stop = (index: number) => ({ type: 'content_block_stop', index });
const foreign = { origin: 'gemini', data: 'sig' } as const;

describe('streamEncoder', () => {
  it('writes the envelope with all members', () => {
    expect(run([messageStart('chatcmpl-1', '', 5, { ...usage, output: 0, reasoning: 1 }, 'priority'), end]).wire).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_chatcmpl-1',
          type: 'message',
          role: 'assistant',
          model: 'asked',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          container: null,
          diagnostics: null,
          usage: {
            input_tokens: 5,
            cache_creation_input_tokens: 3,
            cache_read_input_tokens: 2,
            cache_creation: null,
            output_tokens: 0,
            output_tokens_details: null,
            server_tool_use: null,
            service_tier: 'priority',
            inference_geo: null,
            speed: null,
          },
        },
      },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, container: null },
        usage: {
          input_tokens: 5,
          cache_creation_input_tokens: 3,
          cache_read_input_tokens: 2,
          output_tokens: 9,
          output_tokens_details: null,
          server_tool_use: null,
        },
      },
      { type: 'message_stop' },
    ]);
  });

  it.each([
    [undefined, 'default', []],
    ['priority', 'priority', []],
    [undefined, 'priority', ['dropped serviceTier']],
    [undefined, 'flex', ['dropped serviceTier']],
  ])('reports a tier that is told too late: %s, then %s', (first, last, told) => {
    expect(run([messageStart('msg_1', 'm', 5, usage, first), messageEnd(finish('stop', 'stop'), usage, last)]).told).toEqual(told);
  });

  it('ends with the usage of the start when the end has none', () => {
    const { wire } = run([messageStart('msg_1', 'm', undefined, usage), messageEnd(finish('stop_sequence', 'x', 'END'), undefined)]);
    expect(wire[1]).toMatchObject({
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      usage: { input_tokens: 5, output_tokens: 9 },
    });
    expect(run([begin, messageEnd(finish('stop', 'x'), undefined)]).wire[1]).toMatchObject({
      usage: { input_tokens: 0, output_tokens: 0 },
    });
  });

  it('writes text, thinking and calls one after another', () => {
    const signature = { origin: 'anthropic-messages', data: 's' } as const;
    const { wire, told } = content(
      blockStart(0, reasoningBlock('')),
      blockDelta(0, 'hm'),
      blockEnd(0, late({ signature })),
      blockStart(1, textBlock('A')),
      blockDelta(1, ' b "\u2028\ud83d\ude00'),
      blockEnd(1),
      blockStart(2, toolCallBlock('t', 'n', '')),
      blockDelta(2, '{"a":'),
      blockDelta(2, '1}'),
      blockEnd(2),
      blockStart(3, toolCallBlock('u', 'n', '')),
      blockEnd(3),
    );
    expect(wire).toEqual([
      start(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 's' }),
      stop(0),
      start(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'A' }),
      delta(1, { type: 'text_delta', text: ' b "\u2028\ud83d\ude00' }),
      stop(1),
      start(2, { type: 'tool_use', id: 't', name: 'n', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '{"a":' }),
      delta(2, { type: 'input_json_delta', partial_json: '1}' }),
      stop(2),
      start(3, { type: 'tool_use', id: 'u', name: 'n', input: {} }),
      stop(3),
    ]);
    expect(told).toEqual([]);
  });

  it('writes deltas as JSON.stringify would', () => {
    const texts = ['plain', '', '"\\\n\u0000\u2028', '\ud800', '東京 😀'];
    const kinds = [
      { block: textBlock(''), type: 'text_delta', member: 'text' },
      { block: reasoningBlock(''), type: 'thinking_delta', member: 'thinking' },
      { block: toolCallBlock('a', 'n', ''), type: 'input_json_delta', member: 'partial_json' },
    ];
    for (const { block, type, member } of kinds) {
      const { frames } = run([begin, blockStart(0, block), ...texts.map((text) => blockDelta(0, text)), blockEnd(0), end]);
      const deltas = frames.filter(({ event }) => event === 'content_block_delta');
      expect(deltas).toEqual(
        texts
          .filter((text) => text !== '')
          .map(
            (text): Frame => ({
              event: 'content_block_delta',
              data: JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type, [member]: text } }),
              headers: undefined,
            }),
          ),
      );
    }
  });

  const cite = (url: string | undefined): Citation => ({
    url,
    title: undefined,
    citedText: 'c',
    start: undefined,
    end: undefined,
    native: undefined,
  });
  it.each<[string, StreamEvent[], object[], string[]]>([
    [
      'thinking without any text',
      [blockStart(0, reasoningBlock('')), blockEnd(0)],
      [start(0, { type: 'thinking', thinking: '', signature: '' }), stop(0)],
      [],
    ],
    [
      'a foreign signature',
      [blockStart(0, reasoningBlock('t', foreign)), blockEnd(0)],
      [
        start(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 't' }),
        delta(0, { type: 'signature_delta', signature: 'plano.gemini.sig' }),
        stop(0),
      ],
      [],
    ],
    [
      'redacted thinking',
      [blockStart(0, reasoningBlock('', undefined, { origin: 'anthropic-messages', data: 'r' })), blockEnd(0)],
      [start(0, { type: 'redacted_thinking', data: 'r' }), stop(0)],
      [],
    ],
    [
      'thinking that turns out to be redacted',
      [blockStart(0, reasoningBlock('')), blockEnd(0, late({ redacted: foreign }))],
      [start(0, { type: 'redacted_thinking', data: 'plano.gemini.sig' }), stop(0)],
      [],
    ],
    [
      'a summary of redacted thinking, and what follows',
      [
        blockStart(0, reasoningBlock('')),
        blockDelta(0, 't'),
        blockEnd(0, late({ redacted: foreign })),
        blockStart(1, textBlock('')),
        blockEnd(1),
      ],
      [
        start(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 't' }),
        stop(0),
        start(1, { type: 'redacted_thinking', data: 'plano.gemini.sig' }),
        stop(1),
        start(2, { type: 'text', text: '' }),
        stop(2),
      ],
      [],
    ],
    [
      'a signed call',
      [blockStart(0, toolCallBlock('a', 'n', '')), blockEnd(0, late({ signature: foreign }))],
      [
        start(0, { type: 'tool_use', id: 'a', name: 'n', input: {} }),
        stop(0),
        start(1, { type: 'redacted_thinking', data: 'plano-previous:plano.gemini.sig' }),
        stop(1),
      ],
      [],
    ],
    [
      'signed text',
      [blockStart(0, textBlock('')), blockEnd(0, late({ signature: foreign }))],
      [start(0, { type: 'text', text: '' }), stop(0)],
      ['dropped blocks[0].signature'],
    ],
    [
      'citations',
      [
        blockStart(0, textBlock('', undefined, [cite('u')])),
        blockDelta(0, 'a'),
        blockEnd(
          0,
          late({ citations: [cite(undefined), { ...cite('v'), native: { api: 'anthropic-messages', value: { type: 'page_location' } } }] }),
        ),
      ],
      [
        start(0, { type: 'text', text: '' }),
        delta(0, { type: 'text_delta', text: 'a' }),
        delta(0, {
          type: 'citations_delta',
          citation: { type: 'web_search_result_location', url: 'u', title: null, cited_text: 'c', encrypted_index: '' },
        }),
        delta(0, { type: 'citations_delta', citation: { type: 'page_location' } }),
        stop(0),
      ],
      ['dropped blocks[0].citations'],
    ],
    [
      'the text of a custom tool',
      [blockStart(0, toolCallBlock('a', 'n', 'x"', true)), blockDelta(0, 'y\n'), blockEnd(0)],
      [
        start(0, { type: 'tool_use', id: 'a', name: 'n', input: {} }),
        delta(0, { type: 'input_json_delta', partial_json: '{"input":"' }),
        delta(0, { type: 'input_json_delta', partial_json: 'x\\"' }),
        delta(0, { type: 'input_json_delta', partial_json: 'y\\n' }),
        delta(0, { type: 'input_json_delta', partial_json: '"}' }),
        stop(0),
      ],
      [],
    ],
    [
      'a server tool of its own',
      [blockStart(0, unknownBlock('anthropic-messages', { type: 'server_tool_use', id: 's', input: { q: 1 } })), blockEnd(0)],
      [start(0, { type: 'server_tool_use', id: 's', input: {} }), delta(0, { type: 'input_json_delta', partial_json: '{"q":1}' }), stop(0)],
      [],
    ],
    [
      'a result of its own',
      [blockStart(0, unknownBlock('anthropic-messages', { type: 'web_search_tool_result' })), blockEnd(0)],
      [start(0, { type: 'web_search_tool_result' }), stop(0)],
      [],
    ],
    [
      'what others have, without an index',
      [
        blockStart(0, unknownBlock('gemini', {})),
        blockEnd(0),
        blockStart(1, mediaBlock('audio', { type: 'base64', data: '' })),
        blockDelta(1, 'AAAA'),
        blockEnd(1),
        blockStart(2, textBlock('')),
        blockDelta(2, 'x'),
        blockEnd(2),
      ],
      [start(0, { type: 'text', text: '' }), delta(0, { type: 'text_delta', text: 'x' }), stop(0)],
      ['dropped blocks[0]', 'dropped blocks[1]'],
    ],
    [
      'only the first answer',
      [
        blockStart(0, textBlock(''), 1),
        blockDelta(0, 'no'),
        blockEnd(0),
        { type: 'choice-end', choice: 1, finish: finish('stop', null) },
        blockStart(1, textBlock('')),
        blockDelta(1, 'yes'),
        blockEnd(1),
        blockStart(2, textBlock('no'), 2),
        blockEnd(2),
        { type: 'choice-end', choice: 2, finish: finish('stop', null) },
      ],
      [start(0, { type: 'text', text: '' }), delta(0, { type: 'text_delta', text: 'yes' }), stop(0)],
      ['dropped alternatives'],
    ],
    [
      'no log-probabilities',
      [blockStart(0, textBlock('')), blockDelta(0, 'a', []), blockDelta(0, 'b', []), blockEnd(0)],
      [
        start(0, { type: 'text', text: '' }),
        delta(0, { type: 'text_delta', text: 'a' }),
        delta(0, { type: 'text_delta', text: 'b' }),
        stop(0),
      ],
      ['dropped logprobs'],
    ],
  ])('writes %s', (_, events, wire, told) => {
    expect(content(...events)).toEqual({ wire, told });
  });

  it('calls a refusal a refusal', () => {
    const { wire } = run([begin, blockStart(0, refusalBlock('')), blockDelta(0, 'No.'), blockEnd(0), end]);
    expect(wire.slice(1, -2)).toEqual([start(0, { type: 'text', text: '' }), delta(0, { type: 'text_delta', text: 'No.' }), stop(0)]);
    expect(wire.at(-2)).toMatchObject({ delta: { stop_reason: 'refusal' } });
  });

  it('counts thinking tokens where there was thinking', () => {
    const thought = messageEnd(finish('stop', 'stop'), { ...usage, reasoning: 4 });
    expect(run([begin, blockStart(0, reasoningBlock('t')), blockEnd(0), thought]).wire.at(-2)).toMatchObject({
      usage: { output_tokens_details: { thinking_tokens: 4 } },
    });
    expect(run([begin, thought])).toMatchObject({ told: ['dropped usage.reasoning'] });
  });

  it('closes a block that was left open', () => {
    expect(content(blockStart(0, textBlock('a'))).wire.at(-1)).toEqual(stop(0));
  });

  it('ends with an error event, and says nothing after an end', () => {
    const failed = run([
      begin,
      blockStart(0, textBlock('a')),
      streamError(llmError('overloaded', 'busy', { status: 529, requestId: 'req_1' })),
      blockEnd(0),
      end,
    ]);
    expect(failed.wire.slice(3)).toEqual([{ type: 'error', error: { type: 'overloaded_error', message: 'busy' }, request_id: 'req_1' }]);
    expect(run([begin, end, end, blockStart(0, textBlock('a'))]).wire).toHaveLength(3);
    expect(run([streamError(llmError('server', 'x'))]).wire).toHaveLength(1);
  });
});
