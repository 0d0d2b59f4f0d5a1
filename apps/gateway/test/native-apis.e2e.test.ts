import { Buffer } from 'node:buffer';
import { encodeConverseFrame, SAMPLE_TEXT } from '@plano/fake-providers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrockClient } from './support/bedrock-client.ts';
import type { FiveProviders } from './support/five-providers.ts';
import { startFiveProviders, upstreams } from './support/five-providers.ts';
import { googleClient } from './support/google-client.ts';
import { tellsOfResets } from './support/start-gateway.ts';

let setup: FiveProviders;
beforeAll(async () => {
  setup = await startFiveProviders();
});
beforeEach(() => setup.reset());
afterAll(() => setup.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(setup.gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const geminiHello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const converseHello = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
const chatHello = { messages: [{ role: 'user', content: 'Hello' }] };
const fakes = ['openai', 'anthropic', 'bedrock', 'gemini'] as const;
const rejections = (): unknown[] => fakes.flatMap((name) => setup[name].requests.filter(({ rejection }) => rejection !== undefined));

interface Chunk {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly { readonly text?: string }[] };
    readonly finishReason?: string;
  }[];
  readonly error?: { readonly code: number; readonly message: string; readonly status: string };
}
const textOf = (chunks: readonly Chunk[]): string =>
  chunks.map(({ candidates }) => (candidates?.[0]?.content?.parts ?? []).map(({ text = '' }) => text).join('')).join('');
const sseData = (body: string): unknown[] =>
  body
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice(6)) as unknown);

describe("the client's own key goes to providers that have none", () => {
  const ownModel = 'gemini/gemini-3-pro';
  const ownConverse = 'amazon_bedrock/us.amazon.nova-pro-v1:0';

  it.each([false, true])('in x-goog-api-key for Gemini (stream: %s)', async (stream) => {
    const answer = await googleClient(setup.gateway.url, 'AIza-gemini').ask({ model: ownModel, user: 'Hello', stream });
    expect(answer.text).toBe(SAMPLE_TEXT);
    const [request] = setup.gemini.requests;
    expect(request?.headers).toMatchObject({ 'x-goog-api-key': 'AIza-gemini' });
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.path).toBe(`/v1beta/models/gemini-3-pro:${stream ? 'streamGenerateContent' : 'generateContent'}`);
    expect(rejections()).toEqual([]);
  });

  it('in x-goog-api-key for Gemini, from a client that sent it as a bearer token of another API', async () => {
    const answer = await post('/v1/chat/completions', { model: ownModel, ...chatHello }, { authorization: 'Bearer AIza-gemini' });
    expect(answer.status).toBe(200);
    expect(setup.gemini.requests[0]?.headers).toMatchObject({ 'x-goog-api-key': 'AIza-gemini' });
    expect(setup.gemini.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('and a wrong one is the error that Gemini makes of it', async () => {
    const question = { model: ownModel, user: 'Hello', stream: false };
    await expect(googleClient(setup.gateway.url, 'AIza-wrong').ask(question)).rejects.toThrow(/API key not valid/);
  });

  it('and none is a 401 in the envelope of the API', async () => {
    const answer = await post(`/v1beta/models/${ownModel}:generateContent`, geminiHello);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } });
    expect(setup.gemini.requests).toEqual([]);
  });

  it.each([false, true])('as a bearer token for Bedrock (stream: %s)', async (stream) => {
    const client = bedrockClient(setup.gateway.url, {
      token: { token: 'bedrock-api-key-1' },
      authSchemePreference: ['httpBearerAuth'],
    });
    const answer = await client.ask({ model: ownConverse, user: 'Hello', stream });
    expect(answer.text).toBe(SAMPLE_TEXT);
    const [request] = setup.bedrock.requests;
    expect(request?.headers.authorization).toBe('Bearer bedrock-api-key-1');
    expect(request?.path).toBe(`/model/us.amazon.nova-pro-v1%3A0/${stream ? 'converse-stream' : 'converse'}`);
    expect(rejections()).toEqual([]);
  });

  it('as a bearer token for Bedrock, from a client that sent it in x-api-key', async () => {
    const body = { model: ownConverse, max_tokens: 50, ...chatHello };
    const answer = await post('/v1/messages', body, { 'x-api-key': 'bedrock-api-key-1', 'anthropic-version': '2023-06-01' });
    expect(answer.status).toBe(200);
    expect(setup.bedrock.requests[0]?.headers).toMatchObject({ authorization: 'Bearer bedrock-api-key-1' });
    for (const name of ['x-api-key', 'anthropic-version']) expect(setup.bedrock.requests[0]?.headers[name]).toBeUndefined();
  });
});

describe.each(upstreams)('answers of $api', ({ model, api, fake }) => {
  const id = encodeURIComponent(model);

  it.each([
    ['/v1/chat/completions', { model, ...chatHello }],
    ['/v1/responses', { model, input: 'Hello' }],
    ['/v1/messages', { model, max_tokens: 99, ...chatHello }],
    [`/v1beta/models/${model}:generateContent`, geminiHello],
    [`/v1/models/${model}:generateContent`, geminiHello],
    [`/v1beta/models/${id}:generateContent`, geminiHello],
    [`/model/${id}/converse`, converseHello],
  ])('are JSON at %s', async (path, body) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.stringify(await answer.json())).toContain(JSON.stringify(SAMPLE_TEXT).slice(1, -1));
    expect(setup[fake].requests[0]?.headers.accept).toBe('application/json');
  });

  it.each([
    ['/v1/chat/completions', { model, stream: true, ...chatHello }, 'text/event-stream'],
    ['/v1/responses', { model, stream: true, input: 'Hello' }, 'text/event-stream'],
    ['/v1/messages', { model, stream: true, max_tokens: 99, ...chatHello }, 'text/event-stream'],
    [`/v1beta/models/${model}:streamGenerateContent?alt=sse`, geminiHello, 'text/event-stream'],
    [`/v1/models/${model}:streamGenerateContent?alt=sse`, geminiHello, 'text/event-stream'],
    [`/v1beta/models/${model}:streamGenerateContent`, geminiHello, 'application/json'],
    [`/model/${id}/converse-stream`, converseHello, 'application/vnd.amazon.eventstream'],
  ])('are streams of the right type at %s', async (path, body, type) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(answer.headers.get('content-length')).toBeNull();
    await answer.arrayBuffer();
    const accepted = api === 'bedrock-converse' ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
    expect(setup[fake].requests[0]?.headers.accept).toBe(accepted);
    expect(rejections()).toEqual([]);
  });

  it('say the same as a JSON array and as server-sent events', async () => {
    const path = `/v1beta/models/${model}:streamGenerateContent`;
    const array = (await (await post(path, geminiHello)).json()) as Chunk[];
    const events = sseData(await (await post(`${path}?alt=sse`, geminiHello)).text()) as Chunk[];
    expect(textOf(array)).toBe(SAMPLE_TEXT);
    expect(textOf(events)).toBe(SAMPLE_TEXT);
    for (const chunks of [array, events]) expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
  });

  it.each([
    ['breaks', { fail: { afterEvents: 2, failure: { kind: 'overloaded', message: 'too busy' } } }, /too busy/],
    ['is cut', { cut: { afterEvents: 2, how: 'end', partial: true } }, /upstream/i],
    ['is reset', { cut: { afterEvents: 2, how: 'destroy', partial: true } }, /upstream/i],
  ] as const)('stay valid JSON as an array when the stream %s', async (name, delivery, message) => {
    setup[fake].script({ delivery });
    const answer = await post(`/v1beta/models/${model}:streamGenerateContent`, geminiHello);
    if (name === 'is reset' && !tellsOfResets) {
      await expect(answer.json()).rejects.toThrow();
      return;
    }
    const array = (await answer.json()) as Chunk[];
    expect(array.at(-1)?.error?.message).toMatch(message);
    expect(array.at(-1)?.error?.status).toMatch(/^[A-Z_]+$/);
  });
});

describe('names of models in paths', () => {
  it.each([
    ['/v1beta/models/gemini-2.5-flash:generateContent', geminiHello, 'gemini', '/v1beta/models/gemini-2.5-flash:generateContent'],
    ['/v1beta/models/gpt-5-mini:generateContent', geminiHello, 'openai', '/v1/chat/completions'],
    ['/model/gpt-5/converse', converseHello, 'openai', '/v1/responses'],
    ['/model/claude-sonnet-4-5/converse', converseHello, 'anthropic', '/v1/messages'],
    [
      '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
      converseHello,
      'bedrock',
      '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
    ],
    [
      '/model/us.anthropic.claude-haiku-4-5-20251001-v1:0/converse',
      converseHello,
      'bedrock',
      '/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse',
    ],
  ] as const)('may leave the provider out: %s', async (path, body, fake, upstream) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(200);
    expect(setup[fake].requests.map((request) => request.path)).toEqual([upstream]);
  });

  it('that are unknown are the error of the API', async () => {
    const gemini = await post('/v1beta/models/gemini-9:generateContent', geminiHello);
    expect(gemini.status).toBe(404);
    expect(await gemini.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
    const converse = await post('/model/unknown.model-v1%3A0/converse', converseHello);
    expect(converse.status).toBe(404);
    expect(converse.headers.get('x-amzn-errortype')).toMatch(/^ResourceNotFoundException/);
    expect(await converse.json()).toMatchObject({ message: expect.stringContaining('unknown.model-v1:0') as string });
  });
});

describe('between equal APIs the bytes stay', () => {
  it('of a Gemini request and answer', async () => {
    const raw = '{\n  "candidates": [ { "index": 0, "new_field": 1.0 } ],\r\n "big": 9007199254740993 }';
    setup.gemini.script({ raw: { body: [raw], headers: { 'content-type': 'application/json; charset=UTF-8' } } });
    const body = '{ "contents": [{"role":"user","parts":[{"text":"caf\\u00e9"}]}], "generationConfig": {"temperature": 1.0} }';
    const answer = await post('/v1beta/models/gemini/gemini-2.5-flash:generateContent', body);
    expect(await answer.text()).toBe(raw);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=UTF-8');
    expect(Buffer.from(setup.gemini.requests[0]?.bytes ?? []).toString()).toBe(body);
  });

  it('of a Converse stream, unknown events included', async () => {
    const frames = [
      encodeConverseFrame('messageStart', { role: 'assistant' }),
      encodeConverseFrame('somethingNew', { x: 1 }),
      encodeConverseFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: '東京' } }),
      encodeConverseFrame('contentBlockStop', { contentBlockIndex: 0 }),
      encodeConverseFrame('messageStop', { stopReason: 'end_turn' }),
      encodeConverseFrame('metadata', { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, metrics: { latencyMs: 1 } }),
    ];
    setup.bedrock.script({ raw: { body: frames, headers: { 'content-type': 'application/vnd.amazon.eventstream' } } });
    const model = encodeURIComponent('amazon_bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0');
    const answer = await post(`/model/${model}/converse-stream`, '{ "messages" : [{"role":"user","content":[{"text":"Hi"}]}] }');
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.concat(frames))).toBe(true);
    expect(Buffer.from(setup.bedrock.requests[0]?.bytes ?? []).toString()).toBe(
      '{ "messages" : [{"role":"user","content":[{"text":"Hi"}]}] }',
    );
  });
});
