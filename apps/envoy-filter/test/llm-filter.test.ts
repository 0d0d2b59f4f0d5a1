import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { filterConfig, fiveProviders } from './support/filter-config.ts';
import { startFilter } from './support/mock-envoy.ts';
import { ask, answerWith } from './support/one-exchange.ts';

const start = () => startFilter('llm_gateway', filterConfig(fiveProviders));
const messages = [{ role: 'user', content: 'Grüße 😀' }];

describe('llm_gateway.wasm', () => {
  it('sends the translated request to the cluster of its provider', () => {
    const exchange = ask(start(), '/v1/messages', { model: 'openai/gpt-5-mini', max_tokens: 9, messages });
    expect(exchange.local).toBeUndefined();
    expect(exchange.requestHeaders()).toMatchObject({
      ':method': 'POST',
      ':path': '/v1/chat/completions',
      ':authority': '127.0.0.1:4001',
      authorization: 'Bearer sk-openai',
      'x-arch-llm-provider': 'http://127.0.0.1:4001',
      'content-length': String(Buffer.byteLength(exchange.requestBody())),
    });
    expect(JSON.parse(exchange.requestBody())).toEqual({ model: 'gpt-5-mini', messages, max_completion_tokens: 9 });
  });

  it('translates a whole answer', () => {
    const exchange = ask(start(), '/v1/messages', { model: 'openai/gpt-5-mini', max_tokens: 9, messages });
    const choice = { index: 0, message: { role: 'assistant', content: 'Hé' }, finish_reason: 'stop' };
    answerWith(exchange, 200, 'application/json', [JSON.stringify({ id: 'c', model: 'gpt-5-mini', choices: [choice] })]);
    expect(exchange.status()).toBe(200);
    expect(JSON.parse(exchange.answer())).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Hé' }] });
    expect(exchange.responseHeaders()['content-length']).toBe(String(Buffer.byteLength(exchange.answer())));
  });

  it('refuses with the error of the client’s own API', () => {
    const exchange = ask(start(), '/v1/messages', { model: 'nobody/nothing', max_tokens: 9, messages });
    expect(exchange.local?.status).toBe(404);
    expect(JSON.parse(exchange.local?.body ?? '')).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });

  it('answers plano/echo itself', () => {
    const exchange = ask(start(), '/v1/chat/completions', { model: 'plano/echo', messages });
    expect(JSON.parse(exchange.local?.body ?? '')).toMatchObject({ choices: [{ message: { content: 'You said: Grüße 😀' } }] });
  });

  it.each([
    ['that is not JSON', '{', 'not JSON'],
    ['without a configuration in it', '{}', 'derived configuration'],
    ['of another shape', '{"config":{"listeners":[]}}', 'config.providers must be a list'],
  ])('refuses a plugin configuration %s and says why', (_name, configuration, reason) => {
    expect(() => startFilter('llm_gateway', configuration)).toThrow(reason);
  });
});
