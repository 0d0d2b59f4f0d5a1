import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';
import type { RunningEnvoy } from '@plano/envoy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from './support/post.ts';
import { startFilters } from './support/start-filters.ts';

const choice = { index: 0, message: { role: 'assistant', content: 'unpacked' }, finish_reason: 'stop' };
const json = JSON.stringify({ id: 'x', model: 'm', choices: [choice], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });
const delta = `data: ${JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, delta: { content: 'unpacked' }, finish_reason: null }] })}\n\n`;

let upstream: Server;
let envoy: RunningEnvoy;
const codings: (string | undefined)[] = [];

/** What the upstream does is the name of the model. */
beforeAll(async () => {
  upstream = createServer((request, response) => {
    codings.push(request.headers['accept-encoding']);
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      const asked = JSON.parse(body) as { model: string; stream?: boolean };
      const [text, type] = asked.stream === true ? [delta, 'text/event-stream'] : [json, 'application/json'];
      const head = (coding: string): unknown => response.writeHead(200, { 'content-type': type, 'content-encoding': coding });
      const does: Record<string, () => unknown> = {
        gzip: () => (head('gzip'), response.end(gzipSync(text))),
        br: () => (head('br'), response.end(brotliCompressSync(text))),
        // The header of the coding alone, then the rest: an event without a byte in the middle.
        slowly: () => {
          head('gzip');
          const packed = gzipSync(text);
          response.write(packed.subarray(0, 10));
          setTimeout(() => response.write(packed.subarray(10, 40)), 60);
          setTimeout(() => response.end(packed.subarray(40)), 120);
        },
        'gzip-stream': () => {
          head('gzip');
          const gzip = createGzip();
          gzip.pipe(response);
          gzip.write(text);
          gzip.end();
        },
        packed: () => (head('gzip'), response.end('not packed at all')),
        html: () => response.writeHead(502, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync('<html>no</html>')),
        breaks: () => {
          response.writeHead(200, { 'content-type': type, 'content-length': 500 });
          response.write(text.slice(0, 20));
          setTimeout(() => response.destroy(), 50);
        },
        stops: () => response.writeHead(200, { 'content-type': type }).write(text.slice(0, 20)),
      };
      does[asked.model]?.();
    });
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  envoy = await startFilters(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
timeouts: { total: 2s, request: 1s }
limits: { header: 8KiB }
model_providers:
  - { model: openai/*, api: openai-chat, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, circuit_breaker: false }
`);
});
afterAll(async () => {
  await envoy.close();
  upstream.closeAllConnections();
  upstream.close();
});

const paths = { chat: '/v1/chat/completions', messages: '/v1/messages', responses: '/v1/responses' };
const url = (path: string): string => `http://127.0.0.1:${envoy.port('llm')}${path}`;
const ask = (api: keyof typeof paths, model: string, stream = false): ReturnType<typeof post> =>
  post(
    url(paths[api]),
    {},
    JSON.stringify({
      model: `openai/${model}`,
      stream,
      ...(api === 'responses' ? { input: 'Hi' } : { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
    }),
  );
interface Line {
  readonly status: number;
  readonly path: string | null;
  readonly requestId: string | null;
  readonly plano: string | null;
}
const lastLine = (): Line => JSON.parse(envoy.accessLog().at(-1) ?? '{}') as Line;

describe('an answer that is packed', () => {
  it.each(['gzip', 'br', 'slowly', 'gzip-stream'])('is read whole and translated (%s)', async (model) => {
    expect(await ask('chat', model)).toMatchObject({ status: 200, text: json });
    const { status, text } = await ask('messages', model);
    expect([status, JSON.parse(text)]).toMatchObject([200, { content: [{ text: 'unpacked' }], usage: { output_tokens: 2 } }]);
  });

  it.each(['gzip', 'br', 'slowly', 'gzip-stream'])('of events has an end of which the client is told (%s)', async (model) => {
    const { status, text } = await ask('messages', model, true);
    expect([status, text]).toEqual([200, expect.stringMatching(/unpacked[^]*event: error\n.*before the answer was complete/)]);
  });

  it('is asked of no upstream', () => {
    expect([...new Set(codings)]).toEqual(['identity']);
  });

  it('and is not what it says it is, or no JSON, is an error in the envelope of the client', async () => {
    for (const model of ['packed', 'html']) {
      const { status, text } = await ask('messages', model);
      expect([status, JSON.parse(text)]).toMatchObject([502, { type: 'error', error: { type: 'api_error' } }]);
    }
  });
});

describe('an answer that is held back to be translated', () => {
  it.each([
    ['messages', { type: 'error', error: { type: 'api_error' } }],
    ['responses', { error: { code: 'upstream_reset' } }],
  ] as const)('and breaks off is a 502 in the envelope of %s', async (api, envelope) => {
    const { status, text } = await ask(api, 'breaks');
    expect([status, JSON.parse(text)]).toMatchObject([502, envelope]);
    const recorded = { status: 502, path: paths[api], summary: { provider: 'openai', error: { code: 'upstream_reset' } } };
    await expect.poll(() => ({ ...lastLine(), summary: JSON.parse(lastLine().plano ?? '{}') as unknown })).toMatchObject(recorded);
  });

  it('and is not there in time is a 504 in the envelope of the client', async () => {
    const { status, text } = await ask('messages', 'stops');
    expect([status, JSON.parse(text)]).toMatchObject([504, { type: 'error', error: { type: 'timeout_error' } }]);
  });
});

describe('what never becomes a request', () => {
  it('is answered in JSON', async () => {
    const long = await post(url('/v1/chat/completions'), { 'x-long': 'x'.repeat(9000) }, '{}');
    expect([long.status, JSON.parse(long.text)]).toMatchObject([431, { error: { code: 'headers_too_large' } }]);
    const double = await post(url('/v1/chat/completions'), { 'content-length': '2', 'transfer-encoding': 'chunked' }, '{}');
    expect([double.status, JSON.parse(double.text)]).toMatchObject([400, { error: { code: 'invalid_request' } }]);
  });

  it('is a 408 in the envelope of the client when the body does not come', async () => {
    const controller = new AbortController();
    const body = new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('{')) });
    const sent = { method: 'POST', body, duplex: 'half', signal: controller.signal } as RequestInit;
    const answer = await fetch(url('/v1/messages'), sent);
    expect([answer.status, await answer.json()]).toMatchObject([408, { type: 'error', error: { type: 'timeout_error' } }]);
    controller.abort();
    await sleep(0);
  });
});

describe('a request', () => {
  it('keeps the id that it has, or gets one, which the answer and the access log have too', async () => {
    const named = await fetch(url('/v1/models'), { headers: { 'x-request-id': 'mine' } });
    expect(named.headers.get('x-request-id')).toBe('mine');
    await expect.poll(() => lastLine()).toMatchObject({ requestId: 'mine', path: '/v1/models' });
    const other = await fetch(url('/nowhere'));
    expect([other.status, other.headers.get('x-request-id')]).toEqual([404, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('may have many headers', async () => {
    const headers = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, 'v']));
    expect(await post(url('/v1/chat/completions'), headers, '{}')).toMatchObject({
      status: 400,
      text: expect.stringContaining('model_not_specified') as unknown,
    });
  });

  it('finds out whether the listener is alive and ready', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url(path))).status).toBe(200);
  });
});
