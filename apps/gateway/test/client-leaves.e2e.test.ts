import type { ServerResponse } from 'node:http';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { startNodeGateway } from './support/start-node-gateway.ts';
import { startUpstream } from './support/start-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const chunk = (delta: object, more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const finish = chunk({}, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage });
const question = { model: 'openai/m', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true as const };

/** A gateway before an upstream that writes a stream and does not end it. */
async function gatewayBefore(text: string) {
  const open: ServerResponse[] = [];
  const upstream = await startUpstream((_request, response) => {
    open.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
  });
  closers.push(() => upstream.close());
  const gateway = await startNodeGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/m, base_url: "${upstream.url}/v1", access_key: k, default: true }]
`);
  closers.push(() => gateway.close());
  return { gateway, open };
}

describe('a client that leaves', () => {
  it('at the event that ends the stream, as OpenAI’s does, has had an answer that is finished, with its usage', async () => {
    const { gateway, open } = await gatewayBefore(`${chunk({ role: 'assistant', content: 'Hello' })}${finish}data: [DONE]\n\n`);
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'k', maxRetries: 0 });
    let text = '';
    for await (const { choices } of await client.chat.completions.create(question)) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello');
    await expect
      .poll(() => gateway.records)
      .toMatchObject([
        {
          status: 200,
          outcome: 'finished',
          summary: { answer: { usage: { input: 3, output: 2 }, finish: { reason: 'stop' } }, error: null },
        },
      ]);
    for (const response of open) response.end();
    await expect.poll(gateway.running).toBe(0);
  });

  it('before it has not, and its upstream is let go', async () => {
    const { gateway, open } = await gatewayBefore(`${chunk({ role: 'assistant', content: 'Hello' })}${finish}`);
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'k', maxRetries: 0 });
    for await (const { usage: told } of await client.chat.completions.create(question)) if (told) break;
    await expect.poll(() => gateway.records).toMatchObject([{ outcome: 'aborted', summary: { error: null } }]);
    await expect.poll(() => open[0]?.destroyed).toBe(true);
  });
});
