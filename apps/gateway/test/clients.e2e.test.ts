import Anthropic from '@anthropic-ai/sdk';
import { SAMPLE_TEXT } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tellsOfResets } from './support/start-gateway.ts';
import type { TwoProviders } from './support/two-providers.ts';
import { startTwoProviders } from './support/two-providers.ts';

/** What a client is told of a cut stream. Envoy resets the client's stream together with the upstream's, so that nothing can be told. */
const toldOf = (how: 'end' | 'destroy'): RegExp => (how === 'destroy' && !tellsOfResets ? /./ : /upstream/i);

let setup: TwoProviders;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  setup = await startTwoProviders();
  openai = new OpenAI({ baseURL: `${setup.gateway.url}/v1`, apiKey: 'client-key', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: setup.gateway.url, apiKey: 'client-key', maxRetries: 0 });
});
beforeEach(() => setup.reset());
afterAll(() => setup.close());

const models = ['openai/gpt-4o', 'anthropic/claude-sonnet-4-5'] as const;
const fakeOf = (model: string): FakeServer => (model.startsWith('openai') ? setup.openai : setup.anthropic);
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const refused = (model: string): unknown => fakeOf(model).requests.filter(({ rejection }) => rejection !== undefined);

describe.each(models)('the OpenAI client reaches %s', (model) => {
  const tools: OpenAI.ChatCompletionTool[] = ['get_weather', 'get_time'].map((name) => ({
    type: 'function',
    function: { name, description: name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  }));

  it('for text, with system prompt and usage', async () => {
    const answer = await openai.chat.completions.create({
      model,
      max_completion_tokens: 100,
      temperature: 0.5,
      stop: ['END'],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe(SAMPLE_TEXT);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    expect(refused(model)).toEqual([]);
    expect(JSON.stringify(fakeOf(model).requests[0]?.body)).toContain('Be brief.');
  });

  it('for a stream, accumulated by its helper', async () => {
    const stream = openai.chat.completions.stream({
      model,
      messages: [{ role: 'user', content: 'Hello' }],
      stream_options: { include_usage: true },
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(SAMPLE_TEXT);
    expect(final.choices[0]?.finish_reason).toBe('stop');
    expect(final.usage?.completion_tokens).toBeGreaterThan(0);
  });

  it('for parallel tool calls, and back with their results', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: 'Please call get_weather {"city":"東京"} and call get_time {"city":"Orléans"}' },
    ];
    const whole = await openai.chat.completions.create({ model, messages, tools });
    const streamed = await openai.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    for (const answer of [whole, streamed]) {
      expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
      const calls = answer.choices[0]?.message.tool_calls ?? [];
      expect(calls.map((call) => call.type === 'function' && [call.function.name, JSON.parse(call.function.arguments)])).toEqual([
        ['get_weather', { city: '東京' }],
        ['get_time', { city: 'Orléans' }],
      ]);
      const results = calls.map((call) => ({ role: 'tool' as const, tool_call_id: call.id, content: `result of ${call.id}` }));
      const assistant = { role: 'assistant' as const, content: null, tool_calls: calls };
      const next = await openai.chat.completions.create({ model, messages: [...messages, assistant, ...results], tools });
      expect(next.choices[0]?.message.content).toBeTruthy();
    }
    expect(refused(model)).toEqual([]);
  });

  it('with images', async () => {
    const answer = await openai.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
            { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).toBeTruthy();
    expect(JSON.stringify(fakeOf(model).requests[0]?.body)).toContain(png);
    expect(JSON.stringify(fakeOf(model).requests[0]?.body)).toContain('https://example.com/cat.png');
  });

  it.each([
    ['length', 'length'],
    ['stop_sequence', 'stop'],
  ] as const)('and learns that %s ended the answer', async (finish, expected) => {
    const reply = { blocks: [{ type: 'text' as const, text: 'cut' }], finish };
    fakeOf(model).script(reply, reply);
    const request = { model, messages: [{ role: 'user' as const, content: 'Hello' }], stop: ['END'] };
    const whole = await openai.chat.completions.create(request);
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();
    expect([whole.choices[0]?.finish_reason, streamed.choices[0]?.finish_reason]).toEqual([expected, expected]);
  });

  it.each([
    ['rate_limit', 429, OpenAI.RateLimitError],
    ['authentication', 401, OpenAI.AuthenticationError],
    ['overloaded', undefined, OpenAI.InternalServerError],
    ['not_found', 404, OpenAI.NotFoundError],
  ] as const)('and gets a %s error in its own envelope, streamed or not', async (kind, status, type) => {
    for (const stream of [false, true]) {
      fakeOf(model).script({ failure: { kind, message: 'no luck', retryAfter: '7' } });
      const error: unknown = await openai.chat.completions
        .create({ model, stream, messages: [{ role: 'user', content: 'Hello' }] })
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(type);
      const { message, headers, status: received } = error as InstanceType<typeof OpenAI.APIError>;
      expect(message).toContain('no luck');
      expect((headers as Headers).get('retry-after')).toBe('7');
      if (status !== undefined) expect(received).toBe(status);
    }
  });

  it('and gets an error in the middle of a stream', async () => {
    fakeOf(model).script({ delivery: { fail: { afterEvents: 5, failure: { kind: 'overloaded', message: 'too busy' } } } });
    const stream = openai.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Hello' }] });
    await expect(stream.finalChatCompletion()).rejects.toThrow(/too busy/);
  });

  it.each(['end', 'destroy'] as const)('and gets an error when the stream is cut (%s)', async (how) => {
    fakeOf(model).script({ delivery: { cut: { afterEvents: 5, how, partial: true } } });
    const stream = openai.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Hello' }] });
    await expect(stream.finalChatCompletion()).rejects.toThrow(toldOf(how));
  });

  it.each(['\r\n', '\r'] as const)('over a stream with line ends %j and comments', async (lineEnding) => {
    fakeOf(model).script({ delivery: { lineEnding, comments: true, pings: true } });
    const final = await openai.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Hello' }] }).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(SAMPLE_TEXT);
  });
});

describe.each(models)('the Anthropic client reaches %s', (model) => {
  const base = { model, max_tokens: 200 };
  const tools: Anthropic.Tool[] = ['get_weather', 'get_time'].map((name) => ({
    name,
    description: name,
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  }));
  const textOf = (answer: Anthropic.Message): string => answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');

  it('for text, with system prompt and usage', async () => {
    const answer = await anthropic.messages.create({
      ...base,
      system: [{ type: 'text', text: 'Be brief.' }],
      stop_sequences: ['END'],
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect(textOf(answer)).toBe(SAMPLE_TEXT);
    expect(answer).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
    expect(answer.usage.output_tokens).toBeGreaterThan(0);
    expect(JSON.stringify(fakeOf(model).requests[0]?.body)).toContain('Be brief.');
    expect(refused(model)).toEqual([]);
  });

  it('for a stream, accumulated by its helper', async () => {
    const events: string[] = [];
    const stream = anthropic.messages.stream({ ...base, messages: [{ role: 'user', content: 'Hello' }] });
    stream.on('streamEvent', (event) => events.push(event.type));
    const final = await stream.finalMessage();
    expect(textOf(final)).toBe(SAMPLE_TEXT);
    expect(final.stop_reason).toBe('end_turn');
    expect(final.usage.output_tokens).toBeGreaterThan(0);
    expect([events[0], events.at(-1)]).toEqual(['message_start', 'message_stop']);
  });

  it('for parallel tool calls, and back with their results', async () => {
    const messages: Anthropic.MessageParam[] = [
      { role: 'user', content: 'Please call get_weather {"city":"東京"} and call get_time {"city":"Orléans"}' },
    ];
    const whole = await anthropic.messages.create({ ...base, messages, tools });
    const streamed = await anthropic.messages.stream({ ...base, messages, tools }).finalMessage();
    for (const answer of [whole, streamed]) {
      expect(answer.stop_reason).toBe('tool_use');
      const calls = answer.content.filter((block) => block.type === 'tool_use');
      expect(calls.map(({ name, input }) => [name, input])).toEqual([
        ['get_weather', { city: '東京' }],
        ['get_time', { city: 'Orléans' }],
      ]);
      const results: Anthropic.ToolResultBlockParam[] = calls.map(({ id }, index) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: [{ type: 'text', text: `result of ${id}` }],
        is_error: index === 1,
      }));
      const next = await anthropic.messages.create({
        ...base,
        tools,
        messages: [
          ...messages,
          { role: 'assistant', content: answer.content },
          { role: 'user', content: [...results, { type: 'text', text: 'Go on' }] },
        ],
      });
      expect(textOf(next)).toBeTruthy();
    }
    expect(refused(model)).toEqual([]);
  });

  it('with images, also in tool results', async () => {
    const image: Anthropic.ImageBlockParam = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
    const answer = await anthropic.messages.create({
      ...base,
      tools,
      messages: [
        { role: 'user', content: [image, { type: 'text', text: 'What is this?' }] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [image] }] },
      ],
    });
    expect(textOf(answer)).toBeTruthy();
    expect(JSON.stringify(fakeOf(model).requests[0]?.body).split(png)).toHaveLength(3);
    expect(refused(model)).toEqual([]);
  });

  it('and learns that the length ended the answer', async () => {
    const reply = { blocks: [{ type: 'text' as const, text: 'cut' }], finish: 'length' as const };
    fakeOf(model).script(reply, reply);
    const whole = await anthropic.messages.create({ ...base, messages: [{ role: 'user', content: 'Hello' }] });
    const streamed = await anthropic.messages.stream({ ...base, messages: [{ role: 'user', content: 'Hello' }] }).finalMessage();
    expect([whole.stop_reason, streamed.stop_reason]).toEqual(['max_tokens', 'max_tokens']);
  });

  it.each([
    ['rate_limit', Anthropic.RateLimitError],
    ['authentication', Anthropic.AuthenticationError],
    ['overloaded', Anthropic.InternalServerError],
    ['not_found', Anthropic.NotFoundError],
  ] as const)('and gets a %s error in its own envelope, streamed or not', async (kind, type) => {
    for (const stream of [false, true]) {
      fakeOf(model).script({ failure: { kind, message: 'no luck', retryAfter: '7' } });
      const error: unknown = await anthropic.messages
        .create({ ...base, stream, messages: [{ role: 'user', content: 'Hello' }] })
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(type);
      const { headers, error: envelope } = error as InstanceType<typeof Anthropic.APIError>;
      expect(envelope).toMatchObject({ type: 'error', error: { message: 'no luck' } });
      expect((headers as Headers).get('retry-after')).toBe('7');
    }
  });

  it('and gets an error in the middle of a stream', async () => {
    fakeOf(model).script({ delivery: { fail: { afterEvents: 5, failure: { kind: 'overloaded', message: 'too busy' } } } });
    const stream = anthropic.messages.stream({ ...base, messages: [{ role: 'user', content: 'Hello' }] });
    await expect(stream.finalMessage()).rejects.toThrow(/too busy/);
  });

  it.each(['end', 'destroy'] as const)('and gets an error when the stream is cut (%s)', async (how) => {
    fakeOf(model).script({ delivery: { cut: { afterEvents: 5, how, partial: true } } });
    const stream = anthropic.messages.stream({ ...base, messages: [{ role: 'user', content: 'Hello' }] });
    await expect(stream.finalMessage()).rejects.toThrow(toldOf(how));
  });
});
