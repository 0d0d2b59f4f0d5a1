import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut } from '../test/support/chunks.ts';
import { runMachine, textOf } from '../test/support/run-machine.ts';
import { anthropicMessages } from './apis/anthropic-messages/codec.ts';
import { bedrockConverse } from './apis/bedrock-converse/codec.ts';
import { gemini } from './apis/gemini/codec.ts';
import { openaiResponses } from './apis/openai-responses/codec.ts';
import { encodeAwsFrame } from './framing/aws-event-stream.ts';
import { llmError } from './model/error.ts';
import { createTranslator } from './translate.ts';

const { translateRequest, translateStream } = createTranslator([anthropicMessages, bedrockConverse, gemini, openaiResponses]);
const body = '{"model":"claude","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}';
const start = () => translateStream(translateRequest(body, { client: 'anthropic-messages', upstream: 'anthropic-messages' }));

const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
const delta = (text: string): string => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
const opening =
  event('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-x',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 7, output_tokens: 1 },
    },
  }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
const closing =
  event('content_block_stop', { index: 0 }) +
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } }) +
  event('message_stop', {});
const whole = `: hello\n\n${opening}${event('ping', {})}${delta('é東😀')}${event('brand_new_event', { x: 1 })}${closing}`;

const run = (text: string, sizes: readonly number[] = []): { out: string; facts: ReturnType<ReturnType<typeof start>['facts']> } => {
  const stream = start();
  const out = textOf(runMachine(stream, cut(Buffer.from(text), sizes)));
  return { out, facts: stream.facts() };
};
const errorAtEnd = (out: string): unknown => JSON.parse(out.slice(out.lastIndexOf('data: ') + 6));

describe('a stream between equal APIs', () => {
  it('passes byte for byte, for any split and any line ends', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 })), fc.constantFrom('\n', '\r\n', '\r'), (sizes, lineEnd) => {
        const text = whole.replaceAll('\n', lineEnd);
        expect(run(text, sizes).out).toBe(text);
      }),
    );
  });

  it('says of an answer that a client has left whether it was whole, and what it was', () => {
    const stream = start();
    stream.push(Buffer.from(whole));
    expect([stream.whole(), stream.facts()]).toMatchObject([true, { usage: { input: 7, output: 5 }, finish: { reason: 'stop' } }]);
    const cut = start();
    cut.push(Buffer.from(whole.slice(0, whole.indexOf('event: message_stop'))));
    expect([cut.whole(), cut.facts().error]).toEqual([false, undefined]);
    const none = start();
    expect([none.whole(), none.facts().error]).toEqual([false, undefined]);
  });

  it('tells usage, model and finish from its first and last events', () => {
    expect(run(whole, [10, 100]).facts).toMatchObject({
      model: 'claude-x',
      usage: { input: 7, output: 5 },
      finish: { reason: 'stop', raw: 'end_turn' },
      error: undefined,
    });
  });

  it('tells them from a long stream too, of which it keeps the ends only', () => {
    const stream = start();
    stream.push(Buffer.from(opening));
    for (let i = 0; i < 3000; i++) stream.push(Buffer.from(delta('word '.repeat(20))));
    stream.push(Buffer.from(closing));
    expect(stream.finish()).toEqual([]);
    expect(stream.facts()).toMatchObject({ usage: { input: 7, output: 5 }, finish: { reason: 'stop' } });
  });

  it('knows the end of a last event that is longer than what it keeps, in pieces', () => {
    const long = event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 }, padding: 'x'.repeat(100_000) });
    const stream = start();
    const text = opening + delta('a') + long + event('message_stop', {}).trimEnd();
    const out = textOf(runMachine(stream, cut(Buffer.from(text), new Array<number>(20).fill(7000))));
    expect(out).toBe(`${text}\n\n`);
    expect(stream.facts()).toMatchObject({ usage: { input: 7, output: 5 }, error: undefined });
  });

  it.each([
    ['in the middle of an event', opening + delta('a') + delta('b').slice(0, 60)],
    ['between events', opening + delta('a')],
    ['at once', ''],
  ])('that is cut %s ends with an error event', (_name, text) => {
    const { out, facts } = run(text, [33, 50]);
    const complete = text.slice(0, text.lastIndexOf('\n\n') === -1 ? 0 : text.lastIndexOf('\n\n') + 2);
    expect(out.startsWith(complete)).toBe(true);
    expect(out.slice(complete.length)).toMatch(/^event: error\ndata: \{.*\}\n\n$/);
    expect(errorAtEnd(out)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect(facts.error?.code).toBe('upstream_stream_truncated');
  });

  it('gets the closing event that the upstream left out', () => {
    expect(run(whole.slice(0, whole.lastIndexOf('event:'))).out).toBe(whole);
  });

  it('gives a last event its missing blank line', () => {
    expect(run(whole.slice(0, -1)).out).toBe(`${whole.slice(0, -1)}\n\n`);
    expect(run(whole.slice(0, -2)).out).toBe(whole);
  });

  it("adds nothing to an upstream's own error", () => {
    const text = opening + event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
    const { out, facts } = run(text);
    expect(out).toBe(text);
    expect(facts.error).toMatchObject({ kind: 'overloaded', message: 'Overloaded' });
  });

  it('ends with an error when an event is larger than the limit', () => {
    const translated = translateRequest(body, { client: 'anthropic-messages', upstream: 'anthropic-messages' }, { eventLimit: 100 });
    const stream = translateStream(translated);
    const out = textOf(runMachine(stream, [Buffer.from(`data: ${'x'.repeat(60)}`), Buffer.from('y'.repeat(60)), Buffer.from('z')]));
    expect(errorAtEnd(out)).toMatchObject({ type: 'error' });
    expect(stream.facts().error?.code).toBe('stream_event_too_large');
  });

  it('ends with the error that the host saw', () => {
    const stream = start();
    stream.push(Buffer.from(opening));
    const out = textOf(
      stream.fail({ kind: 'timeout', status: 504, message: 'too slow', code: 'upstream_timeout', param: undefined, requestId: undefined }),
    );
    expect(errorAtEnd(out)).toMatchObject({ type: 'error', error: { message: 'too slow' } });
    expect(stream.finish()).toEqual([]);
  });
});

describe('a stream between equal APIs that ends in garbage', () => {
  it.each(['event: content_block_delta\ndata: {{{\n\n', 'data: <html>\n\n'])('gets an error event after it: %j', (garbage) => {
    const { out, facts } = run(`${opening}${delta('a')}${garbage}`);
    expect(out.startsWith(`${opening}${delta('a')}${garbage}`)).toBe(true);
    expect(errorAtEnd(out)).toMatchObject({ type: 'error' });
    expect(facts.error?.code).toBe('upstream_stream_malformed');
  });
  it('passes as it is when only something before its end cannot be read', () => {
    const text = `${opening}data: {{{\n\n${delta('a')}${closing}`;
    expect(run(text).out).toBe(text);
  });
});

describe('a stream of the Responses API that is cut', () => {
  const route = { client: 'openai-responses', upstream: 'openai-responses' } as const;
  const response = () => translateStream(translateRequest('{"model":"m","input":"Hi","stream":true}', route));
  const numbers = (out: string): number[] => [...out.matchAll(/"sequence_number":(\d+)/g)].map(([, digits]) => Number(digits));
  const events = ['created', 'in_progress', 'output_item.added', 'content_part.added', 'output_text.delta'];
  const begun = events.map((name, n) => event(`response.${name}`, { sequence_number: n, response: { id: 'resp_1' } })).join('');

  it.each([begun, begun.slice(0, -1), `${begun}event: response.output_text.delta\ndata: {"type":"respon`])(
    'goes on counting: %#',
    (text) => {
      const out = textOf(runMachine(response(), cut(Buffer.from(text), [40])));
      expect(numbers(out)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(errorAtEnd(out)).toMatchObject({ type: 'response.failed', sequence_number: 6, response: { id: 'resp_1' } });
    },
  );

  it('goes on counting when the host ends it, and counts from 0 when nothing came', () => {
    const stream = response();
    stream.push(Buffer.from(begun));
    expect(numbers(textOf(stream.fail(llmError('timeout', 'late'))))).toEqual([5, 6]);
    expect(numbers(textOf(runMachine(response(), [])))).toEqual([0, 1, 2, 3]);
  });
});

describe('a long stream between equal APIs', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 40 });
  const filler = 'a word "and" [more} \\ '.repeat(20);

  const converse = (name: string, data: object): Uint8Array =>
    encodeAwsFrame({
      event: name,
      data: JSON.stringify(data),
      headers: { ':event-type': name, ':message-type': 'event', ':content-type': 'application/json' },
    });
  const converseStream = (count: number, trace: string): Buffer =>
    Buffer.concat([
      converse('messageStart', { role: 'assistant' }),
      ...Array.from({ length: count }, () => converse('contentBlockDelta', { contentBlockIndex: 0, delta: { text: filler } })),
      converse('contentBlockStop', { contentBlockIndex: 0 }),
      converse('messageStop', { stopReason: 'max_tokens' }),
      converse('metadata', { usage: { inputTokens: 7, outputTokens: 5, totalTokens: 12 }, metrics: { latencyMs: 1 }, trace: { trace } }),
    ]);
  const passConverse = () =>
    translateStream(
      translateRequest('{"messages":[]}', { client: 'bedrock-converse', upstream: 'bedrock-converse', model: 'm', stream: true }),
    );

  it.each([
    ['short', 0, ''],
    ['long', 200, ''],
    ['long, with a long last event', 200, 'x'.repeat(100_000)],
  ])('tells what an event stream of Bedrock counted: %s', (_name, count, trace) => {
    const bytes = converseStream(count, trace);
    fc.assert(
      fc.property(sizes, (lengths) => {
        const stream = passConverse();
        const out = runMachine(stream, cut(bytes, lengths)) as Uint8Array[];
        expect(Buffer.compare(Buffer.concat(out), bytes)).toBe(0);
        expect(stream.facts()).toMatchObject({ usage: { input: 7, output: 5 }, finish: { reason: 'length' }, error: undefined });
      }),
      { numRuns: 30 },
    );
  });

  const chunk = (text: string, rest: object = {}): object => ({
    candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, ...rest }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 5, totalTokenCount: 12 },
    modelVersion: 'gemini-x',
  });
  const array = (count: number, last: string): string =>
    `[${[...Array.from({ length: count }, () => chunk(filler)), chunk(last, { finishReason: 'MAX_TOKENS' })].map((one) => JSON.stringify(one, null, 2)).join(',\r\n')}\n]\n`;
  const passArray = () =>
    translateStream(translateRequest('{"contents":[]}', { client: 'gemini', upstream: 'gemini', model: 'm', stream: true }), {
      upstreamFraming: 'json-array',
      clientFraming: 'json-array',
    });

  it.each([
    ['short', 0, 'x'],
    ['long', 200, 'x'],
    ['long, with a long last element', 200, 'x'.repeat(100_000)],
  ])('tells what a JSON array of Gemini counted: %s', (_name, count, last) => {
    const text = array(count, last);
    fc.assert(
      fc.property(sizes, (lengths) => {
        const stream = passArray();
        expect(textOf(runMachine(stream, cut(Buffer.from(text), lengths)))).toBe(text);
        expect(stream.facts()).toMatchObject({
          model: 'gemini-x',
          usage: { input: 7, output: 5 },
          finish: { reason: 'length' },
          error: undefined,
        });
      }),
      { numRuns: 30 },
    );
  });

  it.each([0, 1, 2, 500, 900, 1300, 1e6])('ends a JSON array that is cut after %d bytes with an error in it', (length) => {
    const text = JSON.stringify([chunk(filler), chunk(filler)]);
    const stream = passArray();
    const out = textOf(runMachine(stream, cut(Buffer.from(text.slice(0, length)), [100, 300])));
    const elements = JSON.parse(out) as { error?: { code: number } }[];
    expect(elements.slice(0, -1)).toEqual([chunk(filler), chunk(filler)].slice(0, elements.length - 1));
    expect(elements.at(-1)).toMatchObject({ error: { code: 502 } });
    expect(stream.facts().error?.code).toBe('upstream_stream_truncated');
  });

  it('closes a JSON array that the upstream left open', () => {
    const text = array(1, 'x').trimEnd();
    expect(textOf(runMachine(passArray(), cut(Buffer.from(text.slice(0, -1)), [])))).toBe(`${text.slice(0, -2)}]`);
  });

  it('finds the first event behind comments, and the last ones before a ping', () => {
    const stream = start();
    for (let i = 0; i < 500; i++) stream.push(Buffer.from(': still working\n\n'));
    stream.push(
      Buffer.from(opening + delta(filler).repeat(200) + closing.replace('event: message_stop', `${event('ping', {})}event: message_stop`)),
    );
    expect(stream.finish()).toEqual([]);
    expect(stream.facts()).toMatchObject({ model: 'claude-x', usage: { input: 7, output: 5 }, finish: { reason: 'stop' } });
  });
});
