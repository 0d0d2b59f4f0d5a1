import { gatewayError } from '@plano/common';
import { portableUtf8 } from '@plano/hermesllm';
import { describe, expect, it } from 'vitest';
import type { UpstreamAct } from '../test/support/gateway-under-test.ts';
import { gatewayUnderTest } from '../test/support/gateway-under-test.ts';

// One test for each way in which the gateway that this one replaces is known to fail. docs/decisions/ says what has none here, and why.

const yaml = `
model_providers:
  - { model: openai/gpt-4o, access_key: sk-1, default: true }
  - { model: anthropic/claude-x, access_key: sk-2 }
  - { model: groq/llama, access_key: sk-3 }
  - { name: own, model: anthropic/claude-own, passthrough_auth: true }
  - { name: keyless, model: acme/big, base_url: "https://llm.acme.example/v2", provider_interface: openai, headers: { X-Team: red } }
  - { model: "amazon_bedrock/us.amazon.nova-pro-v1:0", base_url: "https://bedrock-runtime.us-east-1.amazonaws.com", access_key: sk-6 }
  - { model: chatgpt/gpt-5, access_key: sk-7 }
retries: { max: 0 }
`;
const messages = [{ role: 'user', content: 'the harbour is deep' }];
const chat = (more: object = {}): object => ({ model: 'gpt-4o', max_tokens: 9, messages, ...more });
const parse = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
const answer =
  '{"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}';
const good: UpstreamAct = { status: 200, body: answer };
const stream = (body: string): UpstreamAct => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body });
const hello = 'data: {"id":"1","model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"Hé"}}]}\n\n';
const asksFor = (model: string, path: string, headers = {}) =>
  gatewayUnderTest(yaml).ask({ path, headers, body: chat({ model, input: 'x' }) }, [{ status: 500, body: '{}' }]).sent[0];

describe('requests', () => {
  it.each([
    ['a header that is no text', {}, { 'x-arch-llm-provider-hint': '\u00ff\u0000' }],
    ['a body that is no JSON', '\u0000{', {}],
    ['a body that is no object', '[1]', {}],
    ['messages that are none', chat({ messages: 7 }), {}],
    ['no body', '', {}],
  ])('L-1: %s is answered, and nothing breaks', (_name, body, headers) => {
    const { status, text } = gatewayUnderTest(yaml).ask({ body, headers });
    expect([status >= 400 && status < 500, parse(text)]).toEqual([
      true,
      { error: expect.objectContaining({ message: expect.any(String) as unknown }) as unknown },
    ]);
  });
  it('L-3: a body that is too large is a 413 in the client’s envelope', () => {
    const { gateway } = gatewayUnderTest(yaml);
    const head = { method: 'POST', path: '/v1/messages', headers: {} };
    const refused = gateway.refuse(head, gatewayError('request_too_large', 'too large'));
    expect([refused.status, parse(refused.body as string)]).toMatchObject([413, { type: 'error', error: { type: 'request_too_large' } }]);
  });
  it.each([
    ['GET', chat()],
    ['POST', ''],
    ['PUT', chat()],
  ])('L-6: nothing is sent for %s with the body %j', (method, body) => {
    const { sent, status } = gatewayUnderTest(yaml).ask({ method, body });
    expect([sent, status]).toEqual([[], method === 'POST' ? 400 : 405]);
  });
  it('L-7, L-11, E-16: nothing internal, no cookie and no credential of the client leaves, but what traces a request does', () => {
    const secrets = {
      authorization: 'Bearer client',
      'x-api-key': 'client',
      'api-key': 'client',
      'x-goog-api-key': 'client',
      'x-plano-key': 'client',
      'proxy-authorization': 'Basic client',
      cookie: 'a=client',
      'openai-organization': 'client',
      'x-goog-user-project': 'client',
      'helicone-auth': 'Bearer client',
      'x-arch-llm-provider': 'client',
      'x-arch-upstream': 'client',
      'x-plano-cache': 'client',
      'x-envoy-max-retries': 'client',
      'x-model-affinity': 'client',
      'x-forwarded-for': 'client',
      connection: 'x-hop',
      'x-hop': 'client',
      'transfer-encoding': 'client',
    };
    const traced = { 'x-request-id': 'r1', traceparent: '00-1-2-01', tracestate: 'a=b', 'x-custom': 'yes' };
    for (const model of ['gpt-4o', 'keyless']) {
      const sent = asksFor(model, '/v1/chat/completions', { ...secrets, ...traced });
      expect(JSON.stringify(sent?.headers)).not.toContain('client');
      expect(sent?.headers).toMatchObject(traced);
    }
  });
  it('L-11: what belongs to the client’s credential goes with that, and with no other', () => {
    const owned = { 'openai-organization': 'org-1', 'openai-project': 'p-1', 'anthropic-workspace-id': 'w-1' };
    const own = `model_providers: [{ model: openai/gpt-4o, passthrough_auth: true }, { model: openai/other, access_key: k }]
fallbacks: [{ model: openai/gpt-4o, to: [openai/other] }]
retries: { max: 0 }
`;
    const headers = { authorization: 'Bearer client', ...owned, cookie: 'a=b' };
    const { sent } = gatewayUnderTest(own).ask({ headers }, [
      { status: 503, body: '{}' },
      { status: 200, body: '{}' },
    ]);
    expect(sent.map((sending) => sending.headers['authorization'])).toEqual(['Bearer client', 'Bearer k']);
    expect(sent[0]?.headers).toMatchObject(owned);
    expect(Object.keys(sent[1]?.headers ?? {}).filter((name) => name in owned)).toEqual([]);
    expect(sent[0]?.headers['cookie']).toBeUndefined();
  });
  it('L-11: the account that a provider names is told to its owner alone', () => {
    const names = { 'openai-organization': 'org-1', 'anthropic-organization-id': 'a-1' };
    const both = `model_providers: [{ model: openai/gpt-4o, passthrough_auth: true }, { model: openai/other, access_key: k }]\nretries: { max: 0 }\n`;
    for (const status of [200, 400]) {
      const told = ['openai/gpt-4o', 'openai/other'].map((model) => {
        const { decision } = gatewayUnderTest(both).ask({ headers: { authorization: 'Bearer client' }, body: chat({ model }) }, [
          { status, headers: names, body: '{}' },
        ]);
        return Object.keys(decision.headers).filter((name) => name in names);
      });
      expect(told).toEqual([Object.keys(names), []]);
    }
  });
  it('L-8: whether Bedrock streams is read from the body', () => {
    const paths = [true, false].map(
      (wanted) =>
        gatewayUnderTest(yaml).ask({ body: chat({ model: 'us.amazon.nova-pro-v1:0', stream: wanted }) }, [{ status: 500, body: '{}' }])
          .sent[0]?.path,
    );
    expect(paths).toEqual(['/model/us.amazon.nova-pro-v1%3A0/converse-stream', '/model/us.amazon.nova-pro-v1%3A0/converse']);
  });
  it('L-8: an upstream that only streams gives one answer to a client that wants one', () => {
    const events = [
      { type: 'response.created', response: { id: 'r1', model: 'gpt-5', status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { id: 'm1', type: 'message', role: 'assistant', content: [] } },
      { type: 'response.content_part.added', output_index: 0, content_index: 0, item_id: 'm1', part: { type: 'output_text', text: '' } },
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'm1', delta: 'Hello' },
      {
        type: 'response.completed',
        response: { id: 'r1', model: 'gpt-5', status: 'completed', output: [], usage: { input_tokens: 3, output_tokens: 1 } },
      },
    ];
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    const { sent, status, text, summary, decision } = gatewayUnderTest(yaml).ask(
      { path: '/v1/responses', body: { model: 'chatgpt/gpt-5', input: 'Hi' } },
      [stream(body)],
    );
    expect(sent[0]?.body['stream']).toBe(true);
    expect([status, decision.headers['content-type'], summary.answer?.usage]).toMatchObject([
      200,
      'application/json',
      { input: 3, output: 1 },
    ]);
    expect(parse(text)).toMatchObject({ object: 'response', output: [{ type: 'message', content: [{ text: 'Hello' }] }] });
  });
  it('L-9: the model of the body is the one that answers, and an unknown hint is a 404', () => {
    expect(asksFor('llama', '/v1/chat/completions')?.host).toBe('api.groq.com');
    const { sent, status } = gatewayUnderTest(yaml).ask({ headers: { 'x-arch-llm-provider-hint': 'nobody' }, body: chat() });
    expect([sent, status]).toEqual([[], 404]);
  });
  it('L-11: a provider without a key still gets its own headers', () => {
    const sent = asksFor('keyless', '/v1/chat/completions', { authorization: 'Bearer client' });
    expect([sent?.headers['x-team'], sent?.headers['authorization']]).toEqual(['red', undefined]);
  });
  it.each([
    ['groq/llama', '/v1/messages', '/openai/v1/chat/completions'],
    ['groq/llama', '/v1/responses', '/openai/v1/chat/completions'],
    ['us.amazon.nova-pro-v1:0', '/v1/messages', '/model/us.amazon.nova-pro-v1%3A0/converse'],
    ['keyless', '/v1/messages', '/v2/chat/completions'],
  ])('L-12: %s is asked at its own path, whatever the client speaks (%s)', (model, path, expected) => {
    expect(asksFor(model, path)?.path).toBe(expected);
  });
  it.each([
    ['claude-x', '/v1/messages?beta=true', '/v1/messages?beta=true'],
    ['gpt-4o', '/v1/messages?beta=true', '/v1/chat/completions'],
    ['gpt-4o', '/v1/chat/completions?trace=1&key=AIza', '/v1/chat/completions?trace=1'],
  ])('L-13: a query is no part of the route, and goes on where it means something (%s %s)', (model, path, expected) => {
    expect(asksFor(model, path)?.path).toBe(expected);
  });
  it('L-13: what a query loses is reported', () => {
    const { summary } = gatewayUnderTest(yaml).ask({ path: '/v1/messages?beta=true', body: chat() }, [good]);
    expect(summary.warnings).toContainEqual(expect.objectContaining({ type: 'dropped', path: 'query.beta' }));
  });
  it.each([
    ['claude-x', '/v1/messages', { 'anthropic-version': '2026-10-21' }, { 'anthropic-version': '2026-10-21', 'x-api-key': 'sk-2' }],
    ['claude-x', '/v1/messages', {}, { 'anthropic-version': '2023-06-01' }],
    ['claude-x', '/v1/chat/completions', { 'anthropic-version': '2026-10-21' }, { 'anthropic-version': '2023-06-01' }],
    ['own', '/v1/messages', { authorization: 'bearer tok' }, { authorization: 'Bearer tok' }],
    ['own', '/v1/messages', { authorization: 'Bearersk-1' }, { authorization: 'Bearer Bearersk-1' }],
    ['own', '/v1/messages', { 'x-api-key': 'sk-own' }, { 'x-api-key': 'sk-own' }],
    ['own', '/v1/chat/completions', { authorization: 'Bearer tok' }, { 'x-api-key': 'tok' }],
  ])('L-14: version and credential keep the client’s form where they can (%s %s %j)', (model, path, headers, expected) => {
    expect(asksFor(model, path, headers)?.headers).toMatchObject(expected);
  });
  it('L-15: a quote in a name breaks no envelope', () => {
    const { text } = gatewayUnderTest(yaml).ask({ headers: { 'x-arch-llm-provider-hint': 'a"}b\\' }, body: chat() });
    expect(parse(text)).toMatchObject({ error: { message: expect.stringContaining('a"}b\\') as unknown } });
  });
  it('L-16: a request without a credential is answered, and nothing else happens', () => {
    const { sent, status, summary } = gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat({ model: 'own' }) });
    expect([sent, status, summary.error?.code]).toEqual([[], 401, 'unauthorized']);
  });
});

describe('answers', () => {
  it.each(['/v1/chat/completions', '/v1/messages'])('L-2: an answer in several pieces is one answer at %s', (path) => {
    const { exchange } = gatewayUnderTest(yaml).open({ path, body: chat() });
    const effect = exchange.dispatch({ type: 'head', head: { ok: true, status: 200, headers: { 'content-type': 'application/json' } } });
    if (effect.step === 'read-body') {
      const reply = { ok: true, status: 200, headers: {}, body: portableUtf8.encode(answer), complete: true } as const;
      expect(exchange.dispatch({ type: 'reply', reply })).toMatchObject({ step: 'respond', decision: { status: 200 } });
      return;
    }
    const pieces = [answer.slice(0, 40), answer.slice(40)].map((piece) =>
      exchange.dispatch({ type: 'chunk', chunk: portableUtf8.encode(piece) }),
    );
    const text = pieces
      .flatMap((each) => (each.step === 'write' ? each.chunks : []))
      .map((each) => portableUtf8.decode(each as Uint8Array));
    expect(text.join('')).toBe(answer);
  });
  it('L-10: a stream that is translated has the type of what it is now', () => {
    const asked = { path: '/v1/messages', body: chat({ stream: true }) };
    const { decision } = gatewayUnderTest(yaml).ask(asked, [stream(`${hello}data: [DONE]\n\n`)]);
    expect(decision.headers['content-type']).toMatch(/^text\/event-stream/);
    const bedrock = { body: chat({ model: 'us.amazon.nova-pro-v1:0', stream: true }) };
    const head = { status: 200, headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: '' };
    expect(gatewayUnderTest(yaml).ask(bedrock, [head]).decision.headers['content-type']).toMatch(/^text\/event-stream/);
  });
  it('L-10: an encoding is named as long as the body has it', () => {
    const encoded: UpstreamAct = { status: 200, headers: { 'content-encoding': 'zstd' }, body: 'x' };
    expect(gatewayUnderTest(yaml).ask({ body: chat() }, [encoded]).decision.headers['content-encoding']).toBe('zstd');
    expect(gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat() }, [encoded]).status).toBe(502);
  });
  it('L-17: a stream without an end is closed in the client’s API, and what is known is told at each end', () => {
    const asked = { path: '/v1/messages', body: chat({ stream: true }) };
    const { text, summary } = gatewayUnderTest(yaml).ask(asked, [stream(hello)]);
    expect(text).toContain('event: error');
    expect(summary.error).not.toBeNull();
    const { exchange } = gatewayUnderTest(yaml).open(asked);
    exchange.dispatch({ type: 'head', head: { ok: true, status: 200, headers: { 'content-type': 'text/event-stream' } } });
    expect(exchange.dispatch({ type: 'abort' })).toMatchObject({
      step: 'over',
      summary: { provider: 'openai', attempts: 1, stream: true },
    });
  });
  it('L-18: a whole answer to a wish for a stream becomes one, and an error in a stream stays one', () => {
    const asked = { path: '/v1/messages', body: chat({ stream: true }) };
    expect(gatewayUnderTest(yaml).ask(asked, [good]).text).toContain('event: message_stop');
    const { text, summary } = gatewayUnderTest(yaml).ask(asked, [stream('data: {"error":{"message":"boom","type":"server_error"}}\n\n')]);
    expect(text).toMatch(/event: error\ndata: .*boom/);
    expect(summary.error?.message).toBe('boom');
  });
  it('L-18: of its own API too, with a last chunk of usage only if that was asked for', () => {
    const empty = (options: object): number => {
      const { text } = gatewayUnderTest(yaml).ask({ body: chat({ stream: true, ...options }) }, [good]);
      return text.split('"choices":[]').length - 1;
    };
    expect(empty({})).toBe(0);
    expect(empty({ stream_options: { include_usage: false } })).toBe(0);
    expect(empty({ stream_options: { include_usage: true } })).toBe(1);
  });
  it.each([
    ['no space', hello.replace('data: ', 'data:')],
    ['carriage returns', hello.replaceAll('\n', '\r')],
    ['comments and ids', `: hi\nid: 7\nretry: 5\n${hello}`],
    ['several lines', hello.replace('{"id"', '{\ndata: "id"')],
  ])('L-19: an event is read with %s', (_name, event) => {
    const { text } = gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat({ stream: true }) }, [
      stream(`${event}data: [DONE]\n\n`),
    ]);
    expect(text).toContain('"text":"Hé"');
  });
  it('L-19: an event that is no JSON ends the stream with an error, so that nothing is lost in silence', () => {
    const broken = stream(`${hello}data: {bad}\n\n${hello}`);
    const { text } = gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat({ stream: true }) }, [broken]);
    expect(text.match(/"text":"Hé"|event: error/g)).toEqual(['"text":"Hé"', 'event: error']);
  });
  it.each(['/v1/chat/completions', '/v1/messages'])('L-20: but not our key, should the upstream repeat it: %s', (path) => {
    const keyed = yaml.replace(/access_key: [\w-]+/, 'access_key: our-very-own-key');
    const body = '{"error":{"message":"Incorrect API key provided: our-very-own-key.","type":"invalid_request_error"}}';
    const { status, text } = gatewayUnderTest(keyed).ask({ path, body: chat() }, [{ status: 401, body }]);
    expect([status, parse(text)]).toMatchObject([401, { error: { message: 'Incorrect API key provided: ***.' } }]);
  });
  it('L-20: an upstream’s error is told in the client’s envelope', () => {
    const body = '{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}';
    const { status, text } = gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat({ stream: true }) }, [{ status: 429, body }]);
    expect([status, parse(text)]).toMatchObject([429, { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }]);
  });
  it('L-22: what is told of an exchange holds none of its words', () => {
    const { summary, sent } = gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat() }, [good]);
    expect(JSON.stringify([summary, sent[0]?.summary])).not.toMatch(/harbour|Hello|sk-1/);
  });
  it('L-23: bytes that cannot be read never reach a client of another API as they are', () => {
    const { text } = gatewayUnderTest(yaml).ask({ path: '/v1/messages', body: chat({ stream: true }) }, [
      stream('\u0001garbage: {{{\n\nmore'),
    ]);
    expect(text).not.toContain('garbage');
    expect(text).toContain('event: error');
  });
});
