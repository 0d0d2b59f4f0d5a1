import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SAMPLE_TEXT, startFakeArchFunction, startFakeOpenAi } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeveloperApi } from './support/developer-api.ts';
import { startDeveloperApi } from './support/developer-api.ts';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';
import { startGateway } from './support/start-gateway.ts';

const certificate = (name: string): string => fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
const messages = [{ role: 'user' as const, content: 'Weather in Oslo?' }];
const calls = 'tool_calls": [{"name": "weather", "arguments": {"city": "Oslo"}}]}\n```';
const target = (more = ''): string => `
system_prompt: Be brief.
prompt_targets:
  - name: weather
    description: Forecast for a city
    endpoint: { name: weather_api, path: /weather }
    parameters: [{ name: city, description: City name, type: str, required: true }]
${more}`;

let arch: FakeServer;
let openai: FakeServer;
beforeAll(async () => {
  arch = await startFakeArchFunction();
  openai = await startFakeOpenAi({ apiKey: 'k' });
});
beforeEach(() => {
  for (const fake of [arch, openai]) fake.reset();
});
afterAll(() => Promise.all([arch.close(), openai.close()]));

const configuration = (port: number, endpoint: string, more = ''): string => `
version: v0.4.0
listeners: [{ name: prompts, type: prompt, port: ${port} }]
metrics: false
model_providers:
  - { model: openai/gpt-4o, base_url: "${openai.url}/v1", access_key: k, default: true }
  - { model: plano/Arch-Function, base_url: "${arch.url}", circuit_breaker: false }
endpoints: { weather_api: ${endpoint} }
${target(more)}`;
const clientOf = (port: number) => new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'client-key', maxRetries: 0 });

describe('an endpoint over HTTPS', () => {
  const processes = gatewayProcesses();
  let api: DeveloperApi | undefined;
  afterEach(async () => {
    await processes.clean();
    await api?.close();
  });

  /** A gateway that trusts a private authority, and an API with one of its certificates. */
  async function ask(name: string, environment: Record<string, string>) {
    api = await startDeveloperApi({ cert: readFileSync(certificate(`${name}.pem`)), key: readFileSync(certificate(`${name}.key`)) });
    api.answer({ body: '{"max":4}' });
    const port = await freePort();
    const endpoint = `{ endpoint: "localhost:${api.port}", protocol: https, http_host: weather.example }`;
    const gateway = processes.start(configuration(port, endpoint), [], environment);
    await gateway.says('Try it:');
    arch.script(calls);
    const asked = clientOf(port).chat.completions.create({ model: 'gpt-4o', messages });
    return { outcome: await asked.catch((error: unknown) => error), calls: api.calls };
  }
  const trusting = { NODE_EXTRA_CA_CERTS: certificate('ca.pem') };

  it('is called when its certificate is of an authority that is trusted, whatever `http_host` says', async () => {
    const asked = await ask('localhost', trusting);
    expect(asked.outcome).toMatchObject({ choices: [{ message: { content: SAMPLE_TEXT } }] });
    expect(asked.calls).toMatchObject([{ method: 'GET', path: '/weather?city=Oslo', headers: { host: 'weather.example' } }]);
  });
  it.each([
    ['of an authority that nobody knows', 'localhost', {}, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED|UNABLE_TO_GET_ISSUER/],
    ['for another host', 'elsewhere', trusting, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])('with a certificate %s is 502, and is sent nothing', async (_name, file, environment, reason) => {
    const asked = await ask(file, environment);
    expect(asked.outcome).toMatchObject({ status: 502, code: 'upstream_unreachable', message: expect.stringMatching(reason) as string });
    expect([asked.calls, openai.requests]).toEqual([[], []]);
  });
});

describe('P-14: the orchestrator', () => {
  it('is the one endpoint, and gets every request with the name of the agent that was chosen', async () => {
    const agents = await startDeveloperApi();
    const running = await startGateway(
      configuration(0, `{ endpoint: "127.0.0.1:${agents.port}" }`, 'overrides: { use_agent_orchestrator: true }').replace(
        'port: 0',
        'port: 10000',
      ),
    );
    try {
      agents.answer({ body: '{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi."}}]}' });
      const client = clientOf(running.port);
      arch.script(calls, 'response": "Hello"}\n```');
      const request = { model: 'whatever', messages, temperature: 0.5, metadata: { team: 'a' } };
      const answer = await client.chat.completions.create(request, { headers: { cookie: 'c=1', 'x-arch-upstream': 'admin' } });
      expect(answer.choices[0]?.message.content).toBe('Hi.');
      await client.chat.completions.create({ model: 'whatever', messages });
      const system = { role: 'system', content: 'Be brief.' };
      expect(agents.calls.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
        { ...request, messages: [system, ...messages], metadata: { team: 'a', use_agent_orchestrator: 'true', 'agent-name': 'weather' } },
        { model: 'whatever', messages: [system, ...messages] },
      ]);
      expect(Object.keys(agents.calls[0]?.headers ?? {}).filter((name) => /^(authorization|cookie|x-arch)/.test(name))).toEqual([]);
      expect(openai.requests).toEqual([]);
      // Agents are handed on unverified, and the prompt is that of Arch-Agent.
      expect((arch.requests[0]?.body as { temperature: number }).temperature).toBe(0.01);
    } finally {
      await running.close();
      await agents.close();
    }
  });
});
