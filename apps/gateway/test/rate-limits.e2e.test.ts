import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunningGateway } from './support/start-gateway.ts';
import { startGateway } from './support/start-gateway.ts';
import type { TwoProviders } from './support/two-providers.ts';
import { startTwoProviders } from './support/two-providers.ts';

const limits = `
ratelimits:
  - { model: openai/gpt-4o, selector: { key: x-user }, limit: { tokens: 1000, requests: 3, unit: hour } }
  - { model: claude-sonnet-4-5, selector: { key: x-user }, limit: { requests: 1, unit: day } }
`;

describe('limits as official clients see them', () => {
  let set: TwoProviders;
  beforeAll(async () => {
    set = await startTwoProviders(limits);
  });
  afterAll(() => set.close());

  const openai = (user: string) =>
    new OpenAI({ baseURL: `${set.gateway.url}/v1`, apiKey: 'unused', maxRetries: 0, defaultHeaders: { 'x-user': user } });
  const body = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hello' }] };

  it('the openai client reads the headers, and its error is a RateLimitError with the time to wait', async () => {
    const client = openai('ann');
    const { response } = await client.chat.completions.create(body).withResponse();
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('3');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('2');
    expect(response.headers.get('x-ratelimit-reset-requests')).toBe('20m0s');
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('1000');
    await client.chat.completions.create(body);
    await client.chat.completions.create(body);
    const refused: unknown = await client.chat.completions.create(body).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
    const { headers, code, message } = refused as InstanceType<typeof OpenAI.RateLimitError>;
    expect(code).toBe('rate_limited');
    expect(message).toContain('exceeded limit provider=openai/gpt-4o, selector=Header { key: "x-user", value: "ann" }');
    expect(Number(headers?.get('retry-after'))).toBeGreaterThan(1100);
    expect(headers?.get('x-ratelimit-remaining-requests')).toBe('0');
  });

  it('another user has buckets of his own', async () => {
    expect((await openai('bob').chat.completions.create(body)).choices).toHaveLength(1);
  });

  it('L-5: leaving the header out is no way around: such requests share a bucket', async () => {
    const client = new OpenAI({ baseURL: `${set.gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
    for (let count = 0; count < 3; count += 1) await client.chat.completions.create(body);
    await expect(client.chat.completions.create(body)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  it("the anthropic client's error is a RateLimitError too", async () => {
    const client = new Anthropic({ baseURL: set.gateway.url, apiKey: 'unused', maxRetries: 0, defaultHeaders: { 'x-user': 'ann' } });
    const message = { model: 'claude-sonnet-4-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'Hello' }] };
    await client.messages.create(message);
    const refused: unknown = await client.messages.create(message).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Anthropic.RateLimitError);
    expect((refused as Error).message).toContain('exceeded limit provider=claude-sonnet-4-5');
  });

  it('charges the tokens of a streamed answer by its usage', async () => {
    const client = openai('eve');
    const { data: stream, response } = await client.chat.completions
      .create({ ...body, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    const before = Number(response.headers.get('x-ratelimit-remaining-tokens'));
    expect(before).toBe(999);
    let total = 0;
    for await (const chunk of stream) total = chunk.usage?.total_tokens ?? total;
    expect(total).toBeGreaterThan(1);
    const next = await client.chat.completions.create(body).withResponse();
    const after = Number(next.response.headers.get('x-ratelimit-remaining-tokens'));
    // What refills in the meantime is a token in 3.6 seconds.
    expect(after).toBeGreaterThanOrEqual(1000 - total - 1);
    expect(after).toBeLessThanOrEqual(1000 - total + 20);
  });
});

describe('an exchange that its client gives up', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it('is charged what had come by then', async () => {
    const event =
      'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
    const upstream = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event.repeat(30));
    });
    await once(upstream.listen(0, '127.0.0.1'), 'listening');
    closers.push(() => {
      upstream.closeAllConnections();
      upstream.close();
    });
    const gateway: RunningGateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
  - { model: openai/gpt-4o, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, default: true }
ratelimits: [{ model: gpt-4o, selector: { key: x-user }, limit: { tokens: 50, unit: day } }]
`);
    closers.push(() => gateway.close());
    const ask = (content: string) =>
      httpRequest(`${gateway.url}/v1/chat/completions`, { method: 'POST' }).end(
        JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content }] }),
      );
    const first = ask('Hello');
    const [response] = (await once(first, 'response')) as [import('node:http').IncomingMessage];
    let received = 0;
    for await (const chunk of response) {
      received += (chunk as Buffer).length;
      if (received >= event.length * 30) break;
    }
    first.destroy();
    await expect.poll(() => gateway.records.length).toBe(1);
    expect(gateway.records[0]).toMatchObject({ outcome: 'aborted' });
    const [refused] = (await once(ask('Hello '.repeat(21)), 'response')) as [import('node:http').IncomingMessage];
    refused.resume();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['x-ratelimit-remaining-tokens']).toBe('19');
  });
});
