import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningNodeGateway } from './support/running-gateway.ts';
import { startNodeGateway } from './support/start-node-gateway.ts';
import type { Upstream } from './support/start-upstream.ts';
import { startUpstream } from './support/start-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const answer = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: '東京 hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});
const delta = (part: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...part }] })}\n\n`;
const events = `${delta({ delta: { content: '東京' } })}${delta({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;

interface Encoded {
  readonly status?: number;
  readonly type?: string;
  readonly coding: string;
  readonly body: Uint8Array;
}

async function start({ status = 200, type = 'application/json', coding, body }: Encoded): Promise<[RunningNodeGateway, Upstream]> {
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(status, { 'content-type': type, 'content-encoding': coding, 'content-length': body.length });
    response.end(body);
  });
  return [await gatewayTo(upstream), upstream];
}

async function gatewayTo(upstream: Upstream): Promise<RunningNodeGateway> {
  closers.push(() => upstream.close());
  const gateway = await startNodeGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
retries: { max: 0 }
model_providers: [{ model: openai/gpt-4o, base_url: "${upstream.url}/v1", access_key: k, default: true }]`);
  closers.push(() => gateway.close());
  return gateway;
}

const ask = (url: string, path: string, stream = false): Promise<Response> =>
  fetch(`${url}/v1/${path}`, {
    method: 'POST',
    body: JSON.stringify({ stream, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
  });

describe.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const)('an answer in %s', (coding, encode) => {
  it('of the client’s API passes decoded, and its usage is read', async () => {
    const [gateway] = await start({ coding, body: encode(answer) });
    const received = await ask(gateway.url, 'chat/completions');
    expect(await received.text()).toBe(answer);
    await gateway.settle();
    expect(gateway.records[0]?.summary.answer?.usage).toMatchObject({ input: 3, output: 2 });
  });

  it('of another API is translated', async () => {
    const [gateway] = await start({ coding, body: encode(answer) });
    expect(await (await ask(gateway.url, 'messages')).json()).toMatchObject({ content: [{ text: '東京 hello' }] });
  });

  it('that streams is a stream for each API', async () => {
    const [gateway] = await start({ coding, type: 'text/event-stream', body: encode(events) });
    expect(await (await ask(gateway.url, 'chat/completions', true)).text()).toBe(events);
    expect(await (await ask(gateway.url, 'messages', true)).text()).toMatch(/東京[^]*message_stop/);
  });

  it('that is an error is told in its own words', async () => {
    const body = encode(JSON.stringify({ error: { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' } }));
    const [gateway] = await start({ status: 429, coding, body });
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'k', maxRetries: 0 });
    const asked = client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });
    await expect(asked).rejects.toMatchObject({ status: 429, message: '429 slow down' });
    expect(await (await ask(gateway.url, 'messages', true)).json()).toMatchObject({ error: { message: 'slow down' } });
  });

  it('that breaks off is an error, and nothing hangs', async () => {
    const [gateway] = await start({ coding, body: encode(answer).subarray(0, -12) });
    const received = await ask(gateway.url, 'messages');
    expect([received.status, await received.json()]).toMatchObject([
      502,
      { error: { message: expect.stringContaining('content-encoding') as unknown } },
    ]);
    await gateway.settle();
    expect(gateway.running()).toBe(0);
  });
});

describe('an encoded answer', () => {
  it('may have no body', async () => {
    const [gateway] = await start({ status: 503, coding: 'gzip', body: new Uint8Array(0) });
    expect((await ask(gateway.url, 'chat/completions')).status).toBe(503);
  });

  it('in a coding that nobody knows keeps its status when it is an error, and no client sees its bytes', async () => {
    const [gateway] = await start({ status: 429, coding: 'lzma', body: Buffer.from('\u0000\u0001secret bytes') });
    for (const path of ['chat/completions', 'messages']) {
      const received = await ask(gateway.url, path);
      expect(received.status).toBe(429);
      expect(await received.text()).not.toMatch(/secret bytes|\\u000/);
    }
  });

  it('that unfolds into a huge one is read at the pace of the client, and let go with it', async () => {
    const block = gzipSync(Buffer.alloc(8 * 1024 * 1024, 32));
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      for (let count = 0; count < 40; count++) response.write(block);
    });
    const gateway = await gatewayTo(upstream);
    const cancel = new AbortController();
    const received = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body: '{"messages":[]}', signal: cancel.signal });
    const reader = received.body?.getReader();
    await reader?.read();
    await expect.poll(() => gateway.memory.used).toBeGreaterThan(0);
    expect(gateway.memory.used).toBeLessThan(4 * 1024 * 1024);
    cancel.abort();
    await gateway.settle();
    await expect.poll(() => [gateway.memory.used, gateway.running()]).toEqual([0, 0]);
  });
});

it('is asked for where it helps: a stream would be held back by what compresses it', async () => {
  const upstream = await startUpstream((_request, response) => response.end('{}'));
  const gateway = await gatewayTo(upstream);
  for (const stream of [false, true]) {
    await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'accept-encoding': 'zstd' },
      body: JSON.stringify({ stream, messages: [] }),
    });
  }
  expect(upstream.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip, br', 'identity']);
});
