import { fakeSignature, SAMPLE_TEXT } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anthropicClient } from './support/anthropic-client.ts';
import { bedrockClient } from './support/bedrock-client.ts';
import type { ClientUnderTest } from './support/client-under-test.ts';
import type { FiveProviders } from './support/five-providers.ts';
import { startFiveProviders, upstreams } from './support/five-providers.ts';
import { googleClient } from './support/google-client.ts';
import { tellsOfResets } from './support/start-gateway.ts';
import { openAiChatClient, openAiResponsesClient } from './support/openai-clients.ts';

let setup: FiveProviders;
beforeAll(async () => {
  setup = await startFiveProviders();
});
beforeEach(() => setup.reset());
afterAll(() => setup.close());

const clients = [
  ['openai-chat', openAiChatClient],
  ['openai-responses', openAiResponsesClient],
  ['anthropic-messages', anthropicClient],
  ['gemini', (url: string) => googleClient(url)],
  ['bedrock-converse', (url: string) => bedrockClient(url)],
] as const;
const pairs = clients.flatMap(([clientApi, connect]) => upstreams.map((upstream) => ({ clientApi, connect, ...upstream })));
const ways = [false, true] as const;
const hello = 'Hello';
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

describe.each(pairs)('the official client of $clientApi reaches $api', ({ clientApi, connect, api, model, fake: fakeName }) => {
  let client: ClientUnderTest;
  let fake: FakeServer;
  beforeEach(() => {
    client = connect(setup.gateway.url);
    fake = setup[fakeName];
  });
  afterEach(async () => {
    // The strict fake took everything, and nothing of the client's credential got through.
    expect(fake.requests.filter(({ rejection }) => rejection !== undefined).map(({ body, rejection }) => ({ body, rejection }))).toEqual(
      [],
    );
    expect(fake.requests.length).toBeGreaterThan(0);
    for (const { headers } of fake.requests) expect(JSON.stringify(headers)).not.toMatch(/client-key|AKIDCLIENT/);
    expect(await setup.lastSummary()).toMatchObject({ clientApi, upstreamApi: api });
  });

  it.each(ways)('for text, with system prompt and usage (stream: %s)', async (stream) => {
    const answer = await client.ask({ model, system: 'Be brief.', user: hello, stream });
    expect(answer).toMatchObject({ text: SAMPLE_TEXT, finish: client.finishWords.stop, calls: [] });
    expect(answer.inputTokens).toBeGreaterThan(0);
    expect(answer.outputTokens).toBeGreaterThan(0);
    expect(JSON.stringify(fake.requests[0]?.body)).toContain('Be brief.');
    const summary = await setup.lastSummary();
    expect(summary).toMatchObject({ stream, error: null });
    expect(summary?.answer?.usage?.output).toBe(answer.outputTokens);
  });

  it.each(ways)('for parallel tool calls, and back with their results (stream: %s)', async (stream) => {
    const question = { model, stream, user: 'Please call get_weather {"city":"東京"} and call get_time {"city":"Orléans"}' };
    const tools = ['get_weather', 'get_time'];
    const answer = await client.ask({ ...question, tools });
    expect(answer.finish).toBe(client.finishWords.tools);
    expect(answer.calls.map(({ name, input }) => [name, input])).toEqual([
      ['get_weather', { city: '東京' }],
      ['get_time', { city: 'Orléans' }],
    ]);
    const next = await client.ask({ ...question, tools, before: { answer, results: ['sunny, 27°', 'noon'] } });
    expect(next.text).toContain('sunny, 27°');
    expect(next.text).toContain('noon');
    expect(next.finish).toBe(client.finishWords.stop);
  });

  it.each(ways)('with an image (stream: %s)', async (stream) => {
    const answer = await client.ask({ model, user: 'What is this?', image: png, stream });
    expect(answer.text).toBe(SAMPLE_TEXT);
    expect(JSON.stringify(fake.requests[0]?.body)).toContain(png);
  });

  it.each(ways)('and makes it call one tool of several (stream: %s)', async (stream) => {
    const answer = await client.ask({ model, user: hello, tools: ['get_weather', 'get_time'], forced: 'get_time', stream });
    expect(answer.calls.map(({ name }) => name)).toEqual(['get_time']);
  });

  it.each(ways)('and gets an answer that fits a schema (stream: %s)', async (stream) => {
    const answer = await client.ask({ model, user: hello, asSchema: true, stream });
    const value: unknown = JSON.parse(answer.text);
    expect(value).toEqual({ city: expect.any(String) as string });
    expect(answer.calls).toEqual([]);
  });

  it.each(ways)('for thinking between tool calls, which goes back as the provider signed it (stream: %s)', async (stream) => {
    const question = { model, stream, user: 'Please call get_time {"city":"東京"}', tools: ['get_time'], thinking: true };
    fake.script({
      blocks: [
        { type: 'reasoning', text: 'Let me look.' },
        { type: 'tool_call', name: 'get_time', arguments: { city: '東京' } },
      ],
    });
    const answer = await client.ask(question);
    expect(answer.text).not.toContain('Let me look.');
    expect(answer.calls.map(({ name, input }) => [name, input])).toEqual([['get_time', { city: '東京' }]]);
    const next = await client.ask({ ...question, before: { answer, results: ['noon'] } });
    expect(next.text).toContain('noon');
    // Chat Completions has no place for what a provider signs; a Gemini model signs the call, not the thought.
    if (clientApi === 'openai-chat' || api === 'openai-chat') return;
    const signature = fakeSignature(fakeName, api === 'gemini' ? 'get_time' : 'Let me look.');
    expect(JSON.stringify(fake.requests[1]?.body)).toContain(signature);
  });

  it.each(ways)('and learns that the length ended the answer (stream: %s)', async (stream) => {
    fake.script({ blocks: [{ type: 'text', text: 'cut' }], finish: 'length' });
    const answer = await client.ask({ model, user: hello, stream });
    expect(answer).toMatchObject({ text: 'cut', finish: client.finishWords.length });
  });

  it.each(ways)('and gets a rate limit as the error of its own class (stream: %s)', async (stream) => {
    fake.script({ failure: { kind: 'rate_limit', message: 'no luck', retryAfter: '7' } });
    const error: unknown = await client.ask({ model, user: hello, stream }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(client.rateLimit);
    expect((error as Error).message).toContain('no luck');
    const { status, $metadata } = error as { status?: number; $metadata?: { httpStatusCode?: number } };
    expect(status ?? $metadata?.httpStatusCode).toBe(429);
  });

  it('and gets an error in the middle of a stream', async () => {
    fake.script({ delivery: { fail: { afterEvents: 2, failure: { kind: 'overloaded', message: 'too busy' } } } });
    const error: unknown = await client.ask({ model, user: hello, stream: true }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(client.streamError);
    expect((error as Error).message).toContain('too busy');
    expect((await setup.lastSummary())?.error?.message).toContain('too busy');
  });

  it.each(['end', 'destroy'] as const)('and gets an error when the stream is cut (%s)', async (how) => {
    fake.script({ delivery: { cut: { afterEvents: 2, how, partial: true } } });
    const error: unknown = await client.ask({ model, user: hello, stream: true }).catch((caught: unknown) => caught);
    if (how === 'destroy' && !tellsOfResets) {
      expect(error).toBeInstanceOf(Error);
      return;
    }
    expect(error).toBeInstanceOf(client.streamError);
    expect((error as Error).message).toMatch(/upstream/i);
  });
});
