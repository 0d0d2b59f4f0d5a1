import { describe, expect, it } from 'vitest';
import { gatewayUnderTest } from '../test/support/gateway-under-test.ts';

const providers = `
model_providers:
  - { model: openai/gpt-4o, access_key: k, default: true }
  - { model: openai/plain, access_key: k }
  - { model: anthropic/claude, access_key: k }
  - { model: groq/spread, endpoints: [{ access_key: a }, { access_key: b }] }
fallbacks: [{ model: openai/gpt-4o, to: [anthropic/claude] }]
ratelimits:
  - { model: openai/plain, selector: { key: x-user }, limit: { tokens: 900, unit: hour } }
  - { model: anthropic/claude, selector: { key: x-user }, limit: { tokens: 900, unit: hour } }
`;
const filter = (rateLimits: boolean) => gatewayUnderTest(providers, { redispatch: false, handover: { rateLimits } });
const refused = [{ status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"x"}' }];
const places = (under: ReturnType<typeof filter>, model: string): unknown[] =>
  under
    .ask({ body: { model, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] } }, refused)
    .sent.map(({ request }) => request.target);
const node = { type: 'builtin', name: 'brightstaff' };

describe('an exchange is handed to the Node process', () => {
  it.each([
    ['with fallbacks', 'openai/gpt-4o', true, true],
    ['with several endpoints', 'groq/spread', true, true],
    ['whose limits also hold for exchanges that fell back to it', 'anthropic/claude', true, true],
    ['with limits that only this machine knows', 'openai/plain', false, true],
  ])('of a model %s', (_which, model, alone, shared) => {
    expect([places(filter(false), model), places(filter(true), model)]).toEqual(
      [alone, shared].map((handed) => [handed ? node : expect.objectContaining({ type: 'socket' })]),
    );
  });

  it('by a host that has one', () => {
    expect(places(gatewayUnderTest(providers, { redispatch: false }), 'openai/gpt-4o')).toMatchObject([{ host: 'api.openai.com' }]);
  });

  it('as it came, with the name of its listener and without what no client may say', () => {
    const body = '{"model":"openai/gpt-4o","max_tokens":9,   "messages":[{"role":"user","content":"Hi"}]}';
    const headers = {
      authorization: 'Bearer client',
      'accept-encoding': 'br',
      'x-arch-llm-provider-hint': 'openai/gpt-4o',
      'x-arch-listener-name': 'forged',
      'x-arch-upstream': 'forged',
      connection: 'x-hop',
      'x-hop': '1',
    };
    const under = filter(false);
    const { sent, summary, status } = under.ask({ path: '/v1/messages', listener: 'llm', headers, body }, refused);
    expect(status).toBe(200);
    expect(sent[0]?.request).toMatchObject({ method: 'POST', path: '/v1/messages', body });
    expect(sent[0]?.headers).toEqual({
      authorization: 'Bearer client',
      'x-arch-llm-provider-hint': 'openai/gpt-4o',
      'x-arch-listener-name': 'llm',
    });
    expect(summary).toMatchObject({ clientApi: 'anthropic-messages', model: 'openai/gpt-4o', attempts: 1, error: null });
  });

  it('whose absence is told in the client’s API', () => {
    const { status, text } = filter(false).ask({ path: '/v1/messages' }, ['unreachable']);
    expect([status, JSON.parse(text)]).toMatchObject([502, { type: 'error', error: { message: expect.any(String) as unknown } }]);
  });
});
