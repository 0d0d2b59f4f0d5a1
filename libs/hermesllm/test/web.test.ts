import { describe, expect, it } from 'vitest';
import { sseReader } from '../src/framing.ts';
import * as hermesllm from '../src/index.ts';
import { toClientResponse, toTransformStream, webUtf8 } from '../src/web.ts';

const { translateRequest } = hermesllm;
const route = { client: 'anthropic-messages', upstream: 'openai-chat', model: 'm' } as const;
const request = (stream: boolean): hermesllm.Translated =>
  translateRequest(JSON.stringify({ model: 'm', max_tokens: 9, stream, messages: [{ role: 'user', content: 'Hi' }] }), route, {
    utf8: webUtf8,
  });

const chunk = (delta: unknown, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const hello = chunk({ role: 'assistant', content: 'Hello' }, null);
const end = `${chunk({}, 'stop')}data: [DONE]\n\n`;
const sse = { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_1', 'content-encoding': 'gzip' };

/** A body whose chunks come one after another; an error is thrown where one stands. */
function bodyOf(pieces: readonly (string | Error)[], onCancel: () => void = () => {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = pieces[at++];
      if (piece === undefined) controller.close();
      else if (typeof piece === 'string') controller.enqueue(new TextEncoder().encode(piece));
      else controller.error(piece);
    },
    cancel: onCancel,
  });
}

describe('toTransformStream', () => {
  it('pushes chunks and flushes the rest', async () => {
    const events: unknown[] = [];
    for await (const { data } of bodyOf(['data: 1\n', '\ndata: 2']).pipeThrough(toTransformStream(sseReader()))) events.push(data);
    expect(events).toEqual(['1', '2']);
  });
});

describe('toClientResponse', () => {
  it('streams a stream', async () => {
    const answer = await toClientResponse(hermesllm, request(true), new Response(bodyOf([hello, end]), { headers: sse }));
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('x-request-id')).toBe('req_1');
    expect(answer.headers.get('content-encoding')).toBeNull();
    const text = await answer.text();
    expect(text).toContain('"text":"Hello"');
    expect(text).toMatch(/event: message_stop\ndata: .*\n\n$/);
  });

  it('ends a stream whose connection breaks with an error event', async () => {
    const answer = await toClientResponse(hermesllm, request(true), new Response(bodyOf([hello, new Error('reset')]), { headers: sse }));
    const text = await answer.text();
    expect(text).toContain('"text":"Hello"');
    expect(text).toContain('event: error');
    expect(text).toContain('The connection to the upstream broke');
    expect(text).not.toContain('message_stop');
  });

  it('cancels the upstream when the client goes away', async () => {
    let cancelled = false;
    const upstream = bodyOf([hello, hello, hello, end], () => (cancelled = true));
    const answer = await toClientResponse(hermesllm, request(true), new Response(upstream, { headers: sse }));
    const reader = answer.body!.getReader();
    await reader.read();
    await reader.cancel();
    expect(cancelled).toBe(true);
  });

  it('translates an error that answers the wish for a stream', async () => {
    const error = { error: { message: 'Slow down', type: 'rate_limit_error', code: 'rate_limit' } };
    const answer = await toClientResponse(hermesllm, request(true), Response.json(error, { status: 429, headers: { 'retry-after': '3' } }));
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } });
  });

  it('answers whole what is whole', async () => {
    const completion = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hé' }, finish_reason: 'stop' }],
    };
    const answer = await toClientResponse(hermesllm, request(false), Response.json(completion));
    expect(await answer.json()).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Hé' }] });
  });

  it('streams the whole answer of an upstream that ignored the wish for a stream', async () => {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Whole' }, finish_reason: 'stop' }];
    const upstream = Response.json({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices });
    const answer = await toClientResponse(hermesllm, request(true), upstream);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await answer.text()).toMatch(/"text":"Whole"[^]*event: message_stop/);
  });

  it('refuses an answer over the limit', async () => {
    const answer = await toClientResponse(hermesllm, request(false), new Response('x'.repeat(100)), { bodyLimit: 10 });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ type: 'error' });
  });
});

describe('webUtf8', () => {
  it('agrees with the portable one, also on cut characters and marks', () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xe2, 0x82, 0xac, 0xff, 0xf0, 0x9f);
    for (const utf8 of [webUtf8, hermesllm.portableUtf8]) {
      const decoder = utf8.createDecoder();
      let text = '';
      for (const byte of bytes) text += decoder.decode(Uint8Array.of(byte));
      expect(text + decoder.finish()).toBe(utf8.decode(bytes));
    }
    expect(webUtf8.decode(bytes)).toBe(hermesllm.portableUtf8.decode(bytes));
  });
});
