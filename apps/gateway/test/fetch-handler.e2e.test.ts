import { gatewayError } from '@plano/common';
import type { ExchangeRecord } from '@plano/common';
import { deriveConfig, parseConfig } from '@plano/common/config';
import type { FetchHandlerOptions } from '@plano/common/web';
import { toFetchHandler } from '@plano/common/web';
import { createLlmGateway } from '@plano/llm-gateway';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeldStreams } from './support/held-stream.ts';
import { startHeldStreams } from './support/held-stream.ts';

let upstream: HeldStreams;
const records: ExchangeRecord[] = [];
beforeEach(async () => {
  upstream = await startHeldStreams('one');
  records.length = 0;
});
afterEach(() => upstream.close());

function handlerOf(options: FetchHandlerOptions = {}, url = upstream.url) {
  const parsed = parseConfig(
    `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/m, base_url: "${url}/v1", access_key: k, default: true }, { model: plano/echo }]
retries: { max: 0 }
`,
    { file: 'test.yaml', environment: {} },
  );
  if (!parsed.ok) throw new Error('the configuration is wrong');
  return toFetchHandler(createLlmGateway(deriveConfig(parsed.config, {})), { onExchange: (record) => records.push(record), ...options });
}
const request = (body: unknown, init: RequestInit = {}): Request =>
  new Request('http://gateway.test/v1/chat/completions', { method: 'POST', body: JSON.stringify(body), ...init });
const messages = [{ role: 'user', content: 'Hi' }];

describe('a gateway as a fetch handler', () => {
  it('answers, carries a request id and records once', async () => {
    const answer = await handlerOf()(request({ messages }, { headers: { 'x-request-id': 'r-1', 'x-arch-upstream': 'forged' } }));
    expect(answer.headers.get('x-request-id')).toBe('r-1');
    expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'one' } }] });
    expect(upstream.requests[0]?.headers['x-arch-upstream']).toBeUndefined();
    await expect.poll(() => records).toMatchObject([{ status: 200, outcome: 'finished', summary: { provider: 'openai', attempts: 1 } }]);
    expect(records[0]?.bytesOut).toBeGreaterThan(0);
  });

  it('says that it does not decode bodies', async () => {
    const answer = await handlerOf()(request({ messages }, { headers: { 'content-encoding': 'gzip' } }));
    expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: 'unsupported_encoding' } }]);
    await expect.poll(() => records).toMatchObject([{ status: 415 }]);
  });

  it('reads no body of a request that it refuses whatever that says', async () => {
    let pulls = 0;
    const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 });
    const init = { method: 'POST', body, duplex: 'half' as const };
    const answer = await handlerOf()(new Request('http://gateway.test/v1/nothing', init));
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
    await expect.poll(() => [pulls, records]).toMatchObject([0, [{ status: 404, outcome: 'finished' }]]);
  });

  it('lists models, for HEAD without a body', async () => {
    const ask = (method: string): Promise<Response> => handlerOf()(new Request('http://gateway.test/v1/models', { method }));
    expect((await ask('GET')).status).toBe(200);
    const head = await ask('HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('streams: what has come is there before the rest is', async () => {
    const answer = await handlerOf()(request({ messages, stream: true }));
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    expect(first).toContain('"one"');
    expect(records).toEqual([]);
    upstream.finish();
    let rest = '';
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest += new TextDecoder().decode(next.value);
    expect(rest).toMatch(/ end.*\[DONE\]/s);
    await expect.poll(() => records).toMatchObject([{ outcome: 'finished', summary: { stream: true, error: null } }]);
  });

  it('ends the upstream’s request when the body is cancelled, and records that once', async () => {
    const answer = await handlerOf()(request({ messages, stream: true }));
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect(upstream.connections()).toBe(1);
    await reader.cancel();
    await expect.poll(upstream.connections).toBe(0);
    await expect.poll(() => records).toMatchObject([{ outcome: 'aborted', summary: { provider: 'openai' } }]);
  });

  it('ends it when the client goes away before the head', async () => {
    const client = new AbortController();
    const never = (_url: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const answer = handlerOf({ fetch: never })(request({ messages }, { signal: client.signal }));
    setTimeout(() => client.abort(new Error('gone')), 20);
    await expect(answer).rejects.toThrow('gone');
    await expect.poll(() => records).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('reads from the upstream only what is wanted', async () => {
    let pulled = 0;
    const endless = (): Promise<Response> =>
      Promise.resolve(
        new Response(
          new ReadableStream<Uint8Array>(
            {
              pull(controller) {
                pulled++;
                controller.enqueue(new TextEncoder().encode(`data: {"id":"1","choices":[{"index":0,"delta":{"content":"x"}}]}\n\n`));
              },
            },
            { highWaterMark: 0 },
          ),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
      );
    const answer = await handlerOf({ fetch: endless })(request({ messages, stream: true }));
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    for (let read = 0; read < 5; read++) await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThanOrEqual(6);
    await reader.cancel();
  });

  it.each([
    ['a body over the limit', { requestBodyBytes: 10 }, 413, 'request_too_large'],
    ['an upstream that does not answer in time', { firstByteMs: 30, fetch: hang }, 504, 'upstream_timeout'],
    ['an exchange that takes too long', { totalMs: 30, fetch: hang }, 504, 'upstream_timeout'],
    ['an upstream that is not there', { fetch: refused }, 502, 'upstream_unreachable'],
  ] as const)('answers %s in the client’s envelope', async (_name, options, status, code) => {
    const answer = await handlerOf(options)(request({ messages }));
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
    await expect.poll(() => records).toMatchObject([{ status, summary: { error: { code } } }]);
  });

  it('ends a stream that falls silent with an error event', async () => {
    const answer = await handlerOf({ streamIdleMs: 500 })(request({ messages, stream: true }));
    expect(await answer.text()).toMatch(/"one".*upstream_timeout/s);
    await expect.poll(() => records).toMatchObject([{ outcome: 'finished', summary: { error: { code: 'upstream_timeout' } } }]);
  });

  it('follows no redirect, which would take the credential elsewhere', async () => {
    const answer = await handlerOf({
      fetch: ((url: string, init: RequestInit) =>
        init.redirect === 'manual'
          ? Promise.resolve(new Response(null, { status: 302, headers: { location: url } }))
          : hang()) as typeof fetch,
    })(request({ messages }));
    expect(answer.status).toBe(502);
  });

  it('knows plano/echo when it is given what answers for it', async () => {
    expect((await handlerOf()(request({ model: 'plano/echo', messages }))).status).toBe(gatewayError('upstream_unreachable', '').status);
    const echo = () => ({ status: 200, contentType: 'application/json', chunks: ['{"echo":', 'true}'] });
    const answer = await handlerOf({ echo })(request({ model: 'plano/echo', messages }));
    expect(await answer.json()).toEqual({ echo: true });
  });
});

function hang(_url?: unknown, init?: RequestInit): Promise<Response> {
  return new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
}

function refused(): Promise<Response> {
  return Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }));
}

describe('deadlines of a fetch handler', () => {
  const drip = (everyMs: number, contentType: string, piece: string) => (): Promise<Response> => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        timer = setInterval(() => controller.enqueue(new TextEncoder().encode(piece)), everyMs);
      },
      cancel: () => clearInterval(timer),
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': contentType } }));
  };

  it('end a stream that drips for ever with an error event, if there is a limit for it', async () => {
    const answer = await handlerOf({ streamTotalMs: 120, fetch: drip(10, 'text/event-stream', ':') })(request({ messages, stream: true }));
    expect(await answer.text()).toContain('upstream_timeout');
    await expect.poll(() => records).toMatchObject([{ outcome: 'finished', summary: { error: { code: 'upstream_timeout' } } }]);
  });

  it('also hold for an answer that is no stream while it passes', async () => {
    const answer = handlerOf({ totalMs: 120, fetch: drip(10, 'application/json', ' ') })(request({ messages }));
    await expect(answer.then((passing) => passing.text())).rejects.toThrow('closed the connection');
    await expect.poll(() => records).toMatchObject([{ summary: { error: { code: 'upstream_timeout' } } }]);
  });

  it('send nothing any more when they pass during the wait for a retry', async () => {
    let sent = 0;
    const failing = (): Promise<Response> => {
      sent += 1;
      return Promise.resolve(
        new Response('{"error":{"message":"busy"}}', { status: 503, headers: { 'content-type': 'application/json' } }),
      );
    };
    const parsed = parseConfig(
      `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/m, base_url: "http://127.0.0.1:9/v1", access_key: k, default: true }]
retries: { max: 5, base: 20s, cap: 20s }
`,
      { file: 'test.yaml', environment: {} },
    );
    if (!parsed.ok) throw new Error('the configuration is wrong');
    const handler = toFetchHandler(createLlmGateway(deriveConfig(parsed.config, {})), { totalMs: 100, fetch: failing });
    const answer = await handler(request({ messages }));
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(sent).toBe(1);
  });
});
