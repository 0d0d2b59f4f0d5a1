import { describe, expect, it } from 'vitest';
import type { UpstreamAct } from '../test/support/gateway-under-test.ts';
import { gatewayUnderTest } from '../test/support/gateway-under-test.ts';

const chatAnswer: UpstreamAct = {
  status: 200,
  body: '{"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}',
};
const messagesAnswer: UpstreamAct = {
  status: 200,
  body: '{"id":"m1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}}',
};
const status = (code: number, headers = {}): UpstreamAct => ({ status: code, headers, body: `{"error":{"message":"it is ${code}"}}` });
const providers = `
model_providers:
  - { model: openai/gpt-4o, access_key: sk-1, default: true }
  - { model: anthropic/claude-x, access_key: sk-2 }
  - { model: groq/llama, access_key: sk-3 }
`;

describe('retries', () => {
  it.each<[string, string, UpstreamAct[], number, number]>([
    ['a good answer is not asked for again', '', [chatAnswer], 200, 1],
    ['429 and 500 are, with a growing delay', '', [status(429), status(500), chatAnswer], 200, 3],
    ['529 is', '', [status(529), chatAnswer], 200, 2],
    ['a connection that fails is', '', ['unreachable', chatAnswer], 200, 2],
    ['a connection that breaks is', '', ['reset', chatAnswer], 200, 2],
    ['E-5: silence is not', '', ['timeout'], 504, 1],
    ['400 is not', '', [status(400)], 400, 1],
    ['a request that cannot be signed is not', '', ['unsigned'], 400, 1],
    ['after the last one the client gets the failure', '', [status(503), status(503), status(529)], 529, 3],
    ['…or that nothing answers', '', ['unreachable', 'unreachable', 'unreachable'], 502, 3],
    ['as many as the configuration says', 'retries: { max: 1 }', [status(500), status(502)], 502, 2],
    ['none', 'retries: { max: 0 }', [status(500)], 500, 1],
    ['only what the configuration names', 'retries: { on: [connect, 418] }', [status(418), status(500)], 500, 2],
  ])('%s', (_name, more, script, code, sent) => {
    const outcome = gatewayUnderTest(providers + more).ask({}, script);
    expect([outcome.status, outcome.sent.length, outcome.summary.attempts]).toEqual([code, sent, sent]);
  });

  it('E-5: wait longer each time, or as long as the upstream asks, up to the cap', () => {
    const script = [status(500), status(429, { 'retry-after': '7' }), status(429, { 'retry-after': '600' }), chatAnswer];
    const { sent } = gatewayUnderTest(`${providers}retries: { max: 3 }`, { random: () => 0.5 }).ask({}, script);
    expect(sent.map(({ delayMs }) => delayMs)).toEqual([0, 375, 7_000, 30_000]);
  });
  it('send the same request again', () => {
    const { sent } = gatewayUnderTest(providers).ask({}, [status(500), chatAnswer]);
    expect(sent[1]?.request).toEqual(sent[0]?.request);
  });
  it('are a listener’s own matter', () => {
    const two = `listeners:
  - { name: llm, type: model, port: 12000, max_retries: 0 }
  - { name: prompts, type: prompt, port: 10000 }
${providers}`;
    const script = [status(500), status(500), status(500)];
    expect(gatewayUnderTest(two).ask({ listener: 'llm' }, script).sent).toHaveLength(1);
    expect(gatewayUnderTest(two).ask({ listener: 'prompts' }, script).sent).toHaveLength(3);
    expect(gatewayUnderTest(two).ask({}, script).sent).toHaveLength(3);
  });
  it('are not begun when the deadline would pass meanwhile', () => {
    const outcome = gatewayUnderTest(`${providers}timeouts: { total: 5s }`).ask({}, [status(429, { 'retry-after': '5' })]);
    expect([outcome.status, outcome.sent.length]).toEqual([429, 1]);
  });
  it('are not for a host that has sent already', () => {
    const outcome = gatewayUnderTest(providers, { redispatch: false }).ask({}, [status(500)]);
    expect([outcome.status, outcome.sent.length, JSON.parse(outcome.text)]).toEqual([500, 1, { error: { message: 'it is 500' } }]);
  });
  it('are also for an answer that breaks off before anything of it went out', () => {
    const outcome = gatewayUnderTest(providers).ask({ path: '/v1/messages' }, [{ status: 200 }, chatAnswer]);
    expect([outcome.status, outcome.sent.length]).toEqual([200, 2]);
    const broken = gatewayUnderTest(`${providers}retries: { max: 0 }`).ask({ path: '/v1/messages' }, [{ status: 200 }]);
    expect([broken.status, JSON.parse(broken.text)]).toMatchObject([502, { type: 'error' }]);
  });
  it('tell at each sending what is known', () => {
    const { sent } = gatewayUnderTest(providers).ask({}, [status(500), chatAnswer]);
    expect(sent.map(({ summary }) => [summary?.provider, summary?.model, summary?.attempts])).toEqual([
      ['openai', 'openai/gpt-4o', 1],
      ['openai', 'openai/gpt-4o', 2],
    ]);
  });
});

describe('fallbacks', () => {
  const fallbacks = `${providers}
retries: { max: 0 }
fallbacks: [{ model: gpt-4o, to: [claude-x, groq/llama] }]
`;
  it('translate the client’s own request anew for each model', () => {
    const { sent, summary, text } = gatewayUnderTest(fallbacks).ask({}, [status(500), status(529), chatAnswer]);
    expect(sent.map(({ host, path, body }) => [host, path, body['model']])).toEqual([
      ['api.openai.com', '/v1/chat/completions', 'gpt-4o'],
      ['api.anthropic.com', '/v1/messages', 'claude-x'],
      ['api.groq.com', '/openai/v1/chat/completions', 'llama'],
    ]);
    expect(sent.map(({ headers }) => headers['authorization'] ?? headers['x-api-key'])).toEqual(['Bearer sk-1', 'sk-2', 'Bearer sk-3']);
    expect(summary).toMatchObject({ model: 'groq/llama', provider: 'groq', fallbackFrom: 'openai/gpt-4o', attempts: 3 });
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });
  });
  it('answer in the client’s API', () => {
    const { text, summary } = gatewayUnderTest(fallbacks).ask({}, ['timeout', messagesAnswer]);
    expect(JSON.parse(text)).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'Hello' } }] });
    expect(summary).toMatchObject({ upstreamApi: 'anthropic-messages', model: 'anthropic/claude-x', fallbackFrom: 'openai/gpt-4o' });
  });
  it('come after the retries, and have retries of their own', () => {
    const gateway = gatewayUnderTest(fallbacks.replace('max: 0', 'max: 1'));
    const { sent } = gateway.ask({}, [status(500), status(500), status(500), status(500), chatAnswer]);
    expect(sent.map(({ body }) => body['model'])).toEqual(['gpt-4o', 'gpt-4o', 'claude-x', 'claude-x', 'llama']);
  });
  it('end with the failure of the last one', () => {
    const { status: code, text } = gatewayUnderTest(fallbacks).ask({}, [status(500), status(503), status(529)]);
    expect([code, text]).toEqual([529, '{"error":{"message":"it is 529"}}']);
  });
  it.each<[string, string, UpstreamAct, number]>([
    ['what it names', '[429]', status(429), 2],
    ['not for anything else', '[429]', status(500), 1],
    ['silence counts as 504', '[504]', 'timeout', 2],
    ['not silence without it', '[connect]', 'timeout', 1],
    ['never for a wrong request', '[429]', status(400), 1],
  ])('are for %s', (_name, on, first, sent) => {
    const yaml = `${providers}retries: { max: 0 }\nfallbacks: [{ model: gpt-4o, to: [claude-x], on: ${on} }]`;
    expect(gatewayUnderTest(yaml).ask({}, [first, messagesAnswer]).sent).toHaveLength(sent);
  });
  it('do not chain', () => {
    const yaml = `${providers}retries: { max: 0 }
fallbacks: [{ model: gpt-4o, to: [claude-x] }, { model: claude-x, to: [groq/llama] }]`;
    expect(gatewayUnderTest(yaml).ask({}, [status(500), status(500)]).status).toBe(500);
  });
  it('pass over a model that cannot take the request', () => {
    const yaml = `
model_providers:
  - { model: openai/gpt-4o, access_key: sk-1 }
  - { model: anthropic/claude-x, passthrough_auth: true }
  - { model: groq/llama, access_key: sk-3 }
retries: { max: 0 }
fallbacks: [{ model: gpt-4o, to: [claude-x, groq/llama] }]`;
    const { sent } = gatewayUnderTest(yaml).ask({}, [status(500), chatAnswer]);
    expect(sent.map(({ host }) => host)).toEqual(['api.openai.com', 'api.groq.com']);
  });
});

describe('rate limits', () => {
  const limited = `${providers}
retries: { max: 1 }
fallbacks: [{ model: gpt-4o, to: [claude-x, groq/llama] }]
ratelimits:
  - { model: openai/gpt-4o, selector: { key: x-tenant }, limit: { tokens: 1000, unit: minute } }
  - { model: anthropic/claude-x, selector: { key: x-tenant }, limit: { tokens: 2000, unit: minute } }
`;
  const chargesOf = ({ summary }: { summary: { charges: readonly { capacity: number; amount: number }[] } }) =>
    summary.charges.map(({ capacity, amount }) => [capacity, amount]);

  it('are taken from once for all attempts at a model, and given back when another one answers', () => {
    const outcome = gatewayUnderTest(limited, { countTokens: () => 10 }).ask({}, [status(500), status(500), messagesAnswer]);
    expect(outcome.sent).toHaveLength(3);
    expect(chargesOf(outcome)).toEqual([
      [1000, -10],
      [2000, 4 - 10],
    ]);
  });
  it('refuse the chosen model, and pass over a fallback that they refuse', () => {
    const gateway = gatewayUnderTest(limited, { countTokens: () => 10 });
    gateway.emptyBuckets.add(2000);
    const outcome = gateway.ask({}, [status(500), status(500), chatAnswer]);
    expect(outcome.sent.map(({ body }) => body['model'])).toEqual(['gpt-4o', 'gpt-4o', 'llama']);
    expect(chargesOf(outcome)).toEqual([[1000, -10]]);
    gateway.emptyBuckets.add(1000);
    const refused = gateway.ask({});
    expect([refused.status, refused.sent.length, refused.decision.headers['retry-after']]).toEqual([429, 0, '2']);
  });
});

describe('endpoints', () => {
  const endpoints = `
model_providers:
  - model: openai/gpt-4o
    access_key: sk-1
    max_concurrency: 2
    circuit_breaker: { failures: 2, window: 30s, open: 10s }
    endpoints: [{ base_url: "http://a/v1", weight: 2 }, { base_url: "http://b/v1", access_key: sk-b }]
  - { model: anthropic/claude-x, access_key: sk-2 }
retries: { max: 1 }
`;
  it('E-11: get all requests of one prefix, as long as they can take them', () => {
    const gateway = gatewayUnderTest(endpoints);
    const asked = (prefix: string, acts: UpstreamAct[] = [chatAnswer]) =>
      gateway.ask({ headers: { 'x-plano-prefix-hash': prefix } }, acts).sent.map(({ host }) => host);
    const prefixes = Array.from({ length: 40 }, (_, index) => `prefix-${index}`);
    const homes = prefixes.map((prefix) => asked(prefix));
    expect(new Set(homes.flat())).toEqual(new Set(['a', 'b']));
    expect(prefixes.map((prefix) => asked(prefix))).toEqual(homes);
    const atA = prefixes[homes.findIndex(([host]) => host === 'a')] as string;
    expect(asked(atA, [status(503), chatAnswer])).toEqual(['a', 'b']);
    expect(asked(atA)).toEqual(['a']);
  });

  it('share the requests by their weights, each with its own key', () => {
    const gateway = gatewayUnderTest(endpoints);
    const sent = [1, 2, 3].map(() => gateway.ask({}, [chatAnswer]).sent[0]);
    expect(sent.map((each) => [each?.host, each?.headers['authorization']])).toEqual([
      ['a', 'Bearer sk-1'],
      ['b', 'Bearer sk-b'],
      ['a', 'Bearer sk-1'],
    ]);
  });
  it('are tried one after the other, without waiting', () => {
    const { sent } = gatewayUnderTest(endpoints).ask({}, [status(429, { 'retry-after': '20' }), chatAnswer]);
    expect(sent.map(({ host, delayMs }) => [host, delayMs])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });
  it.each([401, 403])('are tried with their own keys where one is refused with %i, each once', (code) => {
    const { sent, status: answered } = gatewayUnderTest(endpoints).ask({}, [status(code), chatAnswer]);
    expect([answered, ...sent.map(({ host, delayMs }) => `${host} ${delayMs}`)]).toEqual([200, 'a 0', 'b 0']);
    const both = gatewayUnderTest(`${endpoints.replace('max: 1', 'max: 5')}`).ask({}, [status(code), status(code)]);
    expect([both.status, both.sent.length, JSON.parse(both.text)]).toEqual([code, 2, { error: { message: `it is ${code}` } }]);
    const single = gatewayUnderTest(providers).ask({}, [status(code)]);
    expect([single.status, single.sent.length]).toEqual([code, 1]);
  });
  it('are not tried again with the key of a client that was refused', () => {
    const own = endpoints.replace('access_key: sk-1', 'passthrough_auth: true').replace(', access_key: sk-b', '');
    const { sent, status: code } = gatewayUnderTest(own).ask({ headers: { authorization: 'Bearer c' } }, [status(401)]);
    expect([code, sent.length]).toEqual([401, 1]);
  });
  it('are avoided while they fail, tried again by one request, and used again when that went well', () => {
    const gateway = gatewayUnderTest(endpoints);
    for (let i = 0; i < 4; i++) gateway.ask({}, ({ host }) => (host === 'a' ? 'reset' : chatAnswer));
    const hosts = (count: number): (string | undefined)[] =>
      Array.from({ length: count }, () => gateway.ask({}, [chatAnswer]).sent[0]?.host);
    expect(new Set(hosts(6)).size).toBe(1);
    expect(hosts(1)).toEqual(['b']);
    gateway.time += 10_000;
    expect(new Set(hosts(6)).size).toBe(2);
  });
  it('that are all down answer 503 at once, and say when to come back', () => {
    const gateway = gatewayUnderTest(endpoints);
    for (let i = 0; i < 2; i++) gateway.ask({}, ['reset', 'reset']);
    const { sent, status: code, decision, text } = gateway.ask({ path: '/v1/messages' });
    expect([sent, code, decision.headers['retry-after']]).toEqual([[], 503, '10']);
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
  });
  it('that are all down leave a request to the fallbacks', () => {
    const gateway = gatewayUnderTest(`${endpoints}fallbacks: [{ model: gpt-4o, to: [claude-x], on: [418] }]`);
    for (let i = 0; i < 2; i++) gateway.ask({}, ['reset', 'reset']);
    const { sent, summary } = gateway.ask({}, [messagesAnswer]);
    expect(sent[0]?.host).toBe('api.anthropic.com');
    expect(summary).toMatchObject({ model: 'anthropic/claude-x', fallbackFrom: 'openai/gpt-4o', attempts: 1 });
  });
  it('have room for so many requests at a time', () => {
    const gateway = gatewayUnderTest(endpoints);
    const open = Array.from({ length: 4 }, () => gateway.open({}));
    const hosts = open.map(
      ({ effect }) => effect.step === 'forward' && effect.request.target.type === 'socket' && effect.request.target.host,
    );
    expect(hosts.toSorted()).toEqual(['a', 'a', 'b', 'b']);
    const refused = gateway.ask({});
    expect([refused.status, refused.decision.headers['retry-after'], refused.summary.error?.code]).toEqual([503, '1', 'overloaded']);
    open[0]?.exchange.dispatch({ type: 'abort' });
    expect(gateway.ask({}, [chatAnswer]).status).toBe(200);
  });
});

describe('the place of a request at its endpoint', () => {
  const one = `
model_providers: [{ model: openai/gpt-4o, access_key: k, max_concurrency: 1 }, { model: groq/llama, access_key: k }]
retries: { max: 0 }
`;
  const stream = { model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
  const sse = { ok: true, status: 200, headers: { 'content-type': 'text/event-stream' } } as const;
  const json = { ok: true, status: 200, headers: { 'content-type': 'application/json' } } as const;
  const busy = { ok: true, status: 429, headers: {} } as const;
  const failure = { reason: 'reset', message: '' } as const;

  it.each<[string, (exchange: ReturnType<ReturnType<typeof gatewayUnderTest>['open']>['exchange']) => unknown]>([
    ['the client goes away before the head', () => {}],
    ['the upstream cannot be reached', (exchange) => exchange.dispatch({ type: 'head', head: { ok: false, ...failure } })],
    ['the client goes away in the stream', (exchange) => exchange.dispatch({ type: 'head', head: sse })],
    [
      'the stream ends',
      (exchange) => {
        exchange.dispatch({ type: 'head', head: sse });
        exchange.dispatch({ type: 'end' });
      },
    ],
    [
      'the stream breaks off',
      (exchange) => {
        exchange.dispatch({ type: 'head', head: sse });
        exchange.dispatch({ type: 'failure', failure });
      },
    ],
    ['the client goes away while an answer is read', (exchange) => exchange.dispatch({ type: 'head', head: json })],
    ['the client goes away while an error is read', (exchange) => exchange.dispatch({ type: 'head', head: busy })],
    [
      'the deadline passes',
      (exchange) => exchange.dispatch({ type: 'head', head: { ok: false, reason: 'timeout', message: '', final: true } }),
    ],
  ])('is given back when %s', (_name, play) => {
    const gateway = gatewayUnderTest(one);
    const { exchange } = gateway.open({ body: stream });
    expect(gateway.ask({}).status).toBe(503);
    play(exchange);
    exchange.dispatch({ type: 'abort' });
    expect(gateway.ask({}, [chatAnswer]).status).toBe(200);
  });
  it('is given back when the request is wrong', () => {
    const gateway = gatewayUnderTest(one);
    expect(gateway.ask({ path: '/v1/messages', body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] } }).status).toBe(400);
    expect(gateway.ask({}, [chatAnswer]).status).toBe(200);
  });
});

describe('what signs a request', () => {
  const bedrock = `
model_providers: [{ model: "amazon_bedrock/amazon.nova-pro-v1:0", base_url: "https://bedrock-runtime.eu-west-1.amazonaws.com" }]`;
  const body = { model: 'amazon.nova-pro-v1:0', messages: [{ role: 'user', content: 'Hi' }] };
  it('is the host, where it can', () => {
    const [sent] = gatewayUnderTest(bedrock, { signing: true }).ask({ body }, ['unsigned']).sent;
    expect(sent?.request.sign).toEqual({ type: 'aws-sigv4', service: 'bedrock', region: 'eu-west-1' });
    expect(sent?.headers['authorization']).toBeUndefined();
  });
  it('is nobody elsewhere, which is said', () => {
    const { status: code, text } = gatewayUnderTest(bedrock).ask({ body });
    expect([code, text]).toEqual([400, expect.stringContaining('has no access_key')]);
  });
});
