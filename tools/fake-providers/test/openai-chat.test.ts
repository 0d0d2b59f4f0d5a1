import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chatChunkSchema, chatResponseSchema, openAiErrorSchema, SAMPLE_TEXT, startFakeOpenAi } from '../src/index.ts';
import type { FakeServer } from '../src/index.ts';
import { post, readSse } from './wire.ts';

type Messages = OpenAI.ChatCompletionMessageParam[];

const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] as Messages };
const weather: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
};
const clock: OpenAI.ChatCompletionTool = { type: 'function', function: { name: 'get_time' } };
const called: OpenAI.ChatCompletionMessageParam = {
  role: 'assistant',
  content: null,
  tool_calls: [
    { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
    { id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
  ],
};

let server: FakeServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startFakeOpenAi({ splits: { seed: 7, maxBytes: 9 } });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.apiKey, maxRetries: 0 });
});
beforeEach(() => server.reset());
afterAll(() => server.close());

describe('answers, read by the official client', () => {
  it('answers with text', async () => {
    const answer = await client.chat.completions.create(hello);
    expect(answer.choices[0]?.message.content).toBe(SAMPLE_TEXT);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(chatResponseSchema.parse(answer)).toBeTruthy();
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions', body: hello, rejection: undefined });
  });

  it('streams the same text, accumulated by the stream helper', async () => {
    const stream = client.chat.completions.stream({ ...hello, stream_options: { include_usage: true } });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(SAMPLE_TEXT);
    expect(final.usage?.total_tokens).toBe((final.usage?.prompt_tokens ?? 0) + (final.usage?.completion_tokens ?? 0));
  });

  it('streams chunks that fit the schema, then [DONE]', async () => {
    const { events } = await readSse(server, '/v1/chat/completions', {
      ...hello,
      stream: true,
      n: 2,
      stream_options: { include_usage: true },
    });
    expect(events.at(-1)?.data).toBe('[DONE]');
    const chunks = events.slice(0, -1).map(({ data }) => chatChunkSchema.parse(JSON.parse(data)));
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'stop')).toHaveLength(2);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2 } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it('calls tools in parallel when asked, and one when told so', async () => {
    const messages: Messages = [{ role: 'user', content: 'Please call get_weather {"city":"東京"} and call get_time' }];
    const final = await client.chat.completions.stream({ ...hello, messages, tools: [weather, clock] }).finalChatCompletion();
    expect(final.choices[0]?.finish_reason).toBe('tool_calls');
    expect(final.choices[0]?.message.tool_calls?.map((call) => call.type === 'function' && call.function)).toMatchObject([
      { name: 'get_weather', arguments: '{"city":"東京"}' },
      { name: 'get_time' },
    ]);
    const single = await client.chat.completions.create({ ...hello, messages, tools: [weather, clock], parallel_tool_calls: false });
    expect(single.choices[0]?.message.tool_calls).toHaveLength(1);
  });

  it('lets the tool runner finish its loop', async () => {
    const runner = client.chat.completions.runTools({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'call get_weather' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Tells the weather',
            parameters: { type: 'object', properties: {} },
            parse: (text: string) => JSON.parse(text) as object,
            function: () => '18 °C',
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('The tools answered: 18 °C');
    expect(server.requests).toHaveLength(2);
  });

  it('obeys a forced tool, a schema, the token limit and a stop sequence', async () => {
    const forced = await client.chat.completions.create({
      ...hello,
      tools: [weather],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    expect(forced.choices[0]?.message.tool_calls).toHaveLength(1);
    const format = zodResponseFormat(z.object({ city: z.string(), degrees: z.number() }), 'weather');
    const parsed = await client.chat.completions.parse({ ...hello, response_format: format });
    expect(parsed.choices[0]?.message.parsed).toEqual({ city: 'Zürich, 東京 😀', degrees: 1.5 });
    const short = await client.chat.completions.create({ ...hello, max_completion_tokens: 3 });
    expect(short.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'Bonjour !' } });
    const stopped = await client.chat.completions.create({ ...hello, stop: ['exposé'] });
    expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Bonjour ! Voici un ' } });
  });

  it('answers by script: refusal, filter, custom call, usage', async () => {
    server.script(
      { blocks: [{ type: 'refusal', text: 'I cannot.' }] },
      { blocks: [{ type: 'text', text: 'A' }], finish: 'content_filter' },
      { blocks: [{ type: 'tool_call', name: 'run', arguments: 'print("é")' }] },
      { text: 'x', usage: { uncached: 10, cacheRead: 90, output: 30, reasoning: 20 } },
    );
    expect((await client.chat.completions.stream(hello).finalChatCompletion()).choices[0]?.message.refusal).toBe('I cannot.');
    expect((await client.chat.completions.create(hello)).choices[0]?.finish_reason).toBe('content_filter');
    const custom = await client.chat.completions.create({ ...hello, tools: [{ type: 'custom', custom: { name: 'run' } }] });
    expect(custom.choices[0]?.message.tool_calls?.[0]).toMatchObject({ type: 'custom', custom: { name: 'run', input: 'print("é")' } });
    expect((await client.chat.completions.create(hello)).usage).toMatchObject({
      prompt_tokens: 100,
      completion_tokens: 30,
      prompt_tokens_details: { cached_tokens: 90 },
      completion_tokens_details: { reasoning_tokens: 20 },
    });
  });

  it('shows reasoning only when it plays a compatible server', async () => {
    const compatible = await startFakeOpenAi({ reasoningField: 'reasoning_content', chatPath: '/api/chat/completions' });
    compatible.script({
      blocks: [
        { type: 'reasoning', text: 'Hm 🙂' },
        { type: 'text', text: 'Yes' },
      ],
    });
    const { events } = await readSse(compatible, '/api/chat/completions', { ...hello, stream: true });
    const thought = events
      .slice(0, -1)
      .map(({ data }) => (JSON.parse(data) as { choices: [{ delta: { reasoning_content?: string } }] }).choices[0].delta);
    expect(thought.map((delta) => delta.reasoning_content ?? '').join('')).toBe('Hm 🙂');
    await compatible.close();
  });
});

describe('failures', () => {
  it('fails with status, body and retry-after', async () => {
    server.script({ failure: { kind: 'rate_limit', retryAfter: '3' } }, { failure: { kind: 'overloaded' } });
    await expect(client.chat.completions.create(hello)).rejects.toSatisfy(
      (error) => error instanceof OpenAI.RateLimitError && error.code === 'rate_limit_exceeded' && error.headers.get('retry-after') === '3',
    );
    await expect(client.chat.completions.create(hello)).rejects.toMatchObject({ status: 503 });
  });

  it('fails in the middle of a stream', async () => {
    server.script({ text: SAMPLE_TEXT, delivery: { fail: { afterEvents: 4, failure: { kind: 'server', message: 'boom' } } } });
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const chunk of await client.chat.completions.create({ ...hello, stream: true }))
        seen.push(chunk.choices[0]?.delta.content ?? '');
    };
    await expect(reading()).rejects.toThrow(/boom/);
    expect(seen).toHaveLength(4);
  });

  it.each(['destroy', 'end'] as const)('cuts a stream (%s) without a terminator', async (how) => {
    server.script({ text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 3, how, partial: true } } });
    const { events, error } = await readSse(server, '/v1/chat/completions', { ...hello, stream: true });
    expect(events).toHaveLength(3);
    expect(error === undefined).toBe(how === 'end');
    expect(await server.requests[0]?.closed).toBe('cut');
  });

  it('keeps CRLF and comments readable', async () => {
    server.script({ text: 'é 東京 😀', delivery: { lineEnding: '\r\n', comments: true } });
    const stream = client.chat.completions.stream(hello);
    expect(await stream.finalContent()).toBe('é 東京 😀');
  });
});

describe('refusals', () => {
  const tooManyStops = ['a', 'b', 'c', 'd', 'e'];
  const strictWithout = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  const schemaFormat = (schema: unknown, strict = true): unknown => ({
    response_format: { type: 'json_schema', json_schema: { name: 'x', strict, schema } },
  });
  const toolWith = (parameters: unknown, strict?: boolean): unknown => ({
    tools: [{ type: 'function', function: { name: 'f', parameters, strict } }],
  });
  const user = { role: 'user', content: 'x' };

  it.each<[name: string, change: unknown, param: string | null, status?: number]>([
    ['unknown field', { frobnicate: 1 }, 'frobnicate'],
    [
      'unknown field deep inside',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: {} }] }] },
      'messages[0].content[0].cache_control',
    ],
    ['missing field', { messages: undefined }, 'messages'],
    ['wrong type', { temperature: 'hot' }, 'temperature'],
    ['wrong role', { messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    ['temperature range', { temperature: 2.1 }, 'temperature'],
    ['top_p range', { top_p: -0.1 }, 'top_p'],
    ['fractional integer', { max_tokens: 1.5 }, 'max_tokens'],
    ['no tokens', { max_tokens: 0 }, 'max_tokens'],
    ['two token limits', { max_tokens: 5, max_completion_tokens: 5 }, 'max_tokens'],
    ['five stop sequences', { stop: tooManyStops }, 'stop'],
    ['no messages', { messages: [] }, 'messages'],
    ['empty content list', { messages: [{ role: 'user', content: [] }] }, 'messages[0].content'],
    ['null user content', { messages: [{ role: 'user', content: null }] }, 'messages[0].content'],
    ['assistant without content', { messages: [user, { role: 'assistant', content: null }] }, 'messages.[1].content'],
    ['unanswered tool calls', { messages: [user, called] }, 'messages.[2].role'],
    [
      'one of two calls unanswered',
      { messages: [user, called, { role: 'tool', tool_call_id: 'call_1', content: 'x' }, user] },
      'messages.[2].role',
    ],
    ['tool message without a call', { messages: [user, { role: 'tool', tool_call_id: 'call_1', content: 'x' }] }, 'messages.[1].role'],
    [
      'tool message for another call',
      { messages: [user, called, { role: 'tool', tool_call_id: 'call_9', content: 'x' }] },
      'messages.[2].tool_call_id',
    ],
    [
      'answers not directly behind the call',
      { messages: [user, called, user, { role: 'tool', tool_call_id: 'call_1', content: 'x' }] },
      'messages.[2].role',
    ],
    [
      'tool call id too long',
      { messages: [user, { ...called, tool_calls: [{ id: 'c'.repeat(41), type: 'function', function: { name: 'f', arguments: '' } }] }] },
      'messages[1].tool_calls[0].id',
    ],
    ['empty tool list', { tools: [] }, 'tools'],
    ['tool name', { tools: [{ type: 'function', function: { name: 'a b' } }] }, 'tools[0].function.name'],
    ['flat tool of the other API', { tools: [{ type: 'function', name: 'f' }] }, 'tools[0].function'],
    ['tool_choice without tools', { tool_choice: 'auto' }, 'tool_choice'],
    ['parallel_tool_calls without tools', { parallel_tool_calls: true }, 'parallel_tool_calls'],
    ['tool_choice of an unknown tool', { tools: [weather], tool_choice: { type: 'function', function: { name: 'nope' } } }, 'tool_choice'],
    ['parameters that are no object', toolWith({ type: 'string' }), 'tools[0].function.parameters'],
    ['strict tool without additionalProperties', toolWith({ type: 'object', properties: {} }, true), 'tools[0].function.parameters'],
    ['strict schema with an optional key', schemaFormat(strictWithout), 'response_format'],
    [
      'strict schema, fault nested in $defs',
      schemaFormat({ type: 'object', properties: {}, required: [], additionalProperties: false, $defs: { a: { type: 'object' } } }),
      'response_format',
    ],
    [
      'strict schema with oneOf',
      schemaFormat({ type: 'object', properties: { a: { type: 'string', oneOf: [] } }, required: ['a'], additionalProperties: false }),
      'response_format',
    ],
    ['schema missing', schemaFormat(undefined), 'response_format.json_schema.schema'],
    ['flat format of the other API', { response_format: { type: 'json_schema', name: 'x', schema: {} } }, 'response_format.json_schema'],
    ['JSON mode without the word', { response_format: { type: 'json_object' } }, 'messages'],
    ['stream_options without stream', { stream_options: { include_usage: true } }, 'stream_options'],
    ['top_logprobs without logprobs', { top_logprobs: 2 }, 'top_logprobs'],
    ['metadata value too long', { metadata: { a: 'x'.repeat(513) } }, 'metadata.a'],
    [
      'image that is no URL',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'aGVsbG8=' } }] }] },
      'messages[0].content[0].image_url.url',
    ],
    ['max_tokens on a reasoning model', { model: 'o3-mini', max_tokens: 5 }, 'max_tokens'],
    ['temperature on a reasoning model', { model: 'gpt-5', temperature: 0.2 }, 'temperature'],
    ['reasoning_effort on a model without', { reasoning_effort: 'low' }, 'reasoning_effort'],
    [
      'repeated call id',
      {
        messages: [
          user,
          { ...called, tool_calls: [called.tool_calls?.[0], called.tool_calls?.[0]] },
          { role: 'tool', tool_call_id: 'call_1', content: 'x' },
        ],
      },
      'messages.[1].tool_calls',
    ],
    ['tools and functions', { tools: [weather], functions: [{ name: 'f' }] }, 'functions'],
    ['audio output without its form', { modalities: ['text', 'audio'] }, 'audio'],
    ['stop on a model without', { model: 'o3', stop: ['x'] }, 'stop'],
    ['penalty on a reasoning model', { model: 'gpt-5', presence_penalty: 1 }, 'presence_penalty'],
    [
      'strict schema with a required stranger',
      schemaFormat({ type: 'object', properties: {}, required: ['a'], additionalProperties: false }),
      'response_format',
    ],
    [
      'strict schema, property without a type',
      schemaFormat({ type: 'object', properties: { a: {} }, required: ['a'], additionalProperties: false }),
      'response_format',
    ],
    [
      'strict schema, property that is no schema',
      schemaFormat({ type: 'object', properties: { a: 1 }, required: ['a'], additionalProperties: false }),
      'response_format',
    ],
    [
      'strict schema with anyOf at the root',
      schemaFormat({ type: 'object', properties: {}, required: [], additionalProperties: false, anyOf: [{ type: 'string' }] }),
      'response_format',
    ],
    [
      'strict schema, choice with not',
      schemaFormat({
        type: 'object',
        properties: { a: { anyOf: [{ type: 'string', not: {} }] } },
        required: ['a'],
        additionalProperties: false,
      }),
      'response_format',
    ],
    ['model with a provider prefix', { model: 'openai/gpt-4o' }, null, 404],
    ['anthropic field', { stop_sequences: ['x'] }, 'stop_sequences'],
  ])('%s', async (_name, change, param, status = 400) => {
    server.script('not used up by a refused request');
    const response = await post(server, '/v1/chat/completions', { ...hello, ...(change as object) });
    expect(response.status).toBe(status);
    const { error } = openAiErrorSchema.parse(await response.json());
    expect({ type: error.type, param: error.param }).toEqual({ type: 'invalid_request_error', param });
    expect(server.requests[0]?.rejection?.status).toBe(status);
    expect((await client.chat.completions.create(hello)).choices[0]?.message.content).toBe('not used up by a refused request');
  });

  it.each<[name: string, headers: Record<string, string>, status: number, path?: string, method?: string]>([
    ['no credential', { authorization: '' }, 401],
    ['key in x-api-key', { authorization: '', 'x-api-key': 'test-key' }, 401],
    ['wrong key', { authorization: 'Bearer sk-wrong-key-123' }, 401],
    ['other scheme', { authorization: 'Basic test-key' }, 401],
    ['content type', { 'content-type': 'text/plain' }, 400],
    ['path', {}, 404, '/chat/completions'],
    ['doubled prefix', {}, 404, '/v1/v1/chat/completions'],
    ['method', {}, 405, '/v1/chat/completions', 'PUT'],
  ])('%s', async (_name, headers, status, path = '/v1/chat/completions', method = 'POST') => {
    const response = await post(server, path, hello, headers, method);
    expect(response.status).toBe(status);
    const { error } = openAiErrorSchema.parse(await response.json());
    expect(error.message).not.toContain('sk-wrong-key-123');
  });

  it('broken JSON', async () => {
    for (const broken of ['{"model":', new Uint8Array([0x7b, 0xff, 0x7d]), '']) {
      const response = await post(server, '/v1/chat/completions', broken);
      expect(response.status).toBe(400);
      expect(openAiErrorSchema.parse(await response.json()).error.message).toMatch(/could not parse the JSON body/);
    }
  });

  it('lets unknown fields through when told to', async () => {
    const lax = await startFakeOpenAi({ unknownFields: 'accept' });
    expect(
      (await post(lax, '/v1/chat/completions', { ...hello, top_k: 3, messages: [{ role: 'user', content: 'x', extra: {} }] })).status,
    ).toBe(200);
    expect((await post(lax, '/v1/chat/completions', { ...hello, temperature: 'hot', top_k: 3 })).status).toBe(400);
    await lax.close();
  });
});
