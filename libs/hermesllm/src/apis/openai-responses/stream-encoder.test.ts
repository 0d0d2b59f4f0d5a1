import OpenAI from 'openai';
import { accumulateResponse } from 'openai/lib/responses/ResponseAccumulator';
import { describe, expect, it } from 'vitest';
import { runMachine } from '../../../test/support/run-machine.ts';
import type { JsonObject } from '../../codec.ts';
import { createScope } from '../../default-scope.ts';
import type { Frame } from '../../model/api.ts';
import type { Citation } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, refusalBlock, textBlock, toolCallBlock, unknownBlock } from '../../model/block.ts';
import { llmError } from '../../model/error.ts';
import type { LlmRequest } from '../../model/request.ts';
import { emptyRequest } from '../../model/request.ts';
import { finish } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { blockDelta, blockEnd, blockStart, messageEnd, messageStart, streamError } from '../../model/stream-event.ts';
import { emptyUsage } from '../../model/usage.ts';
import type { Warning } from '../../model/warning.ts';
import { unfoldResponse } from '../../model/unfold-response.ts';
import { sseText } from '../../framing/sse.ts';
import { openaiResponses } from './codec.ts';

const start = messageStart('resp_1', 'gpt-test', 1700000000);
const stop = messageEnd(finish('stop', 'stop'), { ...emptyUsage(), input: 3, output: 2 });

function testScope(warnings: Warning[] = []): ReturnType<typeof createScope> {
  const counts = new Map<string, number>();
  return createScope(warnings, {
    now: () => 1700000001000,
    newId: (prefix) => {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}${count}`;
    },
  });
}

const emptied = (): LlmRequest => emptyRequest('gpt-test', true, []);

const wanting = (): LlmRequest => ({
  ...emptied(),
  extensions: { api: 'openai-responses', fields: { include: ['reasoning.encrypted_content'] } },
});

interface Wire extends JsonObject {
  type: string;
  sequence_number: number;
}

function encode(events: readonly StreamEvent[], request = emptied(), warnings: Warning[] = []): Wire[] {
  const frames: Frame[] = runMachine(openaiResponses.streamEncoder(request, testScope(warnings)), events);
  return frames.map((frame) => {
    const wire = JSON.parse(frame.data) as Wire;
    expect(frame.event).toBe(wire.type);
    return wire;
  });
}

/** What the official client makes of the events; it throws where they break its rules. */
function accumulate(wire: readonly Wire[]): { output: JsonObject[]; [member: string]: unknown } {
  let snapshot: unknown;
  for (const event of wire) snapshot = accumulateResponse(event as never, snapshot as never);
  return JSON.parse(JSON.stringify(snapshot));
}

const types = (wire: readonly Wire[]): string[] => wire.map(({ type }) => type);

const terminal = (wire: readonly Wire[]): JsonObject & { output: JsonObject[] } => wire.at(-1)?.['response'] as never;

const conversations: [name: string, events: StreamEvent[], output: object[]][] = [
  [
    'text',
    [start, blockStart(0, textBlock('')), blockDelta(0, 'Bow'), blockDelta(0, 'line "\u2028"'), blockEnd(0), stop],
    [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Bowline "\u2028"', annotations: [] }],
      },
    ],
  ],
  [
    'two texts become one part, a refusal another',
    [
      start,
      blockStart(0, textBlock('Bow')),
      blockEnd(0),
      blockStart(1, textBlock('')),
      blockDelta(1, 'line'),
      blockEnd(1),
      blockStart(2, refusalBlock('')),
      blockDelta(2, 'No.'),
      blockEnd(2),
      stop,
    ],
    [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Bowline', annotations: [] },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
    ],
  ],
  [
    'reasoning, text and calls',
    [
      start,
      blockStart(0, reasoningBlock('', undefined, undefined, 'rs_9')),
      blockDelta(0, 'hm'),
      blockEnd(0),
      blockStart(1, textBlock('')),
      blockDelta(1, 'Let me see.'),
      blockEnd(1),
      blockStart(2, toolCallBlock('call_1', 'tide', '')),
      blockDelta(2, '{"a":'),
      blockDelta(2, '1}'),
      blockEnd(2),
      blockStart(3, toolCallBlock('call_2', 'now', '')),
      blockEnd(3),
      blockStart(4, toolCallBlock('call_3', 'patch', '*** ', true)),
      blockDelta(4, 'Begin'),
      blockEnd(4),
      messageEnd(finish('tool_use', 'tool_calls'), undefined),
    ],
    [
      { type: 'reasoning', id: 'rs_9', summary: [{ type: 'summary_text', text: 'hm' }] },
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Let me see.', annotations: [] }],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'tide', arguments: '{"a":1}', status: 'completed' },
      { type: 'function_call', id: 'fc_2', call_id: 'call_2', name: 'now', arguments: '{}', status: 'completed' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_3', name: 'patch', input: '*** Begin', status: 'completed' },
    ],
  ],
  [
    'an item of its own and an image',
    [
      start,
      blockStart(0, unknownBlock('openai-responses', { type: 'web_search_call', id: 'ws_1', status: 'completed' })),
      blockEnd(0),
      blockStart(1, mediaBlock('image', { type: 'base64', data: 'AA' }, { mediaType: 'image/png' })),
      blockDelta(1, 'BB'),
      blockEnd(1),
      stop,
    ],
    [
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'AABB' },
    ],
  ],
];

describe('the stream encoder', () => {
  it.each(conversations)('writes %s as the official client reads it', (_name, events, output) => {
    const wire = encode(events);
    expect(terminal(wire).output).toEqual(output);
    // The last event replaces the snapshot: the items must be right before it, too.
    expect(accumulate(wire.slice(0, -1)).output).toEqual(output);
    expect(accumulate(wire)['status']).toBe('completed');
  });

  it.each(conversations)('streams %s to the official client', async (_name, events, output) => {
    const frames = runMachine(openaiResponses.streamEncoder(emptied(), testScope()), events);
    const body = frames.map(sseText).join('');
    const answer = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    const client = new OpenAI({ apiKey: 'none', baseURL: 'http://127.0.0.1:9', fetch: () => Promise.resolve(answer), maxRetries: 0 });
    const final = await client.responses.stream({ model: 'gpt-test', input: 'hi' }).finalResponse();
    expect(final.output).toMatchObject(output);
    expect(final.status).toBe('completed');
  });

  it.each(conversations)('numbers the events of %s without gaps', (_name, events) => {
    const wire = encode(events);
    expect(wire.map(({ sequence_number }) => sequence_number)).toEqual(wire.map((_, index) => index));
  });

  it('writes the events of a message in the order of the specification', () => {
    expect(types(encode(conversations[0]?.[1] ?? []))).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it('closes an item before the next one opens, and gives each its index', () => {
    const wire = encode(conversations[2]?.[1] ?? []);
    let open: unknown;
    let expected = 0;
    for (const { type, output_index, item_id, item } of wire) {
      if (type === 'response.output_item.added') {
        expect(open).toBeUndefined();
        expect(output_index).toBe(expected++);
        open = (item as JsonObject)['id'];
      } else if (type === 'response.output_item.done') open = undefined;
      else if (item_id !== undefined) expect(item_id).toBe(open);
    }
    expect(expected).toBe(5);
  });

  it('makes delta frames that are what JSON.stringify would make', () => {
    const frames = runMachine(openaiResponses.streamEncoder(emptied(), testScope()), conversations[2]?.[1] ?? []);
    const deltas = frames.filter(({ event }) => event?.endsWith('.delta'));
    expect(deltas.length).toBe(7);
    for (const { data } of deltas) expect(data).toBe(JSON.stringify(JSON.parse(data)));
    expect(JSON.parse(deltas[1]?.data ?? '')).toEqual({
      type: 'response.output_text.delta',
      sequence_number: 10,
      item_id: 'msg_1',
      output_index: 1,
      content_index: 0,
      delta: 'Let me see.',
      logprobs: [],
    });
  });

  it('carries log-probabilities in the deltas, at the end of the part and in the answer', () => {
    const token = { token: 'A', logprob: -0.5, bytes: [65], alternatives: [{ token: 'B', logprob: -1, bytes: null }] };
    const wire = encode([start, blockStart(0, textBlock('')), blockDelta(0, 'A', [token]), blockEnd(0), stop]);
    const written = [{ token: 'A', logprob: -0.5, bytes: [65], top_logprobs: [{ token: 'B', logprob: -1, bytes: [] }] }];
    expect(wire.find(({ type }) => type === 'response.output_text.delta')?.['logprobs']).toEqual(written);
    expect(wire.find(({ type }) => type === 'response.output_text.done')?.['logprobs']).toEqual(written);
    expect(terminal(wire).output[0]?.['content']).toEqual([{ type: 'output_text', text: 'A', annotations: [], logprobs: written }]);
  });

  it('moves citations of a later text to their place in the part', () => {
    const citation: Citation = { url: 'https://t.example', title: 'T', citedText: 'x', start: 1, end: 2, native: undefined };
    const whole: Citation = { ...citation, start: undefined, end: undefined, title: undefined };
    const wire = encode([
      start,
      blockStart(0, textBlock('')),
      blockDelta(0, 'abc'),
      blockEnd(0),
      blockStart(1, textBlock('')),
      blockDelta(1, 'defg'),
      blockEnd(1, { signature: undefined, redacted: undefined, citations: [citation, whole] }),
      stop,
    ]);
    const annotations = [
      { type: 'url_citation', start_index: 4, end_index: 5, url: 'https://t.example', title: 'T' },
      { type: 'url_citation', start_index: 3, end_index: 7, url: 'https://t.example', title: '' },
    ];
    const added = wire.filter(({ type }) => type === 'response.output_text.annotation.added');
    expect(added.map(({ annotation }) => annotation)).toEqual(annotations);
    expect(added.map(({ annotation_index }) => annotation_index)).toEqual([0, 1]);
    expect(terminal(wire).output[0]?.['content']).toEqual([{ type: 'output_text', text: 'abcdefg', annotations }]);
    expect(accumulate(wire.slice(0, -1)).output).toEqual(terminal(wire).output);
  });

  it('seals foreign signatures for a client that asks for encrypted content', () => {
    const signature = { origin: 'anthropic-messages', data: 'c2ln' } as const;
    const events = [
      start,
      blockStart(0, reasoningBlock('')),
      blockDelta(0, 'hm'),
      blockEnd(0, { signature, redacted: undefined, citations: undefined }),
      blockStart(1, reasoningBlock('')),
      blockEnd(1, { signature: undefined, redacted: signature, citations: undefined }),
      blockStart(2, toolCallBlock('c', 'f', '{}')),
      blockEnd(2, { signature: { origin: 'gemini', data: 'dGhv' }, redacted: undefined, citations: undefined }),
      stop,
    ];
    const wire = encode(events, wanting());
    expect(terminal(wire).output.map(({ type, encrypted_content }) => [type, encrypted_content])).toEqual([
      ['reasoning', 'plano.anthropic-messages.c2ln'],
      ['reasoning', 'plano.anthropic-messages.c2ln'],
      ['function_call', undefined],
      ['reasoning', 'plano.previous.gemini.dGhv'],
    ]);
    expect(accumulate(wire.slice(0, -1)).output).toEqual(terminal(wire).output);

    const warnings: Warning[] = [];
    expect(terminal(encode(events, emptied(), warnings)).output.map(({ type }) => type)).toEqual(['reasoning', 'function_call']);
    expect(warnings.map(({ path }) => path)).toEqual(['blocks[0].signature', 'blocks[1].redacted', 'blocks[2].signature']);
  });

  it.each([
    ['length', 'incomplete', 'max_output_tokens'],
    ['context_window', 'incomplete', 'max_output_tokens'],
    ['content_filter', 'incomplete', 'content_filter'],
    ['refusal', 'incomplete', 'content_filter'],
    ['stop_sequence', 'completed', undefined],
    ['pause', 'completed', undefined],
    ['other', 'completed', undefined],
    ['malformed', 'failed', undefined],
  ] as const)('ends %s as %s', (reason, status, detail) => {
    const wire = encode([
      start,
      blockStart(0, textBlock('')),
      blockDelta(0, 'A'),
      blockEnd(0),
      messageEnd(finish(reason, 'raw'), undefined),
    ]);
    expect(wire.at(-1)?.type).toBe(`response.${status}`);
    const response = terminal(wire);
    expect(response['status']).toBe(status);
    expect((response['incomplete_details'] as JsonObject | null)?.['reason']).toBe(detail);
    expect(response.output[0]?.['status']).toBe(status === 'incomplete' ? 'incomplete' : 'completed');
    expect(response['error'] === null).toBe(status !== 'failed');
  });

  it('completes a refusal that has words', () => {
    const wire = encode([
      start,
      blockStart(0, refusalBlock('')),
      blockDelta(0, 'No'),
      blockEnd(0),
      messageEnd(finish('refusal', null), undefined),
    ]);
    expect(wire.at(-1)?.type).toBe('response.completed');
  });

  it('reports usage with both details, and the tier', () => {
    const usage = { ...emptyUsage(), input: 10, cacheRead: 5, cacheWrite: 2, output: 7, reasoning: 4 };
    const response = terminal(encode([start, messageEnd(finish('stop', null), usage, 'flex')]));
    expect(response['usage']).toEqual({
      input_tokens: 17,
      input_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 4 },
      total_tokens: 24,
    });
    expect(response['service_tier']).toBe('flex');
    expect(response.output).toEqual([]);
  });

  it('ends with an error event and a failed answer when the upstream fails', () => {
    const error = streamError(llmError('rate_limit', 'Slow down'));
    const wire = encode([start, blockStart(0, textBlock('')), blockDelta(0, 'A'), error, blockDelta(0, 'late'), stop]);
    expect(types(wire).slice(-3)).toEqual(['response.output_item.done', 'error', 'response.failed']);
    expect(terminal(wire)['output']).toMatchObject([{ type: 'message', status: 'incomplete' }]);
    expect(wire.at(-2)).toMatchObject({ code: 'rate_limit_exceeded', message: 'Slow down', param: null });
    expect(terminal(wire)['error']).toEqual({ code: 'rate_limit_exceeded', message: 'Slow down' });
  });

  it('starts an answer that fails before it began', () => {
    expect(types(encode([streamError(llmError('server', 'x'))]))).toEqual([
      'response.created',
      'response.in_progress',
      'error',
      'response.failed',
    ]);
  });

  it('leaves out further answers and blocks of other APIs, and says so', () => {
    const warnings: Warning[] = [];
    const wire = encode(
      [
        start,
        blockStart(0, textBlock(''), 1),
        blockDelta(0, 'B'),
        blockEnd(0),
        blockStart(1, unknownBlock('gemini', {})),
        blockEnd(1),
        blockStart(2, textBlock('')),
        blockDelta(2, 'A'),
        blockEnd(2),
        { type: 'choice-end', choice: 1, finish: finish('stop', null) },
        stop,
      ],
      emptied(),
      warnings,
    );
    expect(terminal(wire).output.map(({ content }) => content)).toEqual([[{ type: 'output_text', text: 'A', annotations: [] }]]);
    expect(warnings.map(({ path }) => path)).toEqual(['alternatives', 'blocks[1]']);
  });

  it('tells the same answer as encodeResponse', () => {
    for (const [, events] of conversations) {
      const streamed = terminal(encode(events));
      const decoded = openaiResponses.decodeResponse(streamed, testScope());
      const again = terminal(encode(unfoldResponse(decoded)));
      const whole = JSON.parse(JSON.stringify(openaiResponses.encodeResponse(decoded, emptied(), testScope())));
      expect(again).toEqual(whole);
    }
  });
});
