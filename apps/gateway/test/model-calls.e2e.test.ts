import type { ExchangeRecord } from '@plano/common';
import { startFakeArchFunction, startFakeOpenAi } from '@plano/fake-providers';
import type { FakeServer } from '@plano/fake-providers';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeveloperApi } from './support/developer-api.ts';
import { startDeveloperApi } from './support/developer-api.ts';
import type { RunningNodeGateway } from './support/running-gateway.ts';
import { startNodeGateway } from './support/start-node-gateway.ts';

// What an operator learns of the calls that function calling makes of a model.

const weatherCall = 'tool_calls": [{"name": "weather", "arguments": {"city": "Oslo"}}]}\n```';
const messages = [{ role: 'user' as const, content: 'Weather in Oslo?' }];
/** A record may come after its client has its answer. */
const patient = { timeout: 30_000 };

let arch: FakeServer;
let openai: FakeServer;
let api: DeveloperApi;

beforeAll(async () => {
  arch = await startFakeArchFunction();
  openai = await startFakeOpenAi({ apiKey: 'k' });
  api = await startDeveloperApi();
  api.answer({ body: '{"max":4}' });
});
beforeEach(() => {
  for (const fake of [arch, openai]) fake.reset();
  api.calls.length = 0;
});
afterAll(() => Promise.all([arch, openai, api].map((server) => server.close())));

async function withGateway(more: string, run: (client: OpenAI, running: RunningNodeGateway) => Promise<void>): Promise<void> {
  const running = await startNodeGateway(`version: v0.4.0
listeners: [{ type: prompt, name: prompts }]
model_providers:
  - { model: openai/gpt-4o, base_url: "${openai.url}/v1", access_key: k, default: true }
  - { model: plano/Arch-Function, base_url: "${arch.url}", circuit_breaker: false }
retries: { max: 0 }
endpoints: { weather_api: { endpoint: "127.0.0.1:${api.port}" } }
prompt_targets:
  - name: weather
    description: Forecast for a city
    endpoint: { name: weather_api, path: /weather }
    parameters: [{ name: city, description: City name, type: str, required: true }]
${more}`);
  try {
    await run(new OpenAI({ baseURL: `${running.url}/v1`, apiKey: 'client-key', maxRetries: 0 }), running);
  } finally {
    await running.close();
  }
}

const own = ({ records }: RunningNodeGateway): ExchangeRecord[] => records.filter(({ purpose }) => purpose === 'function-calling');

describe('a call of function calling', () => {
  it('has a record of its own, with what it cost, beside the client’s', async () => {
    await withGateway('', async (client, running) => {
      arch.script(weatherCall);
      await client.chat.completions.create({ model: 'gpt-4o', messages }, { headers: { 'x-request-id': 'r-9' } });
      await expect.poll(() => running.records.length, patient).toBe(2);
      const [record] = own(running);
      expect(record).toMatchObject({
        head: { path: '/v1/chat/completions', headers: { 'x-request-id': 'r-9' } },
        status: 200,
        outcome: 'finished',
        summary: { provider: 'plano', model: 'plano/Arch-Function', stream: true, attempts: 1, error: null },
      });
      expect(record?.summary.answer?.usage?.output).toBeGreaterThan(0);
      expect([record?.bytesIn, record?.bytesOut, record?.firstByteMs].every((each) => (each ?? 0) > 0)).toBe(true);
      expect(running.records.find(({ purpose }) => purpose === undefined)?.head.headers['x-request-id']).toBe('r-9');
    });
  });

  it('that fails tells so', async () => {
    await withGateway('', async (client, running) => {
      arch.script({ failure: { kind: 'server', status: 500, message: 'engine failed' } });
      await expect(client.chat.completions.create({ model: 'gpt-4o', messages })).rejects.toThrow('engine failed');
      await expect.poll(() => own(running).map(({ status, summary }) => [status, summary.error === null]), patient).toEqual([[500, false]]);
    });
  });

  it('that takes too long tells so', async () => {
    await withGateway('function_calling: { timeout: 1s }', async (client, running) => {
      arch.script({ text: weatherCall, delivery: { delay: { first: 60_000 } } });
      await expect(client.chat.completions.create({ model: 'gpt-4o', messages })).rejects.toMatchObject({ status: 504 });
      await expect.poll(() => own(running).length, patient).toBe(1);
      expect(own(running)[0]).toMatchObject({ outcome: 'aborted', summary: { error: { code: 'upstream_timeout' } } });
    });
  });

  it('that the client leaves is an aborted one', async () => {
    await withGateway('', async (client, running) => {
      arch.script({ text: weatherCall, delivery: { delay: { first: 60_000 } } });
      const leaving = new AbortController();
      const asked = client.chat.completions.create({ model: 'gpt-4o', messages }, { signal: leaving.signal });
      await expect.poll(() => arch.requests.length, patient).toBe(1);
      leaving.abort();
      await expect(asked).rejects.toThrow();
      await expect.poll(() => own(running).map(({ outcome }) => outcome), patient).toEqual(['aborted']);
    });
  });

  it('counts for the client’s rate limit, which ends the turn before an API is called', async () => {
    const limit = 'ratelimits: [{ model: plano/Arch-Function, selector: { key: x-team }, limit: { requests: 1, unit: hour } }]';
    await withGateway(limit, async (client, running) => {
      arch.script(weatherCall, weatherCall);
      const say = (team: string) => client.chat.completions.create({ model: 'gpt-4o', messages }, { headers: { 'x-team': team } });
      await say('a');
      await expect(say('a')).rejects.toMatchObject({ status: 429 });
      await say('b');
      expect([api.calls.length, arch.requests.length]).toEqual([2, 2]);
      await expect.poll(() => own(running).map(({ status }) => status), patient).toEqual([200, 429, 200]);
    });
  });

  it('takes the tokens that it cost from the limit', async () => {
    const limit = 'ratelimits: [{ model: plano/Arch-Function, selector: { key: x-team }, limit: { tokens: 300, unit: hour } }]';
    await withGateway(limit, async (client) => {
      arch.always(() => weatherCall);
      const statuses: number[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        const asked = client.chat.completions.create({ model: 'gpt-4o', messages }, { headers: { 'x-team': 'a' } });
        statuses.push(
          await asked.then(
            () => 200,
            (error: unknown) => (error instanceof OpenAI.APIError ? (error.status as number) : 0),
          ),
        );
      }
      expect(statuses.at(-1)).toBe(429);
      expect(statuses[0]).toBe(200);
    });
  });

  it('of the second engine is told likewise', async () => {
    await withGateway('function_calling: { engine: model, model: gpt-4o }', async (client, running) => {
      openai.script({ blocks: [{ type: 'tool_call', name: 'weather', arguments: { city: 'Oslo' } }] }, 'Cold.');
      await client.chat.completions.create({ model: 'gpt-4o', messages });
      await expect.poll(() => running.records.length, patient).toBe(2);
      expect(own(running)).toMatchObject([{ status: 200, summary: { model: 'openai/gpt-4o', stream: false } }]);
    });
  });
});
