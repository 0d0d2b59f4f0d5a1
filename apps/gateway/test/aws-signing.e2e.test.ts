import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeServer } from '@plano/fake-providers';
import { startFakeBedrock } from '@plano/fake-providers';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrockClient } from './support/bedrock-client.ts';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';

// The fake checks a signature by making it anew from Amazon's description, with code of its own.
const processes = gatewayProcesses();
const model = 'anthropic.claude-3-5-haiku-20241022-v1:0';
let fake: FakeServer;
beforeAll(async () => {
  fake = await startFakeBedrock({ credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test-secret' } });
});
afterAll(() => fake.close());
beforeEach(() => fake.reset());
afterEach(() => processes.clean());

const alone = { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'us-east-1', HOME: tmpdir() };
async function start(environment: Record<string, string>): Promise<number> {
  const port = await freePort();
  const gateway = processes.start(
    `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
metrics: false
model_providers: [{ model: "amazon_bedrock/${model}", base_url: "${fake.url}" }]
`,
    [],
    { ...alone, ...environment },
  );
  await gateway.says('Try it:');
  return port;
}

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'test-secret' };
const chat = (port: number) => new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'unused', maxRetries: 0 });
const body = { model: `amazon_bedrock/${model}`, messages: [{ role: 'user' as const, content: 'Hello' }] };

describe('Bedrock without an API key', () => {
  it('is signed with the keys of the environment, for whole answers and streams of both clients', async () => {
    const port = await start(keys);
    const aws = bedrockClient(`http://127.0.0.1:${port}`);
    for (const stream of [false, true]) {
      const answer = await aws.ask({ model, user: 'Hello', stream });
      expect(answer.text).not.toBe('');
    }
    const whole = await chat(port).chat.completions.create(body);
    expect(whole.choices[0]?.message.content).not.toBe('');
    let text = '';
    for await (const chunk of await chat(port).chat.completions.create({ ...body, stream: true }))
      text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(fake.requests).toHaveLength(4);
    for (const { headers, rejection } of fake.requests) {
      expect(rejection).toBeUndefined();
      expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/us-east-1\/bedrock\/aws4_request/);
    }
  });

  it('is signed with the keys of a shared file', async () => {
    const file = join(tmpdir(), `plano-credentials-${process.pid}`);
    writeFileSync(file, '[work]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = test-secret\n');
    const port = await start({ AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'work' });
    expect((await chat(port).chat.completions.create(body)).choices).toHaveLength(1);
    expect(fake.requests.map(({ rejection }) => rejection)).toEqual([undefined]);
  });

  it('is refused by Amazon when the key is wrong, which the client is told', async () => {
    const port = await start({ ...keys, AWS_SECRET_ACCESS_KEY: 'another' });
    await expect(chat(port).chat.completions.create(body)).rejects.toMatchObject({ status: 401 });
  });

  it('says so when there are no credentials, and tells no secret', async () => {
    const port = await start({});
    const error = await chat(port)
      .chat.completions.create(body)
      .catch((reason: unknown) => reason as InstanceType<typeof OpenAI.APIError>);
    expect(error).toMatchObject({ message: expect.stringMatching(/credential/i) as string });
    expect(fake.requests).toEqual([]);
  });
});
