import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  fakeSignature,
  openAiErrorSchema,
  responsesResponseSchema,
  responsesStreamEventSchema,
  SAMPLE_REASONING,
  SAMPLE_TEXT,
  startFakeOpenAi,
} from '../src/index.ts';
import type { FakeServer } from '../src/index.ts';
import { post, readSse } from './wire.ts';

type Input = OpenAI.Responses.ResponseInput;

const hello = { model: 'gpt-4o', input: 'Hello' };
const weather: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  strict: true,
};
const run: OpenAI.Responses.CustomTool = { type: 'custom', name: 'run' };
const path = '/v1/responses';

let server: FakeServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startFakeOpenAi({ splits: { seed: 11, maxBytes: 40 } });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.apiKey, maxRetries: 0 });
});
beforeEach(() => server.reset());
afterAll(() => server.close());

describe('answers, read by the official client', () => {
  it('answers with text', async () => {
    const answer = await client.responses.create(hello);
    expect(answer.output_text).toBe(SAMPLE_TEXT);
    const { output_text: _added, ...wire } = answer;
    expect(responsesResponseSchema.parse(wire).status).toBe('completed');
  });

  it('streams the same text, accumulated by the stream helper', async () => {
    const final = await client.responses.stream(hello).finalResponse();
    expect(final.output_text).toBe(SAMPLE_TEXT);
    expect(final.usage?.total_tokens).toBeGreaterThan(0);
  });

  it('streams events that fit the schema, numbered without gaps, each under its own name', async () => {
    server.script({
      blocks: [
        { type: 'reasoning', text: 'Hm 🙂' },
        { type: 'text', text: 'Voilà 東京' },
        { type: 'refusal', text: 'Not that.' },
        { type: 'tool_call', name: 'get_weather', arguments: { city: 'é' } },
        { type: 'tool_call', name: 'run', arguments: 'print(1)' },
      ],
    });
    const body = {
      ...hello,
      model: 'gpt-5',
      stream: true,
      tools: [weather, run],
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    };
    const { events } = await readSse(server, path, body);
    const parsed = events.map(({ event, data }, index) => {
      const value = responsesStreamEventSchema.parse(JSON.parse(data));
      expect([value.type, value.sequence_number]).toEqual([event, index]);
      return value;
    });
    const last = parsed.at(-1);
    expect(last?.type === 'response.completed' && last.response.output).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'Hm 🙂' }], encrypted_content: fakeSignature('openai', 'Hm 🙂') },
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'Voilà 東京' },
          { type: 'refusal', refusal: 'Not that.' },
        ],
      },
      { type: 'function_call', name: 'get_weather', arguments: '{"city":"é"}', status: 'completed' },
      { type: 'custom_tool_call', name: 'run', input: 'print(1)' },
    ]);
    expect(new Set(parsed.map(({ type }) => type)).size).toBe(19);
  });

  it('shows open reasoning when it plays an open-weight server', async () => {
    const open = await startFakeOpenAi({ reasoningField: 'reasoning' });
    const { events } = await readSse(open, path, { ...hello, model: 'gpt-oss', stream: true, reasoning: { effort: 'low' } });
    const deltas = events
      .map(({ data }) => responsesStreamEventSchema.parse(JSON.parse(data)))
      .filter((event) => event.type === 'response.reasoning_text.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(SAMPLE_REASONING);
    await open.close();
  });

  it('takes its own output back, by items and by id', async () => {
    const first = await client.responses.create({
      model: 'gpt-5',
      input: [{ role: 'user', content: 'call get_weather and call run' }],
      tools: [weather, run],
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    });
    const results: Input = [];
    for (const item of first.output) {
      if (item.type === 'function_call') results.push({ type: 'function_call_output', call_id: item.call_id, output: '18 °C' });
      if (item.type === 'custom_tool_call') results.push({ type: 'custom_tool_call_output', call_id: item.call_id, output: 'done' });
    }
    expect(results).toHaveLength(2);
    const input = [{ role: 'user' as const, content: 'call get_weather and call run' }, ...first.output, ...results] as Input;
    const second = await client.responses.create({ model: 'gpt-5', input, tools: [weather, run] });
    expect(second.output_text).toBe('The tools answered: 18 °C | done');
    const third = await client.responses.create({ model: 'gpt-5', input: results, previous_response_id: first.id, tools: [weather, run] });
    expect(third.output_text).toBe('The tools answered: 18 °C | done');
  });

  it('accepts an assistant text without id, status and annotations', async () => {
    const input = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'y' }] },
      { role: 'user', content: 'z' },
    ];
    expect((await post(server, path, { ...hello, input })).status).toBe(200);
  });

  it('obeys a forced tool, a schema and the token limit', async () => {
    const forced = await client.responses.create({ ...hello, tools: [weather], tool_choice: { type: 'function', name: 'get_weather' } });
    expect(forced.output).toMatchObject([{ type: 'function_call', arguments: '{"city":"Zürich, 東京 😀"}' }]);
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false };
    const formatted = await client.responses.create({
      ...hello,
      text: { format: { type: 'json_schema', name: 'x', schema, strict: true } },
    });
    expect(formatted.output_text).toBe('{"ok":true}');
    const short = await client.responses.create({ ...hello, max_output_tokens: 16 });
    expect(short).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
    });
  });

  it('answers by script: filter, failure, usage, namespaced call', async () => {
    server.script(
      { blocks: [{ type: 'text', text: 'A' }], finish: 'content_filter' },
      { blocks: [], finish: 'malformed' },
      { text: 'x', usage: { uncached: 10, cacheRead: 90, output: 30, reasoning: 20 } },
      { blocks: [{ type: 'tool_call', name: 'inner', arguments: {} }] },
    );
    expect(await client.responses.create(hello)).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'content_filter' } });
    expect(await client.responses.create(hello)).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
    expect((await client.responses.create(hello)).usage).toMatchObject({
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 90 },
      output_tokens_details: { reasoning_tokens: 20 },
    });
    const namespace = { type: 'namespace' as const, name: 'box', description: 'x', tools: [{ type: 'function' as const, name: 'inner' }] };
    expect((await client.responses.create({ ...hello, tools: [namespace] })).output).toMatchObject([{ name: 'inner', namespace: 'box' }]);
  });
});

describe('failures', () => {
  it('fails with status, body and retry-after', async () => {
    server.script({ failure: { kind: 'rate_limit', retryAfter: '3' } });
    await expect(client.responses.create(hello)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  it.each([
    ['error', 'usual'],
    ['response.failed', 'response.failed'],
  ] as const)('fails in the middle of a stream by %s', async (type, form) => {
    server.script({ text: SAMPLE_TEXT, delivery: { fail: { afterEvents: 6, form, failure: { kind: 'server', message: 'boom' } } } });
    const { events } = await readSse(server, path, { ...hello, stream: true });
    expect(responsesStreamEventSchema.parse(JSON.parse(events[6]?.data ?? ''))).toMatchObject({ type, sequence_number: 6 });
    expect(events).toHaveLength(7);
    server.script({ text: SAMPLE_TEXT, delivery: { fail: { afterEvents: 6, form, failure: { kind: 'server', message: 'boom' } } } });
    const reading = client.responses.stream(hello).finalResponse();
    await (type === 'error'
      ? expect(reading).rejects.toThrow(/boom/)
      : expect(reading).resolves.toMatchObject({ status: 'failed', error: { message: 'boom' } }));
  });

  it('cuts a stream without a terminal event', async () => {
    server.script({ text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 8, how: 'end' } } });
    expect(await client.responses.stream(hello).finalResponse()).toMatchObject({ status: 'in_progress', usage: null });
  });
});

describe('refusals', () => {
  const user = { role: 'user', content: 'x' };
  const call = { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{}' };
  const output = { type: 'function_call_output', call_id: 'c1', output: 'x' };
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }] };
  const answer = { type: 'message', role: 'assistant', content: 'y' };
  const input = (...items: unknown[]): unknown => ({ input: items });
  const open = { type: 'object', properties: {} };

  it.each<[name: string, change: unknown, param: string | null, status?: number]>([
    ['unknown field', { messages: [] }, 'messages'],
    [
      'unknown field deep inside',
      input({ role: 'user', content: [{ type: 'input_text', text: 'x', cache_control: {} }] }),
      'input[0].content[0].cache_control',
    ],
    ['missing input', { input: undefined }, 'input'],
    ['missing model', { model: undefined }, 'model'],
    ['wrong type', { temperature: 'hot' }, 'temperature'],
    ['temperature range', { temperature: -1 }, 'temperature'],
    ['too few tokens', { max_output_tokens: 15 }, 'max_output_tokens'],
    ['stop sequences', { stop: ['x'] }, 'stop'],
    ['role tool', input({ role: 'tool', content: 'x' }), 'input[0].role'],
    ['item of unknown type', input({ type: 'tool_result' }), 'input[0].type'],
    ['chat’s text part', input({ role: 'user', content: [{ type: 'text', text: 'x' }] }), 'input[0].content[0].type'],
    [
      'input_text by the assistant',
      input(user, { role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }),
      'input[1].content[0].type',
    ],
    ['output_text by the user', input({ role: 'user', content: [{ type: 'output_text', text: 'x' }] }), 'input[0].content[0].type'],
    ['empty content list', input({ role: 'user', content: [] }), 'input[0].content'],
    ['chat’s tool call', input(user, { ...answer, tool_calls: [] }), 'input[1].tool_calls'],
    ['result without a call', input(user, output), 'input'],
    ['call without a result', input(user, call, user), 'input'],
    ['result of the other kind', input(user, call, { type: 'custom_tool_call_output', call_id: 'c1', output: 'x' }), 'input'],
    ['repeated call id', input(user, call, output, call, output), 'input'],
    ['id of the wrong kind', input(user, { ...call, id: 'call_1' }, output), 'input[1].id'],
    ['message id of the wrong kind', input(user, { ...answer, id: 'chatcmpl-1' }), 'input[1].id'],
    ['reasoning at the end', input(user, reasoning), 'input'],
    ['reasoning before a user message', input(user, reasoning, user), 'input'],
    ['changed reasoning', input(user, { ...reasoning, encrypted_content: fakeSignature('openai', 'Other') }, answer), null],
    ['another vendor’s reasoning', input(user, { ...reasoning, encrypted_content: fakeSignature('anthropic', 'Hm') }, answer), null],
    ['nested tool of chat', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].name'],
    ['tool of unknown type', { tools: [{ type: 'retrieval' }] }, 'tools[0].type'],
    ['strict tool, open schema', { tools: [{ ...weather, parameters: open }] }, 'tools[0].parameters'],
    [
      'nested tool_choice of chat',
      { tools: [weather], tool_choice: { type: 'function', function: { name: 'get_weather' } } },
      'tool_choice.name',
    ],
    ['tool_choice of an unknown tool', { tools: [weather], tool_choice: { type: 'function', name: 'nope' } }, 'tool_choice'],
    ['tool_choice required without tools', { tool_choice: 'required' }, 'tool_choice'],
    ['nested format of chat', { text: { format: { type: 'json_schema', json_schema: {} } } }, 'text.format.name'],
    ['response_format', { response_format: { type: 'text' } }, 'response_format'],
    [
      'strict format, open schema',
      { text: { format: { type: 'json_schema', name: 'x', schema: open, strict: true } } },
      'text.format.schema',
    ],
    ['JSON mode without the word', { text: { format: { type: 'json_object' } } }, 'input'],
    ['reasoning_effort of chat', { reasoning_effort: 'low' }, 'reasoning_effort'],
    ['effort on a model without', { reasoning: { effort: 'low' } }, 'reasoning.effort'],
    ['encrypted reasoning on a model without', { include: ['reasoning.encrypted_content'] }, 'include'],
    ['temperature on a reasoning model', { model: 'gpt-5', temperature: 0.2 }, 'temperature'],
    ['top_p on a reasoning model', { model: 'gpt-5', top_p: 0.2 }, 'top_p'],
    ['top_logprobs on a reasoning model', { model: 'gpt-5', top_logprobs: 2 }, 'top_logprobs'],
    ['stream_options without stream', { stream_options: { include_obfuscation: false } }, 'stream_options'],
    ['background without store', { background: true, store: false }, 'background'],
    ['include of unknown things', { include: ['usage'] }, 'include[0]'],
    ['stream_options of chat', { stream: true, stream_options: { include_usage: true } }, 'stream_options.include_usage'],
    ['unknown previous response', { previous_response_id: 'resp_nope' }, 'previous_response_id'],
    ['previous response and conversation', { previous_response_id: 'resp_1', conversation: 'conv_1' }, null],
    ['model with a provider prefix', { model: 'openai/gpt-4o' }, null, 404],
  ])('%s', async (_name, change, param, status = 400) => {
    const response = await post(server, path, { ...hello, ...(change as object) });
    const { error } = openAiErrorSchema.parse(await response.json());
    expect({ status: response.status, type: error.type, param: error.param }).toEqual({ status, type: 'invalid_request_error', param });
  });

  it('checks the credential as for chat', async () => {
    expect((await post(server, path, hello, { authorization: '', 'x-api-key': 'test-key' })).status).toBe(401);
  });
});
