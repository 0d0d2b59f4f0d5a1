import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  ModelTimeoutException,
  ThrottlingException,
} from '@aws-sdk/client-bedrock-runtime';
import type { ContentBlock, ConverseCommandInput, Message, ToolConfiguration } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bedrockErrorSchema,
  converseResponseSchema,
  converseStreamEventSchema,
  encodeConverseFrame,
  fakeSignature,
  SAMPLE_REASONING,
  SAMPLE_TEXT,
  startFakeBedrock,
} from '../src/index.ts';
import type { FakeServer } from '../src/index.ts';
import { post } from './wire.ts';

const modelId = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const whole = `/model/${encodeURIComponent(modelId)}/converse`;
const streamed = `${whole}-stream`;
const hello = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
const input: ConverseCommandInput = { modelId, messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test-secret' };
const tool = (name: string): NonNullable<ToolConfiguration['tools']>[number] => ({
  toolSpec: { name, inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } } },
});
const toolConfig: ToolConfiguration = { tools: [tool('get_weather'), tool('get_time')] };

let server: FakeServer;
let client: BedrockRuntimeClient;

const connect = (url: string, overrides: object = {}): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: url,
    requestHandler: new NodeHttpHandler(),
    credentials,
    maxAttempts: 1,
    ...overrides,
  });

beforeAll(async () => {
  server = await startFakeBedrock({ splits: { seed: 2, maxBytes: 50 } });
  client = connect(server.url);
});
beforeEach(() => server.reset());
afterAll(async () => {
  client.destroy();
  await server.close();
});

/** What the SDK read from a stream: every event checked against the schema, the blocks put together. */
async function readStream(
  overrides: Partial<ConverseCommandInput> = {},
): Promise<{ blocks: Record<string, string>[]; kinds: string[]; last: unknown[] }> {
  const { stream } = await client.send(new ConverseStreamCommand({ ...input, ...overrides }));
  const blocks: Record<string, string>[] = [];
  const kinds: string[] = [];
  const last: unknown[] = [];
  for await (const event of stream ?? []) {
    kinds.push(Object.keys(event)[0] ?? '');
    converseStreamEventSchema.parse(
      JSON.parse(
        JSON.stringify(event, (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value)),
      ),
    );
    const index = event.contentBlockStart?.contentBlockIndex ?? event.contentBlockDelta?.contentBlockIndex;
    if (index !== undefined) {
      const block = (blocks[index] ??= {});
      const { toolUse } = event.contentBlockStart?.start ?? {};
      if (toolUse?.name !== undefined) block['name'] = toolUse.name;
      const delta = event.contentBlockDelta?.delta;
      const pieces = {
        text: delta?.text,
        input: delta?.toolUse?.input,
        thought: delta?.reasoningContent?.text,
        signature: delta?.reasoningContent?.signature,
      };
      for (const [name, piece] of Object.entries(pieces)) if (piece !== undefined) block[name] = (block[name] ?? '') + piece;
    }
    if (event.messageStop !== undefined || event.metadata !== undefined) last.push(event.messageStop ?? event.metadata);
  }
  return { blocks, kinds, last };
}

describe('answers, read by the official client', () => {
  it('answers with text to a signed request', async () => {
    const answer = await client.send(new ConverseCommand(input));
    expect(answer.output?.message?.content).toEqual([{ text: SAMPLE_TEXT }]);
    expect(answer.stopReason).toBe('end_turn');
    expect(server.requests[0]?.path).toBe('/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse');
    expect(server.requests[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 /);
  });

  it('answers to a bearer token', async () => {
    const other = connect(server.url, {
      credentials: undefined,
      token: { token: server.apiKey },
      authSchemePreference: ['httpBearerAuth'],
    });
    expect((await other.send(new ConverseCommand(input))).stopReason).toBe('end_turn');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer test-key');
    other.destroy();
  });

  it('streams reasoning, text and calls in frames the client verifies', async () => {
    server.script({
      blocks: [
        { type: 'reasoning', text: 'Hm 🙂' },
        { type: 'redacted_reasoning', data: 'b3BhcXVl' },
        { type: 'text', text: SAMPLE_TEXT },
        { type: 'tool_call', name: 'get_weather', arguments: { city: '東京' } },
        { type: 'tool_call', name: 'get_time', arguments: {} },
      ],
      usage: { uncached: 10, cacheRead: 90, cacheWrite: 5, output: 30 },
    });
    const { blocks, kinds, last } = await readStream({ toolConfig });
    expect(blocks).toEqual([
      { thought: 'Hm 🙂', signature: fakeSignature('bedrock', 'Hm 🙂') },
      {},
      { text: SAMPLE_TEXT },
      { name: 'get_weather', input: '{"city":"東京"}' },
      { name: 'get_time', input: '{}' },
    ]);
    expect(kinds.filter((kind) => kind === 'contentBlockStop')).toHaveLength(5);
    expect([kinds[0], ...kinds.slice(-2)]).toEqual(['messageStart', 'messageStop', 'metadata']);
    expect(last).toMatchObject([
      { stopReason: 'tool_use' },
      { usage: { inputTokens: 10, cacheReadInputTokens: 90, cacheWriteInputTokens: 5, outputTokens: 30, totalTokens: 135 } },
    ]);
  });

  it('calls tools in parallel when asked, and takes its own answer back', async () => {
    const additionalModelRequestFields = { thinking: { type: 'enabled', budget_tokens: 1024 } };
    const messages: Message[] = [{ role: 'user', content: [{ text: 'call get_weather {"city":"東京"} and call get_time' }] }];
    const first = await client.send(new ConverseCommand({ modelId, messages, toolConfig, additionalModelRequestFields }));
    const content = first.output?.message?.content ?? [];
    expect(content[0]?.reasoningContent?.reasoningText?.text).toBe(SAMPLE_REASONING);
    const results: ContentBlock[] = content.flatMap(({ toolUse }) =>
      toolUse === undefined ? [] : [{ toolResult: { toolUseId: toolUse.toolUseId, content: [{ json: { for: toolUse.name ?? '' } }] } }],
    );
    expect(results).toHaveLength(2);
    messages.push({ role: 'assistant', content }, { role: 'user', content: results });
    const second = await client.send(new ConverseCommand({ modelId, messages, toolConfig }));
    expect(second.output?.message?.content).toEqual([{ text: 'The tools answered: {"for":"get_weather"} | {"for":"get_time"}' }]);
  });

  it('obeys a forced tool, a schema, the token limit and a stop sequence', async () => {
    const forced = await client.send(
      new ConverseCommand({ ...input, toolConfig: { ...toolConfig, toolChoice: { tool: { name: 'get_time' } } } }),
    );
    expect(forced.output?.message?.content?.[0]?.toolUse?.name).toBe('get_time');
    const schema = JSON.stringify({ type: 'object', properties: { ok: { type: 'boolean' } } });
    const formatted = await client.send(
      new ConverseCommand({
        ...input,
        outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema, name: 'x' } } } },
      }),
    );
    expect(formatted.output?.message?.content).toEqual([{ text: '{"ok":true}' }]);
    const short = await client.send(new ConverseCommand({ ...input, inferenceConfig: { maxTokens: 3 } }));
    expect(short).toMatchObject({ stopReason: 'max_tokens', output: { message: { content: [{ text: 'Bonjour !' }] } } });
    const stopped = await client.send(
      new ConverseCommand({
        ...input,
        inferenceConfig: { stopSequences: ['exposé'] },
        additionalModelResponseFieldPaths: ['/stop_sequence'],
      }),
    );
    expect(stopped).toMatchObject({ stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'exposé' } });
  });

  it('takes image bytes, and answers that fit the schema', async () => {
    const image: ContentBlock = { image: { format: 'png', source: { bytes: Uint8Array.of(1, 2, 3) } } };
    await client.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'x' }, image] }] }));
    expect(server.requests[0]?.body).toMatchObject({ messages: [{ content: [{ text: 'x' }, { image: { source: { bytes: 'AQID' } } }] }] });
    server.script({ blocks: [{ type: 'text', text: 'A' }], finish: { raw: 'guardrail_intervened' } });
    const response = await (await post(server, whole, hello)).json();
    expect(converseResponseSchema.parse(response).stopReason).toBe('guardrail_intervened');
  });
});

describe('failures', () => {
  it('fails with status, type and message', async () => {
    server.script({ failure: { kind: 'rate_limit', retryAfter: '3' } }, { failure: { kind: 'timeout' } });
    await expect(client.send(new ConverseCommand(input))).rejects.toBeInstanceOf(ThrottlingException);
    await expect(client.send(new ConverseCommand(input))).rejects.toBeInstanceOf(ModelTimeoutException);
  });

  it.each([
    ['rate_limit', 'throttlingException'],
    ['overloaded', 'serviceUnavailableException'],
    ['server', 'internalServerException'],
    ['timeout', 'modelStreamErrorException'],
    ['invalid_request', 'validationException'],
  ] as const)('fails in the middle of a stream: %s', async (kind, type) => {
    server.script({ text: SAMPLE_TEXT, delivery: { fail: { afterEvents: 3, failure: { kind, message: 'boom' } } } });
    await expect(readStream()).rejects.toMatchObject({ name: type.replace(/^./, (letter) => letter.toUpperCase()), message: 'boom' });
  });

  it('fails by an error frame', async () => {
    server.script({
      text: SAMPLE_TEXT,
      delivery: { fail: { afterEvents: 3, form: 'error-frame', failure: { kind: 'server', message: 'boom' } } },
    });
    await expect(readStream()).rejects.toMatchObject({ name: 'InternalFailure', message: 'boom' });
  });

  it('cuts a stream in the middle of a frame', async () => {
    server.script({ text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 3, how: 'end', partial: true } } });
    await expect(readStream()).rejects.toThrow(/truncated/i);
    server.script({ text: SAMPLE_TEXT, delivery: { cut: { afterEvents: 3, how: 'end' } } });
    expect((await readStream()).kinds).toHaveLength(3);
  });

  it('sends frames as they are scripted, broken ones too', async () => {
    const good = encodeConverseFrame('messageStart', { role: 'assistant' });
    const bad = encodeConverseFrame('messageStop', { stopReason: 'end_turn' });
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
    const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
    server.script({ raw: { headers, body: [good, bad] } });
    await expect(readStream()).rejects.toThrow(/checksum/);
  });
});

describe('refusals', () => {
  const user = { role: 'user', content: [{ text: 'x' }] };
  const says = { role: 'assistant', content: [{ text: 'y' }] };
  const use = (...ids: string[]): unknown => ({
    role: 'assistant',
    content: ids.map((toolUseId) => ({ toolUse: { toolUseId, name: 'get_time', input: {} } })),
  });
  const result = (...ids: string[]): unknown => ({
    role: 'user',
    content: ids.map((toolUseId) => ({ toolResult: { toolUseId, content: [{ text: 'x' }] } })),
  });
  const messages = (...list: unknown[]): unknown => ({ messages: list, toolConfig });
  const content = (...blocks: unknown[]): unknown => ({ messages: [{ role: 'user', content: blocks }] });
  const thinking = (text: string, signature: string): unknown => ({
    messages: [user, { role: 'assistant', content: [{ reasoningContent: { reasoningText: { text, signature } } }, { text: 'y' }] }, user],
  });
  const sign = (service: string, more = ''): string =>
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-east-1/${service}/aws4_request, SignedHeaders=host${more};x-amz-date, Signature=${'0'.repeat(64)}`;
  const declare = (toolSpec: unknown): unknown => ({ toolConfig: { tools: [{ toolSpec }] } });

  it.each<[name: string, change: unknown, message: RegExp, type?: string]>([
    ['unknown field', { model_id: 'x' }, /extraneous key \[model_id\]/],
    ['type in a text block', content({ type: 'text', text: 'x' }), /extraneous key \[type\]/],
    ['type in a system block', { system: [{ type: 'text', text: 'x' }] }, /extraneous key \[type\]/],
    [
      'image in Anthropic’s shape',
      content({ text: 'x' }, { image: { source: { type: 'base64', mediaType: 'image/png', data: 'aGk=' } } }),
      /messages\.0\.content\.1\.image/,
    ],
    [
      'data URL as bytes',
      content({ text: 'x' }, { image: { format: 'png', source: { bytes: 'data:image/png;base64,aGk=' } } }),
      /source\.bytes/,
    ],
    ['image format', content({ text: 'x' }, { image: { format: 'image/png', source: { bytes: 'aGk=' } } }), /enum value set/],
    ['two members in a block', content({ text: 'x', cachePoint: { type: 'default' } }), /extraneous key/],
    ['wrong type', { inferenceConfig: { maxTokens: '5' } }, /cannot be converted/, 'SerializationException'],
    [
      'temperature range',
      { inferenceConfig: { temperature: 1.5 } },
      /'inferenceConfig\.temperature' failed to satisfy constraint: Member must have value less than or equal to 1/,
    ],
    ['role tool', { messages: [{ role: 'tool', content: [] }] }, /enum value set: \[user, assistant, system\]/],
    ['content as a string', { messages: [{ role: 'user', content: 'x' }] }, /cannot be converted/, 'SerializationException'],
    ['no messages', { messages: [] }, /must start with a user message/],
    ['assistant first', { messages: [says, user] }, /must start with a user message/],
    ['two user messages in a row', { messages: [user, user] }, /must alternate/],
    ['empty content', { messages: [{ role: 'user', content: [] }] }, /messages\.0 is empty/],
    ['blank text', content({ text: ' ' }), /messages\.0\.content\.0 is blank/],
    ['empty system text', { system: [{ text: '' }] }, /length greater than or equal to 1/],
    [
      'call by the user',
      messages({ role: 'user', content: [{ toolUse: { toolUseId: 'a', name: 'get_time', input: {} } }] }),
      /only allowed in messages of the assistant/,
    ],
    [
      'image by the assistant',
      messages(user, { role: 'assistant', content: [{ image: { format: 'png', source: { bytes: 'aGk=' } } }] }),
      /only allowed in messages of the user/,
    ],
    ['unanswered call', messages(user, use('a')), /Expected toolResult blocks at messages\.2\.content for the following Ids: a/],
    ['call answered by text', messages(user, use('a'), user), /Expected toolResult blocks/],
    ['one of two calls unanswered', messages(user, use('a', 'b'), result('a')), /following Ids: b/],
    ['result without a call', messages(user, says, result('a')), /exceeds the number of toolUse blocks/],
    ['result for another call', messages(user, use('a'), result('a', 'z')), /exceeds the number of toolUse blocks/],
    ['repeated call id', messages(user, use('a', 'a'), result('a')), /duplicate Ids/],
    [
      'arguments that are a string',
      messages(user, { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'get_time', input: '{}' } }] }, result('a')),
      /toolUse\.input/,
      'SerializationException',
    ],
    ['tool blocks without toolConfig', { messages: [user, use('a'), result('a')] }, /toolConfig field must be defined/],
    ['empty toolConfig', { toolConfig: { tools: [] } }, /length greater than or equal to 1/],
    [
      'toolChoice without tools',
      { toolConfig: { toolChoice: { auto: {} } } },
      /'toolConfig\.tools' failed to satisfy constraint: Member must not be null/,
    ],
    [
      'toolChoice of an unknown tool',
      { toolConfig: { ...toolConfig, toolChoice: { tool: { name: 'nope' } } } },
      /not in toolConfig\.tools/,
    ],
    ['toolChoice as a string', { toolConfig: { ...toolConfig, toolChoice: 'auto' } }, /toolChoice/, 'SerializationException'],
    ['tool name', declare({ name: 'a.b', inputSchema: { json: { type: 'object' } } }), /regular expression/],
    ['repeated tool', { toolConfig: { tools: [tool('a'), tool('a')] } }, /already in use/],
    [
      'null description',
      declare({ name: 'a', description: null, inputSchema: { json: { type: 'object' } } }),
      /description/,
      'SerializationException',
    ],
    ['schema that is no object', declare({ name: 'a', inputSchema: { json: { type: 'string' } } }), /must be one of the following: object/],
    [
      'output schema as an object',
      { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: {} } } } } },
      /jsonSchema\.schema/,
      'SerializationException',
    ],
    [
      'output schema that is no JSON',
      { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{' } } } } },
      /written as a string/,
    ],
    [
      'document without text',
      content({ document: { format: 'pdf', name: 'a', source: { bytes: 'aGk=' } } }),
      /must also have a text block/,
    ],
    [
      'document name',
      content({ text: 'x' }, { document: { format: 'pdf', name: 'a.pdf', source: { bytes: 'aGk=' } } }),
      /regular expression/,
    ],
    ['guardrail trace in capitals', { guardrailConfig: { trace: 'ENABLED' } }, /enum value set/],
    ['stream option outside a stream', { guardrailConfig: { streamProcessingMode: 'sync' } }, /extraneous key \[streamProcessingMode\]/],
    ['changed reasoning', thinking('changed', fakeSignature('bedrock', 'Hm')), /Invalid signature/],
    ['another vendor’s signature', thinking('Hm', fakeSignature('anthropic', 'Hm')), /Invalid signature/],
  ])('%s', async (_name, change, message, type = 'ValidationException') => {
    const response = await post(server, whole, { ...hello, ...(change as object) });
    const body = bedrockErrorSchema.parse(await response.json());
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')?.split(':')[0]).toBe(type);
    expect('message' in body ? body.message : body.Message).toMatch(message);
  });

  it.each<[name: string, headers: Record<string, string>, status: number, path?: string, method?: string]>([
    ['no credential', { authorization: '' }, 403],
    ['wrong bearer', { authorization: 'Bearer wrong' }, 403],
    ['key in x-api-key', { authorization: '', 'x-api-key': 'test-key' }, 403],
    ['signature of another form', { authorization: 'AWS4-HMAC-SHA256 Credential=x' }, 403],
    ['content type', { 'content-type': 'text/plain' }, 415],
    ['path', {}, 404, '/v1/converse'],
    ['model id with an unescaped slash', {}, 404, '/model/bedrock/x.y/converse'],
    ['model of another provider', {}, 400, '/model/gpt-4o/converse'],
    ['broken escape', {}, 400, '/model/%/converse'],
    ['method', {}, 404, whole, 'PUT'],
  ])('%s', async (_name, headers, status, path = whole, method = 'POST') => {
    expect((await post(server, path, hello, headers, method)).status).toBe(status);
  });

  it('signatures by another key, for another service, and over another path', async () => {
    const wrongSecret = connect(server.url, { credentials: { ...credentials, secretAccessKey: 'other' } });
    await expect(wrongSecret.send(new ConverseCommand(input))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    const wrongId = connect(server.url, { credentials: { ...credentials, accessKeyId: 'OTHER' } });
    await expect(wrongId.send(new ConverseCommand(input))).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    await client.send(new ConverseCommand(input));
    const signed = server.requests.at(-1);
    const headers = { authorization: signed?.headers.authorization ?? '', 'x-amz-date': String(signed?.headers['x-amz-date']) };
    const replayed = await post(server, streamed, hello, headers);
    expect(replayed.headers.get('x-amzn-errortype')).toMatch(/^InvalidSignatureException/);
    for (const one of [wrongSecret, wrongId]) one.destroy();
  });

  it.each<[name: string, headers: Record<string, string>, message: RegExp]>([
    ['service', { authorization: sign('s3'), 'x-amz-date': '20260131T120000Z' }, /correct service/],
    ['missing date', { authorization: sign('bedrock') }, /X-Amz-Date/],
    ['date of another day', { authorization: sign('bedrock'), 'x-amz-date': '20260201T120000Z' }, /X-Amz-Date/],
    ['unsigned token', { authorization: sign('bedrock'), 'x-amz-date': '20260131T120000Z', 'x-amz-security-token': 'x' }, /must be signed/],
    [
      'hash of another payload',
      { authorization: sign('bedrock', ';x-amz-content-sha256'), 'x-amz-date': '20260131T120000Z', 'x-amz-content-sha256': '0'.repeat(64) },
      /does not fit the payload/,
    ],
    ['made-up signature', { authorization: sign('bedrock'), 'x-amz-date': '20260131T120000Z' }, /we calculated does not match/],
  ])('signature: %s', async (_name, headers, message) => {
    const response = await post(server, whole, hello, headers);
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toMatch(/^InvalidSignatureException/);
    expect(JSON.stringify(await response.json())).toMatch(message);
  });

  it('broken JSON', async () => {
    expect((await post(server, streamed, '{')).status).toBe(400);
  });
});
