import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import type { FakeServer } from '@plano/fake-providers';
import { startFakeOpenAi } from '@plano/fake-providers';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp as createFastifyApp } from '../src/fastify.ts';
import { createApp as createHonoApp } from '../src/hono.ts';
import { createApp as createNodeApp } from '../src/node-http.ts';
import { readConfig } from '../src/read-config.ts';

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

let folder: string;
let file: string;
let fake: FakeServer;
beforeAll(async () => {
  fake = await startFakeOpenAi({ apiKey: 'sk-fake' });
  folder = mkdtempSync(join(tmpdir(), 'plano-examples-'));
  file = join(folder, 'plano_config.yaml');
  process.env['PLANO_CONFIG'] = file;
  writeFileSync(
    file,
    `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, base_url: "${fake.url}/v1", access_key: sk-fake, default: true }, { model: plano/echo }]
`,
  );
});
afterAll(async () => {
  await fake.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => fake.reset());

async function listening(server: Server): Promise<Running> {
  if (!server.listening) await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
const onNode = (fetch: (request: Request) => Response | Promise<Response>): Promise<Running> =>
  listening(serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server);

const examples: Record<string, () => Promise<Running>> = {
  'node:http': () => listening(createNodeApp(readConfig(file)).listen(0, '127.0.0.1')),
  async fastify() {
    const app = createFastifyApp(readConfig(file));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return {
      url,
      async close() {
        app.server.closeAllConnections();
        await app.close();
      },
    };
  },
  hono: () => onNode(createHonoApp(readConfig(file)).fetch),
  async next() {
    const route = await import('../src/next-app/app/v1/[...path]/route.ts');
    return onNode((request) => (request.method === 'POST' ? route.POST(request) : route.GET(request)));
  },
};

describe.each(Object.entries(examples))('the example for %s', (name, start) => {
  let running: Running;
  let client: OpenAI;
  beforeAll(async () => {
    running = await start();
    client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'unused', maxRetries: 0 });
  });
  afterAll(() => running.close());
  const body = { model: 'openai/gpt-4o', messages: [{ role: 'user' as const, content: 'Hello' }] };

  it('answers whole and streams, which say the same', async () => {
    fake.script({ text: 'Good morning to you' }, { text: 'Good morning to you' });
    const whole = await client.chat.completions.create(body);
    expect(whole.choices[0]?.message.content).toBe('Good morning to you');
    let text = '';
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
      text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('Good morning to you');
    expect(fake.requests.map(({ rejection }) => rejection)).toEqual([undefined, undefined]);
  });

  it('ends the upstream’s request when the client aborts', async () => {
    fake.script({ text: 'a long answer '.repeat(200), delivery: { delay: { between: 20 } } });
    const stream = await client.chat.completions.create({ ...body, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break;
    }
    stream.controller.abort();
    expect(await fake.requests[0]?.closed).toBe('client-closed');
  });

  it('writes errors as the client’s API does, and answers GET', async () => {
    await expect(client.chat.completions.create({ ...body, model: 'openai/none' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    const models: string[] = [];
    for await (const { id } of client.models.list()) models.push(id);
    expect(models).toContain('openai/gpt-4o');
  });

  it('answers plano/echo without any provider', async () => {
    const answer = await client.chat.completions.create({ ...body, model: 'plano/echo' });
    expect(answer.choices[0]?.message.content).toBe('You said: Hello');
    expect(fake.requests).toEqual([]);
  });

  it('leaves the app’s own routes alone', async () => {
    const answer = await fetch(`${running.url}/hello`);
    if (name === 'next') expect(answer.status).toBe(404);
    else expect(await answer.text()).toBe('Hello from the app');
  });
});
