import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runMachine } from '../../../test/support/run-machine.ts';
import { grammarViolations } from '../../../test/support/stream-grammar.ts';
import type { JsonObject } from '../../codec.ts';
import { frame } from '../../codec.ts';
import { createScope } from '../../default-scope.ts';
import { sseDecoder } from '../../framing/sse.ts';
import type { Frame } from '../../model/api.ts';
import { foldStream } from '../../model/fold-stream.ts';
import type { LlmResponse } from '../../model/response.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import type { Warning } from '../../model/warning.ts';
import { openaiResponses } from './codec.ts';

const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8');

const framesOf = (text: string): Frame[] => runMachine(sseDecoder(), [text]);

const toolTurn = framesOf(fixture('tool-turn.stream.sse'));

function decode(frames: readonly Frame[], warnings: Warning[] = []): StreamEvent[] {
  return runMachine(openaiResponses.streamDecoder(createScope(warnings)), frames);
}

const wire = (type: string, members: object = {}): Frame => frame(JSON.stringify({ type, ...members }), type);

const created = wire('response.created', { response: { id: 'resp_1', model: 'm', created_at: 5, service_tier: 'auto' } });
const completed = (output: object[] = [], members: object = {}): Frame =>
  wire('response.completed', { response: { id: 'resp_1', status: 'completed', output, ...members } });

const textItem = (text: string): object => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
});

/** The blocks of a stream, which must be legal and end well. */
function blocksOf(frames: readonly Frame[]): LlmResponse['blocks'] {
  const events = decode(frames);
  expect(grammarViolations(events)).toEqual([]);
  const { response, error } = foldStream(events);
  expect(error).toBeUndefined();
  return response.blocks;
}

describe('the stream decoder', () => {
  it('folds to what the whole answer decodes to', () => {
    const events = decode(toolTurn);
    expect(grammarViolations(events)).toEqual([]);
    const whole = openaiResponses.decodeResponse(JSON.parse(fixture('tool-turn.response.json')), createScope([]));
    expect(foldStream(events).response).toEqual(whole);
    expect(whole.blocks.map(({ type }) => type)).toEqual(['reasoning', 'unknown', 'text', 'tool-call', 'tool-call']);
  });

  it('takes the tier that was wished for as none, and the one that served from the end', () => {
    const [start, end] = decode([created, completed([], { service_tier: 'default' })]);
    expect(start).toMatchObject({ type: 'message-start', serviceTier: undefined });
    expect(end).toMatchObject({ type: 'message-end', serviceTier: 'default' });
    const priority = wire('response.created', { response: { service_tier: 'priority' } });
    expect(decode([priority])[0]).toMatchObject({ serviceTier: 'priority' });
  });

  it('hands on deltas at once', () => {
    const decoder = openaiResponses.streamDecoder(createScope([]));
    const per = toolTurn.map((one) => [one.event, decoder.push(one)] as const);
    const texts = per.filter(([event]) => event?.endsWith('.delta')).map(([, events]) => events.at(-1));
    expect(texts.map((event) => (event?.type === 'block-delta' ? event.text : event?.type))).toEqual([
      'First ',
      'thought.',
      '\n\nSecond',
      ' thought.',
      'High',
      ' at 4.',
      '{"harbour":',
      '"Lagos"}',
      '*** Begin\n',
      '+x',
    ]);
  });

  it.each<[name: string, drop: RegExp]>([
    ['the deltas', /\.delta$/],
    ['the deltas and the ends of parts', /\.delta$|part\.done$|_text\.done$|arguments\.done$|input\.done$/],
    ['the starts of items', /\.added$/],
    ['all but the last event', /^(?!response\.completed)/],
    ['the first events', /created$|in_progress$/],
  ])('reads the same blocks without %s', (_name, drop) => {
    const whole = openaiResponses.decodeResponse(JSON.parse(fixture('tool-turn.response.json')), createScope([]));
    expect(blocksOf(toolTurn.filter(({ event }) => !drop.test(event ?? '')))).toEqual(whole.blocks);
  });

  it.each([/output_item\.done$/, /\.done$/])('without %s tells items of other tools last, where they are known to be done', (drop) => {
    const { blocks } = openaiResponses.decodeResponse(JSON.parse(fixture('tool-turn.response.json')), createScope([]));
    const search = blocks.filter(({ type }) => type === 'unknown');
    const rest = blocks.filter(({ type }) => type !== 'unknown');
    expect(search.length).toBe(1);
    expect(blocksOf(toolTurn.filter(({ event }) => !drop.test(event ?? '')))).toEqual([...rest, ...search]);
  });

  it('is a legal stream with an error wherever it is cut', () => {
    for (let length = 0; length < toolTurn.length; length++) {
      const events = decode(toolTurn.slice(0, length));
      expect(grammarViolations(events)).toEqual([]);
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_stream_truncated' } });
    }
  });

  it('stays legal when events are lost, doubled or swapped', () => {
    for (let at = 0; at < toolTurn.length; at++) {
      const one = toolTurn[at] as Frame;
      const swapped = [...toolTurn.slice(0, at), ...toolTurn.slice(at + 1, at + 2), one, ...toolTurn.slice(at + 2)];
      for (const frames of [toolTurn.toSpliced(at, 1), toolTurn.toSpliced(at, 0, one), swapped]) {
        const events = decode(frames);
        expect(grammarViolations(events)).toEqual([]);
      }
    }
  });

  it.each<[name: string, garbage: Frame]>([
    ['a null', frame('null')],
    ['an array', frame('[]', 'response.output_text.delta')],
    ['half of an object', frame('{"type":')],
    ['text', frame('gateway timeout')],
  ])('ends with an error at %s', (_name, garbage) => {
    const events = decode([created, garbage, completed([textItem('x')])]);
    expect(grammarViolations(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { status: 502, code: 'upstream_stream_malformed' } });
  });

  it('takes members of the wrong type as absent', () => {
    const odd = ['response.output_item.added', 'response.output_item.done', 'response.output_text.delta', 'response.content_part.done'];
    const frames = odd.flatMap((type) => [
      wire(type),
      wire(type, { output_index: 'x', item: 4, part: 'p', delta: {}, content_index: null }),
      wire(type, { output_index: 0, item: { type: 7 }, part: {}, delta: 1 }),
    ]);
    const events = decode([...frames, wire('response.completed', { response: 'none' })]);
    expect(grammarViolations(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'message-end', finish: { reason: 'stop' } });
  });

  it('adds only what the deltas did not say', () => {
    const delta = wire('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Hel' });
    const done = wire('response.output_text.done', { item_id: 'msg_1', output_index: 0, content_index: 0, text: 'Hello' });
    const texts = decode([created, delta, done, completed([textItem('Hello!')])]).filter(({ type }) => type === 'block-delta');
    expect(texts.map((event) => (event as { text: string }).text)).toEqual(['Hel', 'lo', '!']);
  });

  it('lets a call wait for its name', () => {
    const delta = (text: string): Frame =>
      wire('response.function_call_arguments.delta', { item_id: 'fc_1', output_index: 0, delta: text });
    const item = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}' };
    const frames = [created, delta('{"a"'), delta(':1}'), wire('response.output_item.done', { output_index: 0, item }), completed()];
    expect(blocksOf(frames)).toMatchObject([{ type: 'tool-call', id: 'call_1', name: 'f', input: '{"a":1}' }]);
  });

  it('keeps interleaved calls apart', () => {
    const added = (index: number): Frame =>
      wire('response.output_item.added', {
        output_index: index,
        item: { type: 'function_call', id: `fc_${index}`, call_id: `call_${index}`, name: 'f', arguments: '' },
      });
    const delta = (index: number, text: string): Frame =>
      wire('response.function_call_arguments.delta', { item_id: `fc_${index}`, output_index: index, delta: text });
    const frames = [created, added(0), added(1), delta(0, '{"a"'), delta(1, '{"b"'), delta(0, ':1}'), delta(1, ':2}'), completed()];
    expect(blocksOf(frames).map((block) => (block.type === 'tool-call' ? block.input : ''))).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('makes a block of each part of a message', () => {
    const part = (index: number): object => ({ item_id: 'msg_1', output_index: 0, content_index: index });
    const frames = [
      created,
      wire('response.output_text.delta', { ...part(0), delta: 'A' }),
      wire('response.refusal.delta', { ...part(1), delta: 'No' }),
      wire('response.refusal.done', { ...part(1), refusal: 'No.' }),
      completed(),
    ];
    expect(blocksOf(frames)).toMatchObject([
      { type: 'text', text: 'A' },
      { type: 'refusal', text: 'No.' },
    ]);
    expect(foldStream(decode(frames)).response.finish.reason).toBe('refusal');
  });

  it('reads log-probabilities, once', () => {
    const logprobs = [{ token: 'A', logprob: -0.1, top_logprobs: [] }];
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const delta = wire('response.output_text.delta', { ...place, delta: 'A', logprobs });
    const bare = wire('response.output_text.delta', { ...place, delta: 'A', logprobs: [] });
    const done = wire('response.output_text.done', { ...place, text: 'A', logprobs });
    const tokens = [{ token: 'A', logprob: -0.1, bytes: null, alternatives: [] }];
    expect(foldStream(decode([created, delta, done, completed()])).response.logprobs).toEqual(tokens);
    expect(foldStream(decode([created, bare, done, completed()])).response.logprobs).toEqual(tokens);
  });

  it('tells redacted reasoning from signed reasoning', () => {
    const item = (members: object): Frame =>
      wire('response.output_item.done', { output_index: 0, item: { type: 'reasoning', id: 'rs_1', ...members } });
    const signature = { origin: 'openai-responses', data: 'rs_1.gA' };
    expect(blocksOf([created, item({ summary: [], encrypted_content: 'gA' }), completed()])).toMatchObject([
      { text: '', redacted: signature },
    ]);
    expect(
      blocksOf([created, item({ summary: [{ type: 'summary_text', text: 't' }], encrypted_content: 'gA' }), completed()]),
    ).toMatchObject([{ text: 't', signature, redacted: undefined }]);
    expect(blocksOf([created, item({ summary: [] }), completed()])).toEqual([]);
  });

  it.each<[name: string, last: Frame, expected: object]>([
    [
      'incomplete',
      wire('response.incomplete', { response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } } }),
      { type: 'message-end', finish: { reason: 'length', raw: 'max_output_tokens' } },
    ],
    [
      'incomplete without a status',
      wire('response.incomplete', { response: { incomplete_details: { reason: 'content_filter' } } }),
      { type: 'message-end', finish: { reason: 'content_filter' } },
    ],
    [
      'failed',
      wire('response.failed', { response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow' } } }),
      { type: 'error', error: { kind: 'rate_limit', status: 429, message: 'Slow', code: 'rate_limit_exceeded' } },
    ],
    [
      'error',
      wire('error', { code: 'server_error', message: 'Broken', param: null, sequence_number: 3 }),
      { type: 'error', error: { kind: 'server', message: 'Broken', code: 'server_error' } },
    ],
    [
      'error, nested',
      wire('error', { error: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'Long', param: 'input' } }),
      { type: 'error', error: { kind: 'invalid_request', status: 400, message: 'Long', param: 'input' } },
    ],
    ['an error without a type', frame('{"error":{"message":"x"}}'), { type: 'error', error: { kind: 'server', message: 'x' } }],
    ['an error that is text', frame('oops', 'error'), { type: 'error', error: { message: 'oops' } }],
  ])('ends with %s', (_name, last, expected) => {
    const events = decode([created, last, wire('response.output_text.delta', { delta: 'late' }), frame('[DONE]')]);
    expect(grammarViolations(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject(expected);
  });

  it('reports events that it does not know, once', () => {
    const warnings: Warning[] = [];
    decode([created, wire('response.hologram.delta'), wire('response.hologram.done'), wire('keepalive'), completed()], warnings);
    expect(warnings).toEqual([{ type: 'dropped', path: 'response.hologram.delta', reason: 'This stream event is not known here' }]);
    const quiet: Warning[] = [];
    decode(toolTurn, quiet);
    expect(quiet).toEqual([]);
  });

  it('bounds what it holds', () => {
    const big = 'x'.repeat(1024 * 1024);
    const delta = wire('response.function_call_arguments.delta', { output_index: 0, delta: big } satisfies JsonObject);
    const events = decode([created, ...Array.from({ length: 20 }, () => delta)]);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'upstream_stream_malformed' } });
  });
});
