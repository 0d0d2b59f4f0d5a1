import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countTokens } from '../src/adapters/tokenizers.ts';
import type { RunningGateway } from './support/start-gateway.ts';
import { startGateway } from './support/start-gateway.ts';

// The provider has no operation for it, so the gateway counts: with the tokenizer of the model that was asked for.

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
  - { name: new, model: openai/gpt-4o, base_url: "http://127.0.0.1:9/v1", access_key: k, default: true }
  - { name: old, model: openai/gpt-4, base_url: "http://127.0.0.1:9/v1", access_key: k }
`);
});
afterAll(() => gateway.close());

const question = 'Wie tief ist der Hafen von Rostock, und warum wird er ausgebaggert?';
const system = 'You answer in one sentence.';

describe.each([
  ['new', 'gpt-4o'],
  ['old', 'gpt-4'],
])('tokens of a request to %s', (name, model) => {
  it('are counted exactly for the anthropic client', async () => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: 'unused', maxRetries: 0 });
    const { input_tokens } = await client.messages.countTokens({ model: name, system, messages: [{ role: 'user', content: question }] });
    expect(input_tokens).toBe(countTokens(model, `${system} ${question}`));
  });

  it('are counted exactly for the google client', async () => {
    const client = new GoogleGenAI({ apiKey: 'unused', httpOptions: { baseUrl: gateway.url } });
    const { totalTokens } = await client.models.countTokens({ model: name, contents: question });
    expect(totalTokens).toBe(countTokens(model, question));
  });
});

it('the two tokenizers do not agree on this text, so the model matters', () => {
  expect(countTokens('gpt-4o', question)).not.toBe(countTokens('gpt-4', question));
});
