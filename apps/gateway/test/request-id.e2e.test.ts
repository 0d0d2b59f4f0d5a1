import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TwoProviders } from './support/two-providers.ts';
import { startTwoProviders } from './support/two-providers.ts';

let set: TwoProviders;
beforeAll(async () => {
  set = await startTwoProviders();
});
afterAll(() => set.close());

const messages = [{ role: 'user' as const, content: 'Hello' }];
const id = 'x-upstream-request-id';

describe('the ids of a request', () => {
  it('are the gateway’s and the provider’s for the openai client, also of an answer that was translated', async () => {
    const client = new OpenAI({
      baseURL: `${set.gateway.url}/v1`,
      apiKey: 'unused',
      maxRetries: 0,
      defaultHeaders: { 'x-request-id': 'mine' },
    });
    for (const [model, shape] of [
      ['gpt-4o', /^req_/],
      ['claude-sonnet-4-5', /^req_/],
    ] as const) {
      const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
      expect((data as { _request_id?: unknown })._request_id).toBe('mine');
      expect(response.headers.get(id)).toMatch(shape);
    }
  });

  it('are both there for the anthropic client, also of a stream and of an error', async () => {
    const client = new Anthropic({ baseURL: set.gateway.url, apiKey: 'unused', maxRetries: 0 });
    const body = { model: 'claude-sonnet-4-5', max_tokens: 20, messages };
    const { response } = await client.messages.create({ ...body, stream: true }).withResponse();
    expect(response.headers.get(id)).toBe(response.headers.get('request-id'));
    expect(response.headers.get(id)).toMatch(/^req_/);
    await response.body?.cancel();
    const failed: unknown = await client.messages.create({ ...body, max_tokens: -1 }).catch((error: unknown) => error);
    expect((failed as InstanceType<typeof Anthropic.APIError>).headers?.get(id)).toMatch(/^req_/);
  });
});
