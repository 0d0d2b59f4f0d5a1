import { describe, expect, it } from 'vitest';
import type { UpstreamAct } from '../test/support/gateway-under-test.ts';
import { gatewayUnderTest } from '../test/support/gateway-under-test.ts';

const yaml = `
model_providers:
  - { model: openai/gpt-4o, access_key: sk-1, default: true }
  - { model: anthropic/claude-x, access_key: sk-2 }
  - { name: own, model: gemini/gemini-x, passthrough_auth: true }
  - { model: plano/echo }
retries: { max: 0 }
`;
const json = (value: object): UpstreamAct => ({ status: 200, body: JSON.stringify(value) });
const parse = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
const get = (path: string, headers = {}) => gatewayUnderTest(yaml).ask({ method: 'GET', path, headers, body: '' });

describe('the list of models', () => {
  it('is OpenAI’s', () => {
    expect(parse(get('/v1/models').text)).toMatchObject({ object: 'list', data: [{ id: 'openai/gpt-4o', object: 'model' }, {}, {}, {}] });
  });
  it('is Anthropic’s for its clients', () => {
    expect(parse(get('/v1/models?limit=2', { 'anthropic-version': '2023-06-01' }).text)).toMatchObject({
      data: [{ type: 'model', id: 'openai/gpt-4o', display_name: 'openai/gpt-4o' }, {}, {}, {}],
      has_more: false,
      first_id: 'openai/gpt-4o',
      last_id: 'plano/echo',
    });
  });
  it.each([
    ['/v1beta/models', {}],
    ['/v1/models', { 'x-goog-api-key': 'k' }],
    ['/v1/models?key=k', {}],
  ])('is Gemini’s at %s %j', (path, headers) => {
    const { models } = parse(get(path, headers).text) as { models: object[] };
    expect(models[0]).toMatchObject({
      name: 'models/openai/gpt-4o',
      supportedGenerationMethods: expect.arrayContaining(['countTokens']) as unknown,
    });
  });
  it.each([
    ['/v1/models/openai/gpt-4o', {}, { id: 'openai/gpt-4o', object: 'model' }],
    ['/v1/models/openai%2Fgpt-4o', { 'anthropic-version': 'x' }, { id: 'openai/gpt-4o', type: 'model' }],
    ['/v1beta/models/own', {}, { name: 'models/own' }],
    ['/v1/models/gpt-4o', {}, { id: 'gpt-4o', object: 'model', owned_by: 'OpenAI' }],
  ])('has an entry for each: %s %j', (path, headers, expected) => {
    expect(parse(get(path, headers).text)).toMatchObject(expected);
  });
  it.each([
    ['/v1/models/nobody', {}, { error: { code: 'model_not_found' } }],
    ['/v1/models/nobody', { 'anthropic-version': 'x' }, { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1beta/models/nobody', {}, { error: { code: 404, status: 'NOT_FOUND' } }],
    ['/v1/models/gpt-4p', {}, { error: { message: expect.stringContaining('Did you mean openai/gpt-4o?') as unknown } }],
  ])('misses one in the client’s words: %s %j', (path, headers, expected) => {
    const { status, text } = get(path, headers);
    expect(status).toBe(404);
    expect(parse(text)).toMatchObject(expected);
  });
  it.each([
    ['/v1/messages/batches', { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1beta/models/gemini-x:embedContent', { error: { code: 404, status: 'NOT_FOUND' } }],
    ['/v1/models/gemini-x:batchEmbedContents', { error: { code: 404, status: 'NOT_FOUND' } }],
    ['/model/m/invoke', { message: expect.stringContaining('nothing at') as unknown }],
    ['/elsewhere', { error: { code: 'not_found' } }],
  ])('is not at %s, which is said in the words of the path’s API', (path, expected) => {
    const { status, text } = gatewayUnderTest(yaml).ask({ path, body: '{}' });
    expect([status, parse(text)]).toMatchObject([404, expected]);
  });
  it('has an entry for whatever a request may name', () => {
    const more = `${yaml}
model_aliases: { quick: { target: gpt-4o } }`.replace('model_providers:', 'model_providers:\n  - { model: groq/*, access_key: k }');
    const models = gatewayUnderTest(more);
    for (const id of ['quick', 'groq/anything']) {
      const { status, text } = models.ask({ method: 'GET', path: `/v1/models/${id}`, body: '' });
      expect([status, parse(text)]).toMatchObject([200, { id, object: 'model' }]);
    }
  });
  it('is only read', () => {
    const { status, decision } = gatewayUnderTest(yaml).ask({ method: 'DELETE', path: '/v1/models', body: '' });
    expect([status, decision.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });
});

const question = { messages: [{ role: 'user', content: 'How deep is the harbour?' }] };

describe('the count of tokens', () => {
  it('is the provider’s where it speaks the client’s API', () => {
    const body = { model: 'claude-x', ...question };
    const path = '/v1/messages/count_tokens?beta=true';
    const { sent, text, summary } = gatewayUnderTest(yaml).ask({ path, body }, [json({ input_tokens: 14 })]);
    expect(sent[0]).toMatchObject({ host: 'api.anthropic.com', path, headers: { 'x-api-key': 'sk-2' }, body });
    expect(parse(text)).toEqual({ input_tokens: 14 });
    expect(summary).toMatchObject({ model: 'anthropic/claude-x', stream: false });
  });
  it('is that of the default model where none is named', () => {
    const claude = yaml.replace(', default: true', '').replace('sk-2', 'sk-2, default: true');
    const { sent } = gatewayUnderTest(claude).ask({ path: '/v1/messages/count_tokens', body: { messages: [] } }, [
      json({ input_tokens: 1 }),
    ]);
    expect(sent[0]?.body).toEqual({ model: 'claude-x', messages: [] });
  });
  it('is Gemini’s with the client’s own key, which leaves as a header', () => {
    const body = { contents: [{ parts: [{ text: 'Hi' }] }] };
    const { sent } = gatewayUnderTest(yaml).ask({ path: '/v1/models/gemini-x:countTokens?key=AIza', body }, [json({ totalTokens: 2 })]);
    expect(sent[0]).toMatchObject({
      host: 'generativelanguage.googleapis.com',
      path: '/v1beta/models/gemini-x:countTokens',
      headers: { 'x-goog-api-key': 'AIza' },
      body,
    });
  });
  it('is the host’s elsewhere', () => {
    const counted: string[][] = [];
    const gateway = gatewayUnderTest(yaml, { countTokens: (model, text) => 20 + counted.push([model, text]) });
    const tools = [{ name: 'depth', description: 'Sounds it', input_schema: { type: 'object' } }];
    const body = { model: 'gpt-4o', system: 'Be brief', tools, ...question };
    const { text, sent, summary } = gateway.ask({ path: '/v1/messages/count_tokens', body });
    expect([sent, parse(text)]).toEqual([[], { input_tokens: 21 }]);
    expect(counted).toEqual([['gpt-4o', expect.stringMatching(/^Be brief How deep is the harbour\? .*"depth".*Sounds it/)]]);
    expect(summary.warnings).toMatchObject([{ type: 'approximated' }]);
  });
  it.each([
    ['a request', { contents: [{ role: 'user', parts: [{ text: '12345678' }] }] }],
    ['a request within one', { generateContentRequest: { contents: [{ role: 'user', parts: [{ text: '12345678' }] }] } }],
  ])('is approximated where there is no tokenizer: %s of Gemini', (_name, body) => {
    const { totalTokens } = parse(gatewayUnderTest(yaml).ask({ path: '/v1beta/models/gpt-4o:countTokens', body }).text);
    expect([Number(totalTokens) > 0, Number(totalTokens) < 9]).toEqual([true, true]);
  });
  it('is refused for a body that is none', () => {
    const { status, text } = gatewayUnderTest(yaml).ask({ path: '/v1/messages/count_tokens', body: { model: 'echo', messages: 1 } });
    expect([status, parse(text)]).toMatchObject([400, { type: 'error', error: { type: 'invalid_request_error' } }]);
  });
});

describe('embeddings', () => {
  const body = { model: 'openai/gpt-4o', input: ['a', 'b'], dimensions: 1.0 };
  it('pass, with the model’s own name', () => {
    const answer = { object: 'list', data: [], model: 'gpt-4o', usage: { prompt_tokens: 2, total_tokens: 2 } };
    const { sent, text, summary } = gatewayUnderTest(yaml).ask({ path: '/v1/embeddings', body }, [json(answer)]);
    expect(sent[0]).toMatchObject({ host: 'api.openai.com', path: '/v1/embeddings', body: { ...body, model: 'gpt-4o' } });
    expect(parse(text)).toEqual(answer);
    expect(summary.answer?.usage).toMatchObject({ input: 2 });
  });
  it.each([{ input: 'a' }, { model: null, input: 'a' }, { model: '', input: 'a' }])(
    'name the default model where they name none: %j',
    (asked) => {
      const { sent } = gatewayUnderTest(yaml).ask({ path: '/v1/embeddings', body: asked }, [json({})]);
      expect(sent[0]?.body).toEqual({ model: 'gpt-4o', input: 'a' });
    },
  );
  it.each(['claude-x', 'own', 'echo'])('are refused for a provider that has none: %s', (model) => {
    const { sent, status, text } = gatewayUnderTest(yaml).ask({
      path: '/v1/embeddings',
      headers: { authorization: 'Bearer k' },
      body: { ...body, model },
    });
    expect([sent, status]).toEqual([[], 400]);
    expect(text).toMatch(/has no embeddings/);
  });
});
