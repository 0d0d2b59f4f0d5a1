import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anthropicErrorSchema,
  fakeSignature,
  messagesResponseSchema,
  messagesWireEventSchema,
  SAMPLE_REASONING,
  SAMPLE_TEXT,
  startFakeAnthropic,
} from '../src/index.ts';
import type { FakeServer } from '../src/index.ts';
import { post, readSse } from './wire.ts';

type Messages = Anthropic.MessageParam[];

const hello = { model: 'claude-haiku-4-5', max_tokens: 2000, messages: [{ role: 'user', content: 'Hello' }] as Messages };
const weather: Anthropic.Tool = {
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const clock: Anthropic.Tool = { name: 'get_time', input_schema: { type: 'object' } };
const old = { 'anthropic-version': '2023-06-01' };
const path = '/v1/messages';

let server: FakeServer;
let client: Anthropic;

beforeAll(async () => {
  server = await startFakeAnthropic({ splits: { seed: 3, maxBytes: 11 } });
  client = new Anthropic({ baseURL: server.url, apiKey: server.apiKey, maxRetries: 0 });
});
beforeEach(() => server.reset());
afterAll(() => server.close());

describe('answers, read by the official client', () => {
  it('answers with text', async () => {
    const answer = await client.messages.create(hello);
    expect(answer.content).toEqual([{ type: 'text', text: SAMPLE_TEXT, citations: null }]);
    expect(answer.stop_reason).toBe('end_turn');
    expect(messagesResponseSchema.parse(answer)).toBeTruthy();
    expect(server.requests[0]).toMatchObject({ path, headers: { 'anthropic-version': '2026-10-21' }, rejection: undefined });
  });

  it('streams the same message, accumulated by the stream helper', async () => {
    const final = await client.messages.stream({ ...hello, thinking: { type: 'enabled', budget_tokens: 1024 } }).finalMessage();
    const { parsed_output: _parsed, ...message } = final;
    expect(messagesResponseSchema.parse(message)).toBeTruthy();
    expect(final.content).toEqual([
      { type: 'thinking', thinking: SAMPLE_REASONING, signature: fakeSignature('anthropic', SAMPLE_REASONING) },
      { type: 'text', text: SAMPLE_TEXT, citations: null },
    ]);
    expect(final.usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0);
  });

  it('streams events that fit the schema, each under its own name', async () => {
    server.script({
      blocks: [
        { type: 'redacted_reasoning', data: 'b3BhcXVl' },
        { type: 'text', text: 'A 東京' },
        { type: 'tool_call', name: 'get_weather', arguments: {} },
      ],
      delivery: { pings: true, lineEnding: '\r\n' },
    });
    const { events, reads } = await readSse(server, path, { ...hello, tools: [weather], stream: true }, old);
    const types = events.map(({ event, data }) => {
      const parsed = messagesWireEventSchema.parse(JSON.parse(data));
      expect(parsed.type).toBe(event);
      return parsed.type;
    });
    expect(types.filter((type) => type === 'ping').length).toBeGreaterThan(1);
    expect([types[0], types.at(-2), types.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop']);
    expect(reads).toBeGreaterThan(50);
  });

  it('calls tools in parallel when asked, and one when told so', async () => {
    const messages: Messages = [{ role: 'user', content: 'call get_weather {"city":"東京"} and call get_time' }];
    const final = await client.messages.stream({ ...hello, messages, tools: [weather, clock] }).finalMessage();
    expect(final.stop_reason).toBe('tool_use');
    expect(final.content).toMatchObject([
      { type: 'tool_use', name: 'get_weather', input: { city: '東京' } },
      { type: 'tool_use', name: 'get_time', input: {} },
    ]);
    const single = await client.messages.create({
      ...hello,
      messages,
      tools: [weather, clock],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
    expect(single.content).toHaveLength(1);
  });

  it('accepts its own tool calls and reasoning back, with results first', async () => {
    const request = { ...hello, tools: [weather, clock], thinking: { type: 'enabled' as const, budget_tokens: 1024 } };
    const messages: Messages = [{ role: 'user', content: 'call get_weather and call get_time' }];
    const first = await client.messages.create({ ...request, messages });
    const calls = first.content.filter((block) => block.type === 'tool_use');
    const results = calls.map(({ id, name }) => ({ type: 'tool_result' as const, tool_use_id: id, content: `${name} ok` }));
    messages.push(
      { role: 'assistant', content: first.content as Anthropic.ContentBlockParam[] },
      { role: 'user', content: [...results, { type: 'text', text: 'and?' }] },
    );
    const second = await client.messages.create({ ...request, messages });
    expect(second.content.at(-1)).toMatchObject({ type: 'text', text: 'The tools answered: get_weather ok | get_time ok' });
  });

  it('obeys a forced tool, a schema, the token limit and a stop sequence', async () => {
    const forced = await client.messages.create({ ...hello, tools: [weather], tool_choice: { type: 'any' } });
    expect(forced.content[0]).toMatchObject({ type: 'tool_use', input: { city: 'Zürich, 東京 😀' } });
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false };
    const formatted = await client.messages.create({ ...hello, output_config: { format: { type: 'json_schema', schema } } });
    expect(formatted.content[0]).toMatchObject({ text: '{"ok":true}' });
    expect(await client.messages.create({ ...hello, max_tokens: 3 })).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ text: 'Bonjour !' }],
    });
    expect(await client.messages.create({ ...hello, stop_sequences: ['exposé'] })).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'exposé',
    });
  });

  it('answers by script: refusal, pause, usage', async () => {
    server.script(
      { blocks: [{ type: 'refusal', text: 'I cannot.' }] },
      { blocks: [], finish: 'pause' },
      { text: 'x', usage: { uncached: 10, cacheRead: 80, cacheWrite: 10, output: 5 } },
    );
    expect(await client.messages.stream(hello).finalMessage()).toMatchObject({
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', explanation: 'I cannot.' },
    });
    expect(await client.messages.create(hello)).toMatchObject({ stop_reason: 'pause_turn', content: [] });
    expect((await client.messages.create(hello)).usage).toMatchObject({
      input_tokens: 10,
      cache_read_input_tokens: 80,
      cache_creation_input_tokens: 10,
      output_tokens: 5,
    });
  });

  it('counts tokens', async () => {
    const { model, messages } = hello;
    expect((await client.messages.countTokens({ model, messages })).input_tokens).toBeGreaterThan(0);
    expect((await post(server, `${path}/count_tokens`, hello, old)).status).toBe(400);
  });

  it('takes the key in either header, and x-api-key when both are there', async () => {
    expect((await post(server, path, hello, { ...old, authorization: '', 'x-api-key': 'test-key' })).status).toBe(200);
    expect((await post(server, path, hello, { ...old, 'x-api-key': 'wrong' })).status).toBe(401);
  });

  it('takes sampling parameters with the older version', async () => {
    expect((await post(server, path, { ...hello, temperature: 0.3, top_k: 5 }, old)).status).toBe(200);
  });
});

describe('failures', () => {
  it('fails with status, body and retry-after', async () => {
    server.script({ failure: { kind: 'rate_limit', retryAfter: '3' } }, { failure: { kind: 'overloaded' } });
    await expect(client.messages.create(hello)).rejects.toSatisfy(
      (error) => error instanceof Anthropic.RateLimitError && error.type === 'rate_limit_error' && error.headers.get('retry-after') === '3',
    );
    await expect(client.messages.create(hello)).rejects.toMatchObject({ status: 529, type: 'overloaded_error' });
  });

  it('fails in the middle of a stream', async () => {
    server.script({ text: SAMPLE_TEXT, delivery: { fail: { afterEvents: 5, failure: { kind: 'overloaded', message: 'boom' } } } });
    await expect(client.messages.stream(hello).finalMessage()).rejects.toThrow(/overloaded_error.*boom/);
  });

  it.each(['destroy', 'end'] as const)('cuts a stream (%s) without message_stop', async (how) => {
    server.script({ text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 5, how, partial: true } } });
    const { events, error } = await readSse(server, path, { ...hello, stream: true }, old);
    expect(events).toHaveLength(5);
    expect(error === undefined).toBe(how === 'end');
  });
});

describe('refusals', () => {
  const user = { role: 'user', content: 'x' };
  const use = (...ids: string[]): unknown => ({
    role: 'assistant',
    content: ids.map((id) => ({ type: 'tool_use', id, name: 'get_weather', input: {} })),
  });
  const result = (...ids: string[]): unknown => ({
    role: 'user',
    content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'x' })),
  });
  const content = (...blocks: unknown[]): unknown => ({ messages: [{ role: 'user', content: blocks }] });
  const tools = [weather];
  const output = (schema: unknown): unknown => ({ output_config: { format: { type: 'json_schema', schema } } });
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const mark = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };

  it.each<[name: string, change: unknown, message: RegExp, status?: number]>([
    ['unknown field', { frobnicate: 1 }, /^frobnicate: Extra inputs are not permitted$/],
    ['unknown field deep inside', content({ type: 'text', text: 'x', name: 'y' }), /^messages\.0\.content\.0\.name: Extra inputs/],
    ['OpenAI field', { stop: ['x'] }, /^stop: Extra inputs/],
    ['missing max_tokens', { max_tokens: undefined }, /^max_tokens: Field required$/],
    ['wrong type', { max_tokens: '5' }, /^max_tokens: Input should be a valid number$/],
    ['wrong enum', { service_tier: 'flex' }, /^service_tier: Input should be 'auto', 'standard_only'$/],
    ['wrong role', { messages: [{ role: 'tool', content: 'x' }] }, /^messages\.0\.role: Input should be/],
    ['no messages', { messages: [] }, /^messages: List should have at least 1 item/],
    ['assistant first', { messages: [{ role: 'assistant', content: 'x' }, user] }, /first message must use the "user" role/],
    ['only a system message', { messages: [{ role: 'system', content: 'x' }] }, /first message must use the "user" role/],
    ['empty content', { messages: [{ role: 'user', content: '' }] }, /^messages\.0: all messages must have non-empty content/],
    ['empty block list', { messages: [{ role: 'user', content: [] }] }, /^messages\.0: all messages must have non-empty content/],
    ['empty text block', content({ type: 'text', text: '' }), /text content blocks must be non-empty/],
    ['blank text block', content({ type: 'text', text: ' \n' }), /non-whitespace text/],
    ['blank text', { messages: [{ role: 'user', content: '  ' }] }, /non-whitespace text/],
    ['empty system block', { system: [{ type: 'text', text: '' }] }, /^system: text content blocks/],
    ['tool_use by the user', content({ type: 'tool_use', id: 'a', name: 'b', input: {} }), /can only be in `assistant` messages/],
    [
      'tool_result by the assistant',
      { tools, messages: [user, { role: 'assistant', content: [{ type: 'tool_result', tool_use_id: 'a' }] }, user] },
      /can only be in `user` messages/,
    ],
    [
      'tool input that is a string',
      { tools, messages: [user, { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: '{}' }] }] },
      /input: Input should be a valid dictionary/,
    ],
    ['tool id pattern', { tools, messages: [user, use('a b'), result('a b')] }, /id: String should match pattern/],
    [
      'unanswered call',
      { tools, messages: [user, use('a')] },
      /`tool_use` ids were found without `tool_result` blocks immediately after: a\./,
    ],
    ['call answered by text', { tools, messages: [user, use('a'), user] }, /without `tool_result`/],
    ['one of two calls unanswered', { tools, messages: [user, use('a', 'b'), result('a'), user] }, /immediately after: b\./],
    [
      'results spread over two turns',
      { tools, messages: [user, use('a', 'b'), result('a'), { role: 'assistant', content: 'x' }, result('b')] },
      /immediately after: b\./,
    ],
    [
      'system message between call and result',
      { tools, messages: [user, use('a'), { role: 'system', content: 'x' }, result('a')] },
      /immediately after: a\./,
    ],
    [
      'text before the results',
      {
        tools,
        messages: [
          user,
          use('a'),
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'tool_result', tool_use_id: 'a' },
            ],
          },
        ],
      },
      /immediately after: a\./,
    ],
    [
      'result for an unknown call',
      { tools, messages: [user, use('a'), result('a', 'z')] },
      /unexpected `tool_use_id` found in `tool_result` blocks: z/,
    ],
    ['two results for one call', { tools, messages: [user, use('a'), result('a', 'a')] }, /single result/],
    ['repeated call id', { tools, messages: [user, use('a'), result('a'), use('a'), result('a')] }, /ids must be unique/],
    ['tool blocks without tools', { messages: [user, use('a'), result('a')] }, /must define tools/],
    ['tool_choice without tools', { tool_choice: { type: 'auto' } }, /tool_choice may only be specified while providing tools/],
    ['tool_choice of an unknown tool', { tools, tool_choice: { type: 'tool', name: 'nope' } }, /not found in provided tools/],
    ['tool_choice as a string', { tools, tool_choice: 'auto' }, /^tool_choice: Input should be a valid dictionary/],
    ['repeated tool name', { tools: [weather, weather] }, /names must be unique/],
    ['tool name pattern', { tools: [{ ...weather, name: 'a.b' }] }, /tools\.0\.name: String should match pattern/],
    ['tool without a schema', { tools: [{ name: 'a' }] }, /input_schema: Field required/],
    [
      'schema that is no object',
      { tools: [{ name: 'a', input_schema: { type: 'string' } }] },
      /input_schema\.type: Input should be 'object'/,
    ],
    ['tool in the other API’s shape', { tools: [{ type: 'function', function: { name: 'f' } }] }, /^tools\.0\.type: Input should be/],
    ['blank stop sequence', { stop_sequences: ['x', ' '] }, /non-whitespace/],
    ['temperature range', { temperature: 1.5 }, /^temperature: Input should be less than or equal to 1$/],
    ['temperature and top_p', { temperature: 0.5, top_p: 0.5 }, /cannot both be specified/],
    ['temperature on a model without', { model: 'claude-opus-5', temperature: 0.5 }, /^temperature: /],
    ['temperature while thinking', { thinking, temperature: 0.5 }, /only be set to 1 when thinking/],
    ['top_k while thinking', { thinking, top_k: 5 }, /`top_k` must be unset/],
    ['top_p while thinking', { thinking, top_p: 0.5 }, /`top_p` must be greater/],
    [
      'foreign redacted thinking',
      {
        messages: [
          user,
          {
            role: 'assistant',
            content: [
              { type: 'redacted_thinking', data: 'eA==' },
              { type: 'text', text: 'x' },
            ],
          },
          user,
        ],
      },
      /Invalid `data`/,
    ],
    [
      'output schema that is no schema',
      output({ type: 'object', additionalProperties: false, properties: { a: 1 } }),
      /Schema should be an object/,
    ],
    ['small thinking budget', { thinking: { ...thinking, budget_tokens: 1000 } }, /greater than or equal to 1024/],
    [
      'thinking budget above max_tokens',
      { thinking: { ...thinking, budget_tokens: 2000 } },
      /must be greater than `thinking\.budget_tokens`/,
    ],
    ['thinking with a forced tool', { thinking, tools, tool_choice: { type: 'any' } }, /forces tool use/],
    ['tool loop without its thinking', { thinking, tools, messages: [user, use('a'), result('a')] }, /Expected `thinking`/],
    [
      'changed thinking',
      {
        messages: [
          user,
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'changed', signature: fakeSignature('anthropic', 'Hm') },
              { type: 'text', text: 'x' },
            ],
          },
          user,
        ],
      },
      /Invalid `signature`/,
    ],
    [
      'another vendor’s signature',
      {
        messages: [
          user,
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm', signature: fakeSignature('gemini', 'Hm') },
              { type: 'text', text: 'x' },
            ],
          },
          user,
        ],
      },
      /Invalid `signature`/,
    ],
    ['prefill on a model without', { model: 'claude-sonnet-4-6', messages: [user, { role: 'assistant', content: 'x' }] }, /prefill/],
    ['prefill ending in a blank', { messages: [user, { role: 'assistant', content: 'x ' }] }, /trailing whitespace/],
    ['five cache marks', content(mark, mark, mark, mark, mark), /maximum of 4 blocks with cache_control/],
    [
      'data URL as base64',
      content({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'data:image/png;base64,aGk=' } }),
      /source\.data: String should match pattern/,
    ],
    [
      'image type',
      content({ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: 'aGk=' } }),
      /media_type: Input should be/,
    ],
    ['open output schema', output({ type: 'object', properties: {} }), /'additionalProperties' must be explicitly set to false/],
    [
      'bounded output schema',
      output({ type: 'object', additionalProperties: false, properties: { a: { type: 'integer', minimum: 1 } } }),
      /'minimum' is not supported/,
    ],
    ['model with a provider prefix', { model: 'anthropic/claude-sonnet-4-5' }, /^model: /, 404],
  ])('%s', async (_name, change, message, status = 400) => {
    const response = await post(server, path, { ...hello, ...(change as object) }, old);
    const { error } = anthropicErrorSchema.parse(await response.json());
    expect({ status: response.status, type: error.type }).toEqual({
      status,
      type: status === 404 ? 'not_found_error' : 'invalid_request_error',
    });
    expect(error.message).toMatch(message);
    expect(server.requests[0]?.rejection?.status).toBe(status);
  });

  it.each<[name: string, change: unknown, message: RegExp]>([
    ['temperature', { temperature: 1 }, /^temperature: Extra inputs are not permitted$/],
    ['top_k', { top_k: 4 }, /^top_k: Extra inputs/],
    [
      'document by the assistant',
      {
        messages: [
          user,
          { role: 'assistant', content: [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }] },
          user,
        ],
      },
      /document/,
    ],
    [
      'citations by the user',
      content({
        type: 'text',
        text: 'x',
        citations: [{ type: 'web_search_result_location', cited_text: 'x', encrypted_index: 'y', title: null, url: 'https://a' }],
      }),
      /citations/,
    ],
  ])('%s in version 2026-10-21, fine before', async (_name, change, message) => {
    const body = { ...hello, ...(change as object) };
    const response = await post(server, path, body, { 'anthropic-version': '2026-10-21' });
    expect(response.status).toBe(400);
    expect(anthropicErrorSchema.parse(await response.json()).error.message).toMatch(message);
    expect((await post(server, path, body, old)).status).toBe(200);
  });

  it.each<[name: string, headers: Record<string, string>, status: number, type: string, path?: string, method?: string]>([
    ['no credential', { authorization: '' }, 401, 'authentication_error'],
    ['wrong key', { authorization: '', 'x-api-key': 'wrong' }, 401, 'authentication_error'],
    ['wrong bearer', { authorization: 'Bearer wrong' }, 401, 'authentication_error'],
    ['no version', { 'anthropic-version': '' }, 400, 'invalid_request_error'],
    ['unknown version', { 'anthropic-version': '2024-01-01' }, 400, 'invalid_request_error'],
    ['content type', { 'content-type': 'text/plain' }, 400, 'invalid_request_error'],
    ['path', {}, 404, 'not_found_error', '/messages'],
    ['method', {}, 405, 'invalid_request_error', '/v1/messages', 'PUT'],
  ])('%s', async (_name, headers, status, type, target = path, method = 'POST') => {
    const response = await post(server, target, hello, { ...old, ...headers }, method);
    expect(response.status).toBe(status);
    expect(anthropicErrorSchema.parse(await response.json()).error.type).toBe(type);
  });

  it('broken JSON', async () => {
    const response = await post(server, path, '{"model":', old);
    expect(response.status).toBe(400);
    expect(anthropicErrorSchema.parse(await response.json()).error.message).toMatch(/not valid JSON/);
  });
});
