import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TwoProviders } from './support/two-providers.ts';
import { startTwoProviders } from './support/two-providers.ts';

let setup: TwoProviders;
beforeAll(async () => {
  setup = await startTwoProviders();
});
beforeEach(() => setup.reset());
afterAll(() => setup.close());

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(setup.gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
const sent = (index = 0): string => Buffer.from(setup.openai.requests[index]?.bytes ?? []).toString();

describe('a request between equal APIs', () => {
  it('reaches the provider byte for byte, but for the model', async () => {
    const body =
      '{ "temperature" : 1.0,\n "model":"openai/gpt-4o","top_p": 0.10, "messages":[{"role":"user","content":"caf\\u00e9 東京"}] }';
    const answer = await post('/v1/chat/completions', body);
    expect(answer.status).toBe(200);
    expect(sent()).toBe(body.replace('openai/gpt-4o', 'gpt-4o'));
  });

  it('brings the answer back byte for byte', async () => {
    const raw = '{"id":"x", "big": 9007199254740993,\r\n "choices":[],"unknown":{"é":1.0}}';
    setup.openai.script({ raw: { body: [raw], headers: { 'x-ratelimit-remaining-requests': '3', 'set-cookie': 'a=b' } } });
    const answer = await post('/v1/chat/completions', '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}');
    expect(await answer.text()).toBe(raw);
    expect(answer.headers.get('x-ratelimit-remaining-requests')).toBe('3');
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('brings a stream back byte for byte, unknown events included', async () => {
    const events = [
      ': hi\n\n',
      'data: {"id":"1","choices":[{"index":0,"delta":{"content":"é","new_thing":1}}]}\n\n',
      'event: surprise\ndata: {}\n\n',
    ];
    const ending = ['data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n', 'data: [DONE]\n\n'];
    setup.openai.script({ raw: { body: [...events, ...ending], headers: { 'content-type': 'text/event-stream' } } });
    const answer = await post('/v1/chat/completions', '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Hi"}]}');
    expect(await answer.text()).toBe([...events, ...ending].join(''));
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
  });
});

describe('selection', () => {
  const ask = (model: string | undefined, headers: Record<string, string> = {}): Promise<Response> =>
    post('/v1/chat/completions', JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }), headers);

  it.each([
    ['the full name', 'openai/gpt-4o', 'openai', 'gpt-4o'],
    ['the bare name', 'gpt-4o', 'openai', 'gpt-4o'],
    ['no model: the default', undefined, 'openai', 'gpt-4o'],
    ['an alias', 'smart', 'anthropic', 'claude-sonnet-4-5'],
  ] as const)('by %s', async (_name, model, provider, expected) => {
    expect((await ask(model)).status).toBe(200);
    expect(setup[provider].requests[0]?.body).toMatchObject({ model: expected });
  });

  it('by a wildcard', async () => {
    const answer = await ask('anthropic/claude-opus-4-1', { authorization: 'Bearer sk-anthropic' });
    expect(answer.status).toBe(200);
    expect(setup.anthropic.requests[0]?.body).toMatchObject({ model: 'claude-opus-4-1' });
  });

  it('by the hint before the model', async () => {
    await ask('openai/gpt-4o', { 'x-arch-llm-provider-hint': 'anthropic/claude-sonnet-4-5' });
    expect(setup.anthropic.requests[0]?.body).toMatchObject({ model: 'claude-sonnet-4-5' });
  });

  it.each([
    ['/v1/chat/completions', { error: { code: 'model_not_found', param: 'model' } }],
    ['/v1/messages', { type: 'error', error: { type: 'not_found_error' } }],
  ])('of an unknown model at %s is a 404 that names near ones', async (path, envelope) => {
    const answer = await post(path, JSON.stringify({ model: 'openai/gpt-4', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }));
    expect(answer.status).toBe(404);
    const body = (await answer.json()) as { error: { message: string } };
    expect(body).toMatchObject(envelope);
    expect(body.error.message).toContain('openai/gpt-4o');
  });

  it('never crosses providers', async () => {
    const answer = await ask('anthropic/gpt-4o');
    expect(answer.status).not.toBe(200);
    expect(setup.openai.requests).toEqual([]);
  });
});

describe('credentials and headers', () => {
  const messages = '{"model":"anthropic/claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}';

  it("writes the provider's key in its own form and lets none of the client's through", async () => {
    const secrets = {
      authorization: 'Bearer client',
      cookie: 'session=1',
      'x-arch-upstream': 'x',
      'x-plano-key': 'k',
      'x-forwarded-for': '10.0.0.1',
    };
    await post('/v1/messages', messages, secrets);
    const headers = setup.anthropic.requests[0]?.headers ?? {};
    expect(headers).toMatchObject({ 'x-api-key': 'sk-anthropic', 'anthropic-version': '2023-06-01' });
    for (const name of Object.keys(secrets)) expect(headers[name], name).toBeUndefined();
    await post('/v1/chat/completions', '{"messages":[{"role":"user","content":"Hi"}]}', { 'x-api-key': 'client' });
    expect(setup.openai.requests[0]?.headers).toMatchObject({ authorization: 'Bearer sk-openai' });
    expect(setup.openai.requests[0]?.headers['x-api-key']).toBeUndefined();
  });

  it.each([
    ['authorization', 'Bearer sk-anthropic'],
    ['x-api-key', 'sk-anthropic'],
  ])("passes the client's own key on in its form (%s)", async (name, value) => {
    const body = messages.replace('claude-sonnet-4-5', 'claude-opus-4-1');
    const answer = await post('/v1/messages', body, { [name]: value, 'anthropic-version': '2026-10-21' });
    expect(answer.status).toBe(200);
    expect(setup.anthropic.requests[0]?.headers).toMatchObject({ [name]: value, 'anthropic-version': '2026-10-21' });
  });

  it('answers 401 when a provider needs a key and nobody has one', async () => {
    const answer = await post('/v1/messages', messages.replace('claude-sonnet-4-5', 'claude-opus-4-1'));
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
    expect(setup.anthropic.requests).toEqual([]);
  });
});

describe('broken requests', () => {
  it.each([
    ['not JSON', '/v1/chat/completions', '{"model":', 400, { error: { type: 'invalid_request_error' } }],
    ['no object', '/v1/messages', '[]', 400, { type: 'error', error: { type: 'invalid_request_error' } }],
    [
      'a wrong type, with its path',
      '/v1/messages',
      '{"model":"gpt-4o","max_tokens":"9","messages":[]}',
      400,
      { error: { message: expect.stringContaining('max_tokens') as string } },
    ],
    [
      'nested too deep',
      '/v1/chat/completions',
      `{"a":${'['.repeat(300)}${']'.repeat(300)}}`,
      400,
      { error: { message: expect.stringContaining('256') as string } },
    ],
  ])('%s', async (_name, path, body, status, envelope) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(envelope);
  });

  it('a wrong method is 405 with the right one', async () => {
    const answer = await fetch(`${setup.gateway.url}/v1/messages`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('an unknown path is 404 in JSON', async () => {
    const answer = await post('/v2/nothing', '{}');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } });
  });

  it('a query does not change the path', async () => {
    const answer = await post('/v1/messages?beta=true', '{"model":"smart","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}');
    expect(answer.status).toBe(200);
  });
});

describe('models', () => {
  it('are listed in the order of the configuration', async () => {
    const list = (await (await fetch(`${setup.gateway.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(list).toMatchObject({ object: 'list' });
    expect(list.data.map(({ id }) => id).slice(0, 2)).toEqual(['openai/gpt-4o', 'anthropic/claude-sonnet-4-5']);
  });
  it('are described one by one', async () => {
    expect(await (await fetch(`${setup.gateway.url}/v1/models/openai%2Fgpt-4o`)).json()).toMatchObject({
      id: 'openai/gpt-4o',
      object: 'model',
    });
    expect((await fetch(`${setup.gateway.url}/v1/models/nobody`)).status).toBe(404);
  });
});

describe('the echo provider', () => {
  it('answers every client API without a key', async () => {
    const chat = await post('/v1/chat/completions', '{"model":"plano/echo","messages":[{"role":"user","content":"Hi"}]}');
    expect(await chat.json()).toMatchObject({ choices: [{ message: { content: 'You said: Hi' } }] });
    const claude = await post('/v1/messages', '{"model":"plano/echo","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}');
    expect(await claude.json()).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'You said: Hi' }] });
    const stream = await post(
      '/v1/messages',
      '{"model":"plano/echo","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}',
    );
    expect(await stream.text()).toContain('event: message_stop');
  });
});
