import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { encodeAwsFrame } from '@plano/hermesllm/framing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningGateway } from './support/start-gateway.ts';
import { startGateway } from './support/start-gateway.ts';

// Claude by InvokeModel: Messages events in base64 inside frames of an AWS event stream.

function frameOf(kind: 'event' | 'exception', type: string, body: unknown): Uint8Array {
  const headers = { [`:${kind}-type`]: type, ':content-type': 'application/json', ':message-type': kind };
  return encodeAwsFrame({ event: type, data: JSON.stringify(body), headers });
}
const chunkOf = (event: unknown): Uint8Array =>
  frameOf('event', 'chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abc' });

const usage = { input_tokens: 3, output_tokens: 1 };
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage,
};
const begin = [
  { type: 'message_start', message },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüß ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Gott 🌊' } },
];
const end = [
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
  { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { outputTokenCount: 5 } },
];

let bytes: Uint8Array[] = [];
const requests: { path: string | undefined; accept: string | undefined; body: Record<string, unknown> }[] = [];
let upstream: Server;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = createServer((request: IncomingMessage, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      requests.push({ path: request.url, accept: request.headers.accept, body: JSON.parse(body) as Record<string, unknown> });
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      // Cut anywhere.
      const whole = Buffer.concat(bytes);
      for (let at = 0; at < whole.length; at += 37) response.write(whole.subarray(at, at + 37));
      response.end();
    })();
  });
  await once(upstream.listen(0, '127.0.0.1'), 'listening');
  gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
retries: { max: 0 }
model_providers:
  - { name: claude, model: bedrock_anthropic/claude-x, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}", access_key: k, default: true, circuit_breaker: false }
`);
});
afterAll(async () => {
  await gateway.close();
  upstream.close();
});
beforeEach(() => {
  requests.length = 0;
  bytes = [...begin, ...end].map(chunkOf);
});

const messages = [{ role: 'user' as const, content: 'Hello' }];
const anthropic = (): Anthropic => new Anthropic({ baseURL: gateway.url, apiKey: 'unused', maxRetries: 0 });

describe('a stream of InvokeModel', () => {
  it('reaches a Messages client with every event as it was inside', async () => {
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ model: 'claude', max_tokens: 9, stream: true, messages }),
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const data = (await answer.text()).split('\n').filter((line) => line.startsWith('data: '));
    expect(data.map((line) => JSON.parse(line.slice(6)) as unknown)).toEqual([...begin, ...end]);
    expect(requests[0]).toMatchObject({
      path: '/model/claude-x/invoke-with-response-stream',
      accept: 'application/vnd.amazon.eventstream',
    });
    expect(requests[0]?.body).toMatchObject({ anthropic_version: 'bedrock-2023-05-31' });
  });

  it('adds up for both official clients', async () => {
    const final = await anthropic().messages.stream({ model: 'claude', max_tokens: 9, messages }).finalMessage();
    expect(final.content).toMatchObject([{ type: 'text', text: 'Grüß Gott 🌊' }]);
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: 'claude',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect([text, tokens]).toEqual(['Grüß Gott 🌊', 5]);
    await expect.poll(() => gateway.records.at(-1)?.summary.answer?.usage?.output).toBe(5);
  });

  it.each([
    ['that fails', () => [...begin.map(chunkOf), frameOf('exception', 'throttlingException', { message: 'slow down' })], 'slow down'],
    ['that breaks off', () => begin.map(chunkOf), 'error'],
    ['with a broken frame', () => [...begin.map(chunkOf), chunkOf({}).map((byte, at) => (at === 20 ? byte ^ 1 : byte))], 'error'],
  ])('%s ends with an error event', async (_name, make, told) => {
    bytes = make();
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ model: 'claude', max_tokens: 9, stream: true, messages }),
    });
    const text = await answer.text();
    expect(text).toMatch(/event: error\ndata: \{"type":"error"[^\n]*\n\n$/);
    expect(text.slice(text.lastIndexOf('event: error'))).toContain(told);
  });
});
