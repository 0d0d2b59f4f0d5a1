import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import {
  brotliCompressSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
  brotliDecompressSync,
  gunzipSync,
} from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningNodeGateway as RunningGateway } from './support/running-gateway.ts';
import { startNodeGateway as startGateway } from './support/start-node-gateway.ts';
import { startUpstream } from './support/start-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function gatewayWith(listener: string, more = '', environment: Record<string, string> = {}): Promise<RunningGateway> {
  const gateway = await startGateway(
    `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000${listener} }]
${more.includes('model_providers') ? '' : 'model_providers: [{ model: plano/echo, default: true }]'}
${more}`,
    environment,
  );
  closers.push(() => gateway.close());
  return gateway;
}

const chat = (text = 'Hi'): string => JSON.stringify({ messages: [{ role: 'user', content: text }] });
const post = (url: string, headers: Record<string, string> = {}, body: string | Uint8Array = chat(), path = '/v1/chat/completions') =>
  fetch(url + path, { method: 'POST', headers, body: body as string });

describe('listeners[].auth', () => {
  const auth = ', auth: { keys: [$FIRST, second-key] }';
  const environment = { FIRST: 'first-key' };

  it.each([
    ['authorization', 'Bearer first-key'],
    ['authorization', 'bearer second-key'],
    ['authorization', 'first-key'],
    ['x-api-key', 'first-key'],
    ['x-goog-api-key', 'second-key'],
    ['api-key', 'second-key'],
  ])('E-2: a key passes in %s as "%s"', async (name, value) => {
    const { url } = await gatewayWith(auth, '', environment);
    expect((await post(url, { [name]: value })).status).toBe(200);
  });

  it.each([
    ['/v1/chat/completions', { error: { type: 'authentication_error', code: 'unauthorized' } }],
    ['/v1/messages', { type: 'error', error: { type: 'authentication_error' } }],
    ['/v1beta/models/x:generateContent', { error: { code: 401, status: 'UNAUTHENTICATED' } }],
    ['/model/x/converse', { message: 'The key is not one of this listener' }],
    ['/v1/models', { error: { code: 'unauthorized' } }],
  ])('E-2: a wrong one is a 401 in the envelope of %s', async (path, envelope) => {
    const { url } = await gatewayWith(auth, '', environment);
    const answer = await post(url, { authorization: 'Bearer first-ke' }, chat(), path);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await answer.json()).toMatchObject(envelope);
  });

  it('E-2: none is a 401 that names the header', async () => {
    const { url } = await gatewayWith(', auth: { keys: [k], header: x-plano-key }');
    const answer = await post(url, { authorization: 'Bearer k' });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('x-plano-key');
    expect((await post(url, { 'x-plano-key': 'k' })).status).toBe(200);
  });

  it('a value that matched never reaches the upstream, in whatever header it is', async () => {
    const upstream = await startUpstream((_request, response) => response.end('{}'));
    closers.push(() => upstream.close());
    const provider = `model_providers: [{ model: openai/*, base_url: "${upstream.url}/v1", passthrough_auth: true }]`;
    const { url } = await gatewayWith(', auth: { keys: [listener-key], header: x-gate }', provider);
    const body = JSON.stringify({ model: 'openai/gpt-4o', messages: [] });
    await post(url, { 'x-gate': 'listener-key', authorization: 'Bearer users-own', 'x-api-key': 'listener-key' }, body);
    await post(url, { 'x-gate': 'listener-key', authorization: 'Bearer listener-key' }, body);
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer users-own');
    expect(upstream.requests).toHaveLength(1);
    const keyed = await post(url, { 'x-gate': 'listener-key' }, body, '/v1/chat/completions?key=listener-key');
    expect([keyed.status, upstream.requests.length]).toEqual([401, 1]);
    expect(JSON.stringify(upstream.requests)).not.toContain('listener-key');
  });

  it('takes a key in the query, as Gemini’s clients may write it', async () => {
    const { url } = await gatewayWith(', auth: { keys: [k] }');
    const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] });
    const ask = (key: string): Promise<Response> => post(url, {}, body, `/v1beta/models/plano%2Fecho:generateContent?key=${key}`);
    expect([(await ask('k')).status, (await ask('other')).status]).toEqual([200, 401]);
    // A scheme belongs to a header: in a query it is part of the key.
    expect((await ask('Bearer%20k')).status).toBe(401);
  });

  it('leaves a key by which a limit tells clients apart to that limit, in whatever form it came', async () => {
    const limit = 'ratelimits: [{ model: plano/echo, selector: { key: authorization }, limit: { requests: 3, unit: day } }]';
    const { url } = await gatewayWith(', auth: { keys: [one, two] }', limit);
    const ask = async (headers: Record<string, string>, query = ''): Promise<string> => {
      const { status, headers: answered } = await post(url, headers, chat(), `/v1/chat/completions${query}`);
      return `${status} ${answered.get('x-ratelimit-remaining-requests')}`;
    };
    expect(await ask({ authorization: 'Bearer one' })).toBe('200 2');
    expect(await ask({ authorization: 'bearer   one' })).toBe('200 1');
    expect(await ask({ 'x-api-key': 'two' })).toBe('200 2');
    expect(await ask({ 'x-api-key': 'one' })).toBe('200 0');
    expect(await ask({}, '?key=one')).toBe('429 0');
    expect(await ask({}, '?key=two')).toBe('200 1');
  });

  it('holds for the internal LLM listener too', async () => {
    const { ports } = await gatewayWith('', 'internal_listeners: { llm: { port: 12001, auth: { keys: [inner] } } }');
    const url = `http://127.0.0.1:${ports[1] ?? 0}`;
    expect((await post(url)).status).toBe(401);
    expect((await post(url, { authorization: 'Bearer inner' })).status).toBe(200);
  });
});

describe('listeners[].cors', () => {
  const preflight = (url: string, origin: string): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
    });
  const corsHeaders = (answer: Response): Record<string, string> =>
    Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

  it('is off by default', async () => {
    const { url } = await gatewayWith('');
    const answer = await preflight(url, 'https://app.example');
    expect([answer.status, corsHeaders(answer)]).toEqual([405, { vary: 'accept-encoding' }]);
    expect(corsHeaders(await post(url, { origin: 'https://app.example' }))).toEqual({ vary: 'accept-encoding' });
  });

  it('answers a preflight of an origin that may', async () => {
    const { url, active } = await gatewayWith(', auth: { keys: [k] }, cors: { origins: [https://app.example] }');
    const answer = await preflight(url, 'https://app.example');
    expect(answer.status).toBe(204);
    expect(corsHeaders(answer)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '600',
      vary: 'origin',
    });
    await expect.poll(active).toBe(0);
  });

  it('allows nothing to another origin', async () => {
    const { url } = await gatewayWith(', cors: { origins: [https://app.example] }');
    const answer = await preflight(url, 'https://app.example.evil.example');
    expect([answer.status, corsHeaders(answer)]).toEqual([204, { vary: 'origin' }]);
    const simple = await post(url, { origin: 'https://evil.example' });
    expect(corsHeaders(simple)).toEqual({ vary: 'origin, accept-encoding' });
  });

  it('lets the page read answers and errors', async () => {
    const { url } = await gatewayWith(', cors: { origins: [https://app.example] }');
    for (const body of [chat(), '{']) {
      const answer = await post(url, { origin: 'https://app.example' }, body);
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/x-request-id.*x-ratelimit-remaining-tokens/);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('may be open to all origins', async () => {
    const { url } = await gatewayWith(', cors: { origins: ["*"] }');
    expect(corsHeaders(await preflight(url, 'https://any.example'))['access-control-allow-origin']).toBe('*');
  });
});

describe('request bodies', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ] as const)('E-6: are decoded from %s', async (coding, encode) => {
    const upstream = await startUpstream((_request, response) => response.end('{}'));
    closers.push(() => upstream.close());
    const provider = `model_providers: [{ model: openai/gpt-4o, base_url: "${upstream.url}/v1", access_key: k, default: true }]`;
    const { url } = await gatewayWith('', provider);
    const answer = await post(url, { 'content-encoding': coding, 'accept-encoding': 'zstd, br' }, encode(chat('x'.repeat(3000))));
    expect(answer.status).toBe(200);
    const [request] = upstream.requests;
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ messages: [{ content: 'x'.repeat(3000) }] });
    expect(request?.headers['content-encoding']).toBeUndefined();
    expect(request?.headers['accept-encoding']).toBe('gzip, br');
  });

  it.each(['compress', 'gzip, br', 'exi'])('E-6: in %s are a 415 that says what is understood', async (coding) => {
    const { url } = await gatewayWith('');
    const answer = await post(url, { 'content-encoding': coding });
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br, zstd']);
    expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_encoding' } });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate', deflateSync],
  ] as const)('that would unfold beyond the limit are a 413 (%s)', async (coding, encode) => {
    const { url, memory, active } = await gatewayWith('', 'limits: { request_body: 64KiB }');
    const bomb = encode(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(64 * 1024);
    const answer = await post(url, { 'content-encoding': coding }, bomb);
    expect(answer.status).toBe(413);
    await expect.poll(active).toBe(0);
    expect(memory.used).toBe(0);
  });

  it.each([Buffer.from('not gzip at all'), gzipSync(chat()).subarray(0, 20)])('that are broken are a 400', async (body) => {
    const { url } = await gatewayWith('');
    const answer = await post(url, { 'content-encoding': 'gzip' }, body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('content-encoding');
  });
});

describe('answers', () => {
  async function raw(
    url: string,
    accepted: string | undefined,
    body: string,
    path = '/v1/chat/completions',
  ): Promise<{ headers: Record<string, unknown>; bytes: Buffer }> {
    const client = httpRequest(url + path, {
      method: 'POST',
      headers: accepted === undefined ? {} : { 'accept-encoding': accepted },
    });
    client.end(body);
    const [answer] = (await once(client, 'response')) as [AsyncIterable<Buffer> & { headers: Record<string, unknown> }];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { headers: answer.headers, bytes: Buffer.concat(chunks) };
  }
  const long = chat('long '.repeat(1000));

  it.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip;q=0.5, br', 'br', brotliDecompressSync],
    ['gzip, deflate, br, zstd', 'zstd', zstdDecompressSync],
    ['*', 'zstd', zstdDecompressSync],
  ] as const)('are compressed for "%s" with %s', async (accepted, coding, decode) => {
    const { url } = await gatewayWith('');
    const { headers, bytes } = await raw(url, accepted, long);
    expect([headers['content-encoding'], headers['vary']]).toEqual([coding, 'accept-encoding']);
    expect(JSON.parse(decode(bytes).toString())).toMatchObject({ choices: [{ message: { role: 'assistant' } }] });
    expect(bytes.length).toBeLessThan(1000);
  });

  it.each([
    [undefined, long],
    ['identity', long],
    ['gzip;q=0, br;q=0', long],
    ['deflate', long],
    ['gzip', chat('short')],
  ])('are not compressed for "%s"', async (accepted, body) => {
    const { url } = await gatewayWith('');
    const { headers, bytes } = await raw(url, accepted, body);
    expect(headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(bytes.toString())).toMatchObject({ object: 'chat.completion' });
  });

  it('that were translated are compressed whole', async () => {
    const { url } = await gatewayWith('');
    const { headers, bytes } = await raw(url, 'br', JSON.stringify({ ...(JSON.parse(long) as object), max_tokens: 9 }), '/v1/messages');
    expect([headers['content-encoding'], headers['content-length']]).toEqual(['br', String(bytes.length)]);
    expect(JSON.parse(brotliDecompressSync(bytes).toString())).toMatchObject({ type: 'message' });
  });

  it('that are streams are never compressed', async () => {
    const { url } = await gatewayWith('');
    const { headers, bytes } = await raw(url, 'gzip, br, zstd', JSON.stringify({ ...(JSON.parse(long) as object), stream: true }));
    expect(headers['content-encoding']).toBeUndefined();
    expect(bytes.toString().endsWith('data: [DONE]\n\n')).toBe(true);
    const array = await fetch(`${url}/v1beta/models/plano/echo:streamGenerateContent`, {
      method: 'POST',
      headers: { 'accept-encoding': 'gzip' },
      body: JSON.stringify({ contents: [{ parts: [{ text: 'long '.repeat(1000) }] }] }),
    });
    expect([array.headers.get('content-type')?.split(';')[0], array.headers.get('content-encoding')]).toEqual(['application/json', null]);
    await array.text();
  });

  it('that pass in pieces are compressed as they come', async () => {
    const piece = `"${'y'.repeat(40_000)}"`;
    const upstream = await startUpstream(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`[${piece},`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      response.end(`${piece}]`);
    });
    closers.push(() => upstream.close());
    const provider = `model_providers: [{ model: openai/gpt-4o, base_url: "${upstream.url}/v1", access_key: k, default: true }]`;
    const { url, active, memory } = await gatewayWith('', provider);
    const { headers, bytes } = await raw(url, 'gzip', chat());
    expect([headers['content-encoding'], headers['content-length']]).toEqual(['gzip', undefined]);
    expect(gunzipSync(bytes).toString()).toBe(`[${piece},${piece}]`);
    await expect.poll(active).toBe(0);
    expect(memory.used).toBe(0);
  });
});
