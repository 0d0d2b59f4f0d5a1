import type { HttpHeaders, UpstreamHead, UpstreamReply } from '@plano/common';
import { createExchange, gatewayError, runFlow } from '@plano/common';
import { deriveConfig, parseConfig } from '@plano/common/config';
import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import { createLlmGateway } from './llm-gateway.ts';

const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
retries: { max: 0 }
model_providers:
  - { model: openai/gpt-4o, access_key: sk-1, default: true }
  - { model: anthropic/claude-sonnet-4-5, access_key: sk-2 }
  - { model: openai/gpt-5, access_key: sk-1 }
  - { model: groq/llama, access_key: sk-3 }
  - { model: acme/big, base_url: "https://llm.acme.example:8443/api/v2?team=7", provider_interface: openai, access_key: sk-4, headers: { X-Team: red } }
  - { name: claude-on-chat, model: anthropic/claude-x, api: openai-chat, access_key: sk-5 }
  - { model: "amazon_bedrock/amazon.nova-pro-v1:0", base_url: "https://bedrock-runtime.us-east-1.amazonaws.com", access_key: sk-6 }
`;
const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
if (!parsed.ok) throw new Error('the configuration is wrong');
const config = deriveConfig(parsed.config, {});
const gateway = createLlmGateway(config);
const host = {
  redispatch: true,
  utf8: portableUtf8,
  now: () => 1_700_000_000_000,
  newId: (prefix: string) => `${prefix}1`,
  random: () => 0,
};

const messages = [{ role: 'user', content: 'Hi' }];
const run = (path: string, body: object, replies: readonly (UpstreamHead | UpstreamReply)[] = [], headers: HttpHeaders = {}) =>
  runFlow(createLlmGateway(config).handleRequest({ method: 'POST', path, headers }, JSON.stringify(body), host), replies);
const sentBy = (path: string, body: object, headers: HttpHeaders = {}) => {
  const [step] = run(path, body, [], headers).steps;
  if (step?.step !== 'forward') throw new Error('nothing was sent');
  const { target, path: sentPath, headers: sentHeaders, body: sentBody } = step.request;
  const text = typeof sentBody === 'string' ? sentBody : portableUtf8.decode(sentBody);
  return { target, path: sentPath, headers: sentHeaders, body: JSON.parse(text) as Record<string, unknown> };
};

describe('where a request goes', () => {
  it.each([
    ['Chat to OpenAI', '/v1/chat/completions', 'openai/gpt-4o', 'api.openai.com', '/v1/chat/completions', 'authorization', 'Bearer sk-1'],
    ['Messages to OpenAI', '/v1/messages', 'openai/gpt-4o', 'api.openai.com', '/v1/chat/completions', 'authorization', 'Bearer sk-1'],
    ['Responses to OpenAI', '/v1/responses', 'openai/gpt-4o', 'api.openai.com', '/v1/responses', 'authorization', 'Bearer sk-1'],
    [
      'Chat to Anthropic, natively',
      '/v1/chat/completions',
      'anthropic/claude-sonnet-4-5',
      'api.anthropic.com',
      '/v1/messages',
      'x-api-key',
      'sk-2',
    ],
    ['Messages to Groq', '/v1/messages', 'groq/llama', 'api.groq.com', '/openai/v1/chat/completions', 'authorization', 'Bearer sk-3'],
    ['a base URL with path and query', '/v1/messages', 'acme/big', 'llm.acme.example', '/api/v2/chat/completions?team=7', 'x-team', 'red'],
    [
      'an API chosen by the configuration',
      '/v1/messages',
      'claude-on-chat',
      'api.anthropic.com',
      '/v1/chat/completions',
      'authorization',
      'Bearer sk-5',
    ],
  ])('%s', (_name, path, model, hostName, sentPath, header, value) => {
    const sent = sentBy(path, { model, max_tokens: 9, messages, input: 'Hi' });
    expect(sent.target).toMatchObject({ type: 'socket', scheme: 'https', host: hostName });
    expect(sent.path).toBe(sentPath);
    expect(sent.headers[header]).toBe(value);
  });

  it('a Gemini path carries model and streaming', () => {
    const sent = sentBy('/v1beta/models/gpt-4o:streamGenerateContent?alt=sse', { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] });
    expect(sent.body).toMatchObject({ model: 'gpt-4o', stream: true });
  });

  it('a Bedrock path does too', () => {
    const sent = sentBy('/model/anthropic%2Fclaude-sonnet-4-5/converse', { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] });
    expect(sent.body).toMatchObject({ model: 'claude-sonnet-4-5' });
    expect(sent.path).toBe('/v1/messages');
  });
});

describe('what a request asks for', () => {
  it('is fitted to what a model refuses for clients of other APIs, which cannot know it', () => {
    const asked = { model: 'openai/gpt-5', messages, top_p: 0.5 };
    expect(sentBy('/v1/chat/completions', asked).body).toHaveProperty('top_p', 0.5);
    expect(sentBy('/v1/messages', { ...asked, max_tokens: 5 }).body).not.toHaveProperty('top_p');
  });
  it.each([
    ['whole', '/v1/chat/completions', 'gpt-4o', false, 'application/json'],
    ['a stream', '/v1/chat/completions', 'gpt-4o', true, 'text/event-stream'],
    ['a whole answer of Converse', '/v1/messages', 'amazon.nova-pro-v1:0', false, 'application/json'],
    ['a stream of Converse', '/v1/messages', 'amazon.nova-pro-v1:0', true, 'application/vnd.amazon.eventstream'],
  ])('%s', (_name, path, model, stream, accept) => {
    const sent = sentBy(path, { model, max_tokens: 9, stream, messages }, { accept: 'text/html' });
    expect(sent.headers['accept']).toBe(accept);
  });
});

describe('what becomes of an answer', () => {
  const head = (status: number, type: string, more: HttpHeaders = {}): UpstreamHead => ({
    ok: true,
    status,
    headers: { 'content-type': type, ...more },
  });
  const reply = (status: number, body: string): UpstreamReply => ({
    ok: true,
    status,
    headers: {},
    body: portableUtf8.encode(body),
    complete: true,
  });
  const answer =
    '{"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}';
  const ask = (path: string, stream: boolean, replies: readonly (UpstreamHead | UpstreamReply)[]) =>
    run(path, { model: 'openai/gpt-4o', max_tokens: 9, stream, messages }, replies).decision;
  const text = (body: unknown): string => (typeof body === 'string' ? body : portableUtf8.decode(body as Uint8Array));

  it('an answer of the same API passes while it arrives', () => {
    const decision = ask('/v1/chat/completions', false, [head(200, 'application/json', { 'content-length': '5' })]);
    expect(decision).toMatchObject({ action: 'accept', stream: false, headers: { 'content-length': '5' } });
  });
  it('an answer of another API is read whole', () => {
    const decision = ask('/v1/messages', false, [head(200, 'application/json'), reply(200, answer)]);
    expect(decision.action === 'respond' && JSON.parse(text(decision.body))).toMatchObject({
      type: 'message',
      content: [{ text: 'Hello' }],
    });
    expect(decision.action === 'respond' && decision.summary).toMatchObject({
      clientApi: 'anthropic-messages',
      upstreamApi: 'openai-chat',
      answer: { usage: { input: 3, output: 1 } },
    });
  });
  it.each([
    ['/v1/chat/completions', 'data: [DONE]'],
    ['/v1/messages', 'event: message_stop'],
  ])('a whole answer to a wish for a stream becomes one (%s)', (path, ending) => {
    const decision = ask(path, true, [head(200, 'application/json'), reply(200, answer)]);
    expect(decision).toMatchObject({ action: 'respond', status: 200, headers: { 'content-type': 'text/event-stream' } });
    expect(decision.action === 'respond' && text(decision.body)).toContain('Hello');
    expect(decision.action === 'respond' && text(decision.body)).toContain(ending);
  });
  it('an error body keeps status, words and retry-after in the client’s envelope', () => {
    const body = '{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}';
    const decision = ask('/v1/messages', true, [head(429, 'application/json', { 'retry-after': '3' }), reply(429, body)]);
    expect(decision).toMatchObject({ status: 429, headers: { 'retry-after': '3', 'content-type': 'application/json' } });
    expect(decision.action === 'respond' && JSON.parse(text(decision.body))).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'slow down' },
    });
  });
  it.each([
    ['a body that is not JSON', [head(200, 'text/html'), reply(200, '<html>')], 502, 'upstream_not_json'],
    [
      'an error under status 200',
      [head(200, 'application/json'), reply(200, '{"error":{"message":"no","type":"server_error"}}')],
      500,
      undefined,
    ],
    ['a redirect', [head(302, 'text/html')], 502, 'upstream_invalid'],
    ['an encoding that was not asked for', [head(200, 'application/json', { 'content-encoding': 'zstd' })], 502, 'upstream_invalid'],
    [
      'a body over the limit',
      [head(200, 'application/json'), { ...reply(200, '{'), complete: false } as UpstreamReply],
      502,
      'upstream_invalid',
    ],
    ['no connection', [{ ok: false, reason: 'unreachable', message: 'x' }], 502, 'upstream_unreachable'],
    ['no answer in time', [{ ok: false, reason: 'timeout', message: 'x' }], 504, 'upstream_timeout'],
    [
      'a connection that breaks in the body',
      [head(200, 'application/json'), { ok: false, reason: 'reset', message: 'x' }],
      502,
      'upstream_reset',
    ],
  ] as [string, (UpstreamHead | UpstreamReply)[], number, string | undefined][])('%s is an error', (_name, replies, status, code) => {
    const decision = ask('/v1/messages', false, replies);
    expect(decision.status).toBe(status);
    expect(decision.action === 'respond' && JSON.parse(text(decision.body))).toMatchObject({ type: 'error' });
    if (code !== undefined) expect(decision.action === 'respond' && decision.summary.error?.code).toBe(code);
  });
  it('an answer of the same API passes in an encoding of its own', () => {
    const decision = ask('/v1/chat/completions', false, [head(200, 'application/json', { 'content-encoding': 'gzip' })]);
    expect(decision).toMatchObject({ action: 'accept', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } });
  });
});

describe('refuse', () => {
  it.each([
    ['/v1/messages', { type: 'error', error: { type: 'request_too_large' } }],
    ['/v1/chat/completions', { error: { code: 'request_too_large' } }],
    ['/v1beta/models/x:generateContent', { error: { code: 413 } }],
    ['/nowhere', { error: { code: 'request_too_large' } }],
  ])('writes an error of the host in the envelope of %s', (path, envelope) => {
    const refused = gateway.refuse(
      { method: 'POST', path, headers: {} },
      gatewayError('request_too_large', 'too much', { retryAfterSeconds: 2 }),
    );
    expect(refused.headers).toMatchObject({ 'retry-after': '2' });
    expect(JSON.parse(refused.body as string)).toMatchObject(envelope);
  });
});

describe('an exchange over the gateway', () => {
  it('translates a stream as it comes', () => {
    const exchange = createExchange(gateway, host);
    const body = JSON.stringify({ model: 'gpt-4o', max_tokens: 5, stream: true, messages });
    exchange.dispatch({ type: 'request', head: { method: 'POST', path: '/v1/messages', headers: {} }, body });
    exchange.dispatch({ type: 'head', head: { ok: true, status: 200, headers: { 'content-type': 'text/event-stream' } } });
    const chunk = portableUtf8.encode(
      'data: {"id":"1","model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"Hé"}}]}\n\n',
    );
    const write = exchange.dispatch({ type: 'chunk', chunk });
    expect(write.step === 'write' && write.chunks.join('')).toContain('"text":"Hé"');
    const failed = exchange.dispatch({ type: 'failure', failure: { reason: 'reset', message: 'gone' } });
    expect(failed.step === 'write' && [failed.last, failed.cut, failed.chunks.join('')]).toEqual([
      true,
      false,
      expect.stringContaining('event: error'),
    ]);
  });
});
