import { ApiError, GoogleGenAI } from '@google/genai';
import type { Content } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  fakeSignature,
  geminiErrorSchema,
  generateContentResponseSchema,
  SAMPLE_REASONING,
  SAMPLE_TEXT,
  startFakeGemini,
} from '../src/index.ts';
import type { FakeServer, GenerateContentResponse } from '../src/index.ts';
import { post, readSse } from './wire.ts';

const model = 'gemini-2.5-flash';
const hello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const weather = {
  name: 'get_weather',
  parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const clock = { name: 'get_time' };
const whole = `/v1beta/models/${model}:generateContent`;
const streamed = `/v1beta/models/${model}:streamGenerateContent`;

let server: FakeServer;
let client: GoogleGenAI;
let key: Record<string, string>;

beforeAll(async () => {
  server = await startFakeGemini({ splits: { seed: 5, maxBytes: 30 } });
  client = new GoogleGenAI({ apiKey: server.apiKey, httpOptions: { baseUrl: server.url } });
  key = { authorization: '', 'x-goog-api-key': server.apiKey };
});
beforeEach(() => server.reset());
afterAll(() => server.close());

async function collect(stream: AsyncIterable<{ text: string | undefined }>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.text ?? '';
  return text;
}

describe('answers, read by the official client', () => {
  it('answers with text', async () => {
    const answer = await client.models.generateContent({ model, contents: 'Hello' });
    expect(answer.text).toBe(SAMPLE_TEXT);
    expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect(server.requests[0]).toMatchObject({ path: `/v1/models/${model}:generateContent`, headers: { 'x-goog-api-key': 'test-key' } });
  });

  it('streams the same text', async () => {
    expect(await collect(await client.models.generateContentStream({ model, contents: 'Hello' }))).toBe(SAMPLE_TEXT);
    expect(server.requests[0]?.query.get('alt')).toBe('sse');
  });

  it('streams the same events as server-sent events and as a JSON array', async () => {
    const options = { seed: 9 };
    const [one, two] = await Promise.all([startFakeGemini(options), startFakeGemini(options)]);
    const { events } = await readSse(one, `${streamed}?alt=sse`, hello, key);
    const array = (await (await post(two, streamed, hello, key)).json()) as GenerateContentResponse[];
    expect(events.map(({ data }) => JSON.parse(data) as unknown)).toEqual(array);
    for (const event of array) generateContentResponseSchema.parse(event);
    expect(array.map(({ candidates }) => candidates?.[0]?.finishReason).filter(Boolean)).toEqual(['STOP']);
    expect(array.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    await Promise.all([one.close(), two.close()]);
  });

  it('calls functions in parallel when asked', async () => {
    const contents = 'call get_weather {"city":"東京"} and call get_time';
    const config = { tools: [{ functionDeclarations: [weather, clock] }] };
    const answer = await client.models.generateContent({ model, contents, config });
    expect(answer.functionCalls).toEqual([
      { name: 'get_weather', args: { city: '東京' } },
      { name: 'get_time', args: {} },
    ]);
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP');
  });

  it('shows thoughts when asked, and takes its own signed calls back', async () => {
    const config = { tools: [{ functionDeclarations: [weather, clock] }], thinkingConfig: { includeThoughts: true } };
    const chat = client.chats.create({ model: 'gemini-3-pro', config });
    const calls: { id?: string; name?: string }[] = [];
    for await (const chunk of await chat.sendMessageStream({ message: 'call get_weather and call get_time' }))
      calls.push(...(chunk.functionCalls ?? []));
    const [first] = chat.getHistory().filter(({ role }) => role === 'model');
    const parts = chat.getHistory().flatMap(({ role, parts: all }) => (role === 'model' ? (all ?? []) : []));
    expect(first?.parts?.[0]?.thought).toBe(true);
    expect(parts.map((part) => (part.thought === true ? part.text : '')).join('')).toBe(SAMPLE_REASONING);
    expect(parts.find((part) => part.functionCall)?.thoughtSignature).toBe(fakeSignature('gemini', 'get_weather'));
    const responses = calls.map(({ id, name = '' }) => ({
      functionResponse: { ...(id === undefined ? {} : { id }), name, response: { output: `${name} ok` } },
    }));
    const history: Content[] = [
      { role: 'user', parts: [{ text: 'call both' }] },
      { role: 'model', parts },
      { role: 'user', parts: responses },
    ];
    const answer = await client.models.generateContent({ model: 'gemini-3-pro', contents: history, config });
    expect(answer.text).toBe('The tools answered: get_weather ok | get_time ok');
  });

  it('obeys a forced function, a schema, the token limit, a stop sequence and the candidate count', async () => {
    const tools = [{ functionDeclarations: [weather, clock] }];
    const forced = await client.models.generateContent({
      model,
      contents: 'Hello',
      config: { tools, toolConfig: { functionCallingConfig: { mode: 'ANY' as never, allowedFunctionNames: ['get_time'] } } },
    });
    expect(forced.functionCalls).toEqual([{ name: 'get_time', args: {} }]);
    const schema = { type: 'OBJECT' as never, properties: { ok: { type: 'BOOLEAN' as never } } };
    const formatted = await client.models.generateContent({
      model,
      contents: 'Hello',
      config: { responseMimeType: 'application/json', responseSchema: schema },
    });
    expect(formatted.text).toBe('{"ok":true}');
    const short = await client.models.generateContent({ model, contents: 'Hello', config: { maxOutputTokens: 3 } });
    expect(short.candidates?.[0]).toMatchObject({ finishReason: 'MAX_TOKENS', content: { parts: [{ text: 'Bonjour !' }] } });
    const stopped = await client.models.generateContent({ model, contents: 'Hello', config: { stopSequences: ['exposé'] } });
    expect(stopped.text).toBe('Bonjour ! Voici un ');
    expect((await client.models.generateContent({ model, contents: 'Hello', config: { candidateCount: 2 } })).candidates).toHaveLength(2);
  });

  it('answers by script: blocked prompt, safety stop, usage', async () => {
    server.script(
      { blocks: [{ type: 'refusal', text: 'Blocked.' }] },
      { blocks: [{ type: 'text', text: 'A' }], finish: 'content_filter' },
      { text: 'x', usage: { uncached: 10, cacheRead: 90, output: 30, reasoning: 20 } },
      { blocks: [], finish: { raw: 'RECITATION' } },
    );
    const blocked = await client.models.generateContent({ model, contents: 'Hello' });
    expect(blocked.candidates).toBeUndefined();
    expect(blocked.promptFeedback).toMatchObject({ blockReason: 'SAFETY', blockReasonMessage: 'Blocked.' });
    expect((await client.models.generateContent({ model, contents: 'Hello' })).candidates?.[0]?.finishReason).toBe('SAFETY');
    expect((await client.models.generateContent({ model, contents: 'Hello' })).usageMetadata).toMatchObject({
      promptTokenCount: 100,
      cachedContentTokenCount: 90,
      candidatesTokenCount: 10,
      thoughtsTokenCount: 20,
      totalTokenCount: 130,
    });
    const response = (await (await post(server, whole, hello, key)).json()) as GenerateContentResponse;
    expect(generateContentResponseSchema.parse(response).candidates?.[0]?.finishReason).toBe('RECITATION');
  });

  it('counts tokens and takes the key as a parameter', async () => {
    expect((await client.models.countTokens({ model, contents: 'Hello' })).totalTokens).toBeGreaterThan(0);
    expect((await post(server, `${whole}?key=test-key`, hello, { authorization: '' })).status).toBe(200);
  });
});

describe('failures', () => {
  it('fails with status, body and retry-after', async () => {
    server.script({ failure: { kind: 'rate_limit', retryAfter: '3' } });
    const response = await post(server, whole, hello, key);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(geminiErrorSchema.parse(await response.json()).error).toMatchObject({
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ retryDelay: '3s' }],
    });
    server.script({ failure: { kind: 'permission' } });
    await expect(client.models.generateContent({ model, contents: 'Hello' })).rejects.toSatisfy(
      (error) => error instanceof ApiError && error.status === 403,
    );
  });

  it('fails in the middle of a stream, in both forms', async () => {
    const failing = {
      text: SAMPLE_TEXT,
      delivery: { fail: { afterEvents: 2, failure: { kind: 'overloaded' as const, message: 'boom' } } },
    };
    server.script(failing, failing);
    await expect(collect(await client.models.generateContentStream({ model, contents: 'Hello' }))).rejects.toThrow(/boom/);
    const array = (await (await post(server, streamed, hello, key)).json()) as unknown[];
    expect(array).toHaveLength(3);
    expect(geminiErrorSchema.parse(array[2]).error.status).toBe('UNAVAILABLE');
  });

  it('cuts a stream', async () => {
    server.script(
      { text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 2, how: 'end' } } },
      { text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 2, how: 'destroy' } } },
    );
    const { events, error } = await readSse(server, `${streamed}?alt=sse`, hello, key);
    expect([events.length, error]).toEqual([2, undefined]);
    await expect((await post(server, streamed, hello, key)).json()).rejects.toThrow();
  });
});

describe('refusals', () => {
  const user = { role: 'user', parts: [{ text: 'x' }] };
  const says = { role: 'model', parts: [{ text: 'y' }] };
  const call = (...names: string[]): unknown => ({ role: 'model', parts: names.map((name) => ({ functionCall: { name, args: {} } })) });
  const respond = (...names: string[]): unknown => ({
    role: 'user',
    parts: names.map((name) => ({ functionResponse: { name, response: {} } })),
  });
  const contents = (...turns: unknown[]): unknown => ({ contents: turns });
  const parts = (...list: unknown[]): unknown => ({ contents: [{ role: 'user', parts: list }] });
  const tools = [{ functionDeclarations: [weather, clock] }];
  const declare = (parameters: unknown): unknown => ({ tools: [{ functionDeclarations: [{ name: 'f', parameters }] }] });
  const config = (generationConfig: unknown): unknown => ({ generationConfig });
  const calling = (functionCallingConfig: unknown): unknown => ({ tools, toolConfig: { functionCallingConfig } });

  it.each<[name: string, change: unknown, message: RegExp, model?: string]>([
    ['unknown field', { messages: [] }, /Unknown name "messages": Cannot find field/],
    ['unknown field deep inside', config({ maxTokens: 5 }), /Unknown name "maxTokens" at 'generation_config'/],
    ['wrong type', config({ temperature: 'hot' }), /Invalid value at 'generation_config\.temperature', "hot"/],
    ['wrong enum', { safetySettings: [{ category: 'HARM', threshold: 'OFF' }] }, /safety_settings\[0\]\.category/],
    ['temperature range', config({ temperature: 2.5 }), /temperature: must be at most 2/],
    ['six stop sequences', config({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }), /stop_sequences: must be at most 5/],
    ['nine candidates', config({ candidateCount: 9 }), /candidate_count/],
    ['missing contents', { contents: undefined }, /contents is not specified/],
    ['no contents', contents(), /contents is not specified/],
    ['no parts', parts(), /contents\.parts must not be empty/],
    ['empty part', parts({}), /required oneof field 'data'/],
    ['empty text', parts({ text: '' }), /required oneof field 'data'/],
    [
      'two kinds of data in a part',
      parts({ text: 'x', inlineData: { mimeType: 'image/png', data: 'aGk=' } }),
      /required oneof field 'data'/,
    ],
    ['data URL as data', parts({ inlineData: { mimeType: 'image/png', data: 'data:image/png;base64,aGk=' } }), /inline_data\.data/],
    ['data without a type', parts({ inlineData: { data: 'aGk=' } }), /mime_type is not specified/],
    ['role assistant', contents(user, { role: 'assistant', parts: [{ text: 'x' }] }, user), /valid role/],
    ['role system', contents({ role: 'system', parts: [{ text: 'x' }] }, user), /valid role/],
    ['empty system instruction', { systemInstruction: { parts: [] } }, /system_instruction/],
    [
      'call by the user',
      { tools, ...(contents({ role: 'user', parts: [{ functionCall: { name: 'get_time', args: {} } }] }) as object) },
      /model role/,
    ],
    [
      'call not behind a user turn',
      { tools, ...(contents(user, says, call('get_time'), respond('get_time')) as object) },
      /immediately after a user turn/,
    ],
    ['call first', { tools, ...(contents(call('get_time'), respond('get_time')) as object) }, /immediately after a user turn/],
    ['unanswered call', { tools, ...(contents(user, call('get_time')) as object) }, /followed by a function response/],
    ['call answered by text', { tools, ...(contents(user, call('get_time'), user) as object) }, /number of function response parts/],
    [
      'one of two calls unanswered',
      { tools, ...(contents(user, call('get_time', 'get_weather'), respond('get_time')) as object) },
      /number of function response parts/,
    ],
    [
      'response without a call',
      { tools, ...(contents(user, says, respond('get_time')) as object) },
      /immediately after a function call turn/,
    ],
    ['response of another function', { tools, ...(contents(user, call('get_time'), respond('get_weather')) as object) }, /does not match/],
    [
      'response without a name',
      { tools, ...(contents(user, call('get_time'), { role: 'user', parts: [{ functionResponse: { response: {} } }] }) as object) },
      /name is not specified/,
    ],
    [
      'response that is a string',
      {
        tools,
        ...(contents(user, call('get_time'), {
          role: 'user',
          parts: [{ functionResponse: { name: 'get_time', response: 'x' } }],
        }) as object),
      },
      /function_response\.response/,
    ],
    [
      'arguments that are a string',
      {
        tools,
        ...(contents(user, { role: 'model', parts: [{ functionCall: { name: 'get_time', args: '{}' } }] }, respond('get_time')) as object),
      },
      /function_call\.args/,
    ],
    [
      'unsigned call on Gemini 3',
      { tools, ...(contents(user, call('get_time'), respond('get_time')) as object) },
      /missing a thought_signature/,
      'gemini-3-pro',
    ],
    [
      'another vendor’s signature',
      contents(user, { role: 'model', parts: [{ text: 'y', thoughtSignature: fakeSignature('anthropic', 'text') }] }, user),
      /signature is not valid/,
    ],
    ['function name', { tools: [{ functionDeclarations: [{ name: '1 f' }] }] }, /function_declarations\[0\]\.name/],
    ['repeated function', { tools: [{ functionDeclarations: [clock, clock] }] }, /Duplicate function declaration/],
    [
      'additionalProperties',
      declare({ type: 'OBJECT', properties: { a: { type: 'STRING' } }, additionalProperties: false }),
      /Unknown name "additionalProperties" at 'tools\[0\]\.function_declarations\[0\]\.parameters'/,
    ],
    ['$ref deep inside', declare({ type: 'OBJECT', properties: { a: { $ref: '#/x' } } }), /Unknown name "\$ref"/],
    ['type array', declare({ type: 'OBJECT', properties: { a: { type: ['string', 'null'] } } }), /Invalid value at/],
    ['parameters without properties', declare({ type: 'OBJECT', properties: {} }), /should be non-empty for OBJECT type/],
    ['array without items', declare({ type: 'OBJECT', properties: { a: { type: 'ARRAY' } } }), /items: missing field/],
    ['enum of numbers', declare({ type: 'OBJECT', properties: { a: { type: 'INTEGER', enum: ['1'] } } }), /only allowed for STRING/],
    [
      'parameters in both forms',
      { tools: [{ functionDeclarations: [{ ...weather, parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } }] }] },
      /Only one of/,
    ],
    ['parameters that are no object', declare({ type: 'STRING' }), /parameters\.type: must be OBJECT/],
    [
      'JSON schema that is no object',
      { tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'string' } }] }] },
      /json_schema\.type: must be object/,
    ],
    ['property without a type', declare({ type: 'OBJECT', properties: { a: {} } }), /type: must be specified/],
    [
      'properties of a string',
      declare({ type: 'OBJECT', properties: { a: { type: 'STRING', properties: { b: { type: 'STRING' } } } } }),
      /only allowed for OBJECT/,
    ],
    [
      'required stranger',
      declare({ type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['b'] }),
      /property is not defined: b/,
    ],
    [
      'response schema in two forms',
      config({ responseMimeType: 'application/json', responseSchema: { type: 'STRING' }, responseJsonSchema: {} }),
      /response_json_schema/,
    ],
    [
      'response schema without items',
      config({ responseMimeType: 'application/json', responseSchema: { type: 'ARRAY' } }),
      /response_schema\.items: missing/,
    ],
    [
      'response by the model',
      { tools, ...(contents(user, { role: 'model', parts: [{ functionResponse: { name: 'get_time', response: {} } }] }) as object) },
      /turn of the user role/,
    ],
    ['thought by the user', parts({ text: 'x', thought: true }), /Thoughts must be/],
    ['tool in chat’s shape', { tools: [{ type: 'function', function: { name: 'f' } }] }, /Unknown name "type" at 'tools\[0\]'/],
    ['search and functions together', { tools: [...tools, { googleSearch: {} }] }, /cannot be combined/, 'gemini-3-pro'],
    ['search and functions before Gemini 3', { tools: [...tools, { googleSearch: {} }] }, /Tool use with function calling/],
    [
      'functions and JSON output before Gemini 3',
      { tools, generationConfig: { responseMimeType: 'application/json' } },
      /Function calling with a response mime type/,
    ],
    ['calling config without functions', { toolConfig: { functionCallingConfig: { mode: 'AUTO' } } }, /without function_declarations/],
    ['allowed names with AUTO', calling({ mode: 'AUTO', allowedFunctionNames: ['get_time'] }), /mode is ANY/],
    ['allowed name unknown', calling({ mode: 'ANY', allowedFunctionNames: ['nope'] }), /not declared/],
    ['schema without a JSON type', config({ responseJsonSchema: { type: 'object' } }), /response_mime_type/],
    ['MIME type', config({ responseMimeType: 'text/html' }), /response_mime_type/],
    ['logprobs alone', config({ logprobs: 2 }), /response_logprobs is true/],
    [
      'thinking level and budget',
      config({ thinkingConfig: { thinkingLevel: 'LOW', thinkingBudget: 100 } }),
      /only set one of/,
      'gemini-3-pro',
    ],
    ['thinking level on an older model', config({ thinkingConfig: { thinkingLevel: 'LOW' } }), /not supported for this model/],
    ['fields of the other platform', { tools: [{ retrieval: {} }] }, /Unknown name "retrieval"/],
  ])('%s', async (_name, change, message, target = model) => {
    const response = await post(server, `/v1beta/models/${target}:generateContent`, { ...hello, ...(change as object) }, key);
    const { error } = geminiErrorSchema.parse(await response.json());
    expect([response.status, error.code, error.status]).toEqual([400, 400, 'INVALID_ARGUMENT']);
    expect(error.message).toMatch(message);
  });

  it.each<[name: string, headers: Record<string, string>, status: number, path?: string, method?: string]>([
    ['no credential', { 'x-goog-api-key': '' }, 403],
    ['wrong key', { 'x-goog-api-key': 'wrong' }, 400],
    ['key as bearer', { 'x-goog-api-key': '', authorization: 'Bearer test-key' }, 401],
    ['content type', { 'content-type': 'text/plain' }, 400],
    ['path without version', {}, 404, `/models/${model}:generateContent`],
    ['model with a provider prefix', {}, 404, `/v1beta/models/google/${model}:generateContent`],
    ['unknown method', {}, 404, `/v1beta/models/${model}:chat`],
    ['unknown form of stream', {}, 400, `${streamed}?alt=xml`],
    ['HTTP method', {}, 404, whole, 'PUT'],
    ['broken escape', {}, 404, '/v1beta/models/%:generateContent'],
  ])('%s', async (_name, headers, status, path = whole, method = 'POST') => {
    const response = await post(server, path, hello, { ...key, ...headers }, method);
    expect(response.status).toBe(status);
    expect(geminiErrorSchema.parse(await response.json()).error.code).toBe(status);
  });

  it('broken JSON and unknown models', async () => {
    const broken = await post(server, whole, '{', key);
    expect(broken.status).toBe(400);
    expect(geminiErrorSchema.parse(await broken.json()).error.message).toMatch(/Unexpected token/);
    const small = await startFakeGemini({ models: ['gemini-3-pro'] });
    expect((await post(small, whole, hello, key)).status).toBe(404);
    await small.close();
  });

  it('accepts the documented placeholder for calls of other models', async () => {
    const turns = [
      user,
      { role: 'model', parts: [{ functionCall: { name: 'get_time', args: {} }, thoughtSignature: 'skip_thought_signature_validator' }] },
      respond('get_time'),
    ];
    expect((await post(server, '/v1beta/models/gemini-3-pro:generateContent', { contents: turns, tools }, key)).status).toBe(200);
  });
});
