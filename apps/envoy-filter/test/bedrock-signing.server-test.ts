import type { RunningEnvoy } from '@plano/envoy';
import type { FakeServer } from '@plano/fake-providers';
import { startFakeBedrock } from '@plano/fake-providers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startFilters } from './support/start-filters.ts';

// The fake makes every signature anew from Amazon's description, with code of its own, and refuses what differs. The colon in the model's name
// travels as %3A, which a signature holds encoded once more.
const model = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const keys = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'test-secret',
  AWS_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
};
let fake: FakeServer;
let envoy: RunningEnvoy | undefined;
beforeAll(async () => {
  fake = await startFakeBedrock({ credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test-secret' } });
});
beforeEach(() => fake.reset());
afterEach(async () => {
  await envoy?.close();
  envoy = undefined;
});
afterAll(() => fake.close());

async function start(environment: Record<string, string>): Promise<string> {
  envoy = await startFilters(
    `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
retries: { max: 0 }
model_providers: [{ model: "amazon_bedrock/${model}", base_url: "${fake.url}", default: true }]
`,
    { environment },
  );
  return `http://127.0.0.1:${envoy.port('llm')}`;
}

const messages = [{ role: 'user', content: 'Grüße 😀' }];
const chat = (url: string, more: object = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer unused' },
    body: JSON.stringify({ messages, ...more }),
  });

it('Envoy signs what the filter has translated, for whole answers and streams', async () => {
  const url = await start(keys);
  const whole = await chat(url);
  expect(await whole.json()).toMatchObject({ choices: [{ message: { content: expect.stringMatching(/./) as unknown } }] });
  expect(await (await chat(url, { stream: true })).text()).toMatch(/"content":"[\s\S]*data: \[DONE\]/);
  const own = await fetch(`${url}/model/${encodeURIComponent(model)}/converse`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }),
  });
  expect(await own.json()).toMatchObject({ output: { message: { role: 'assistant' } } });
  expect(fake.requests.map(({ rejection }) => rejection)).toEqual([undefined, undefined, undefined]);
  for (const { headers, path } of fake.requests) {
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request/);
    expect(path).toContain('%3A');
  }
});

it('Amazon refuses what is signed with another key, and the client is told in its own API', async () => {
  const url = await start({ ...keys, AWS_SECRET_ACCESS_KEY: 'another' });
  const refused = await chat(url);
  expect([refused.status, await refused.json()]).toMatchObject([
    401,
    { error: { message: expect.stringContaining('signature') as unknown } },
  ]);
});
