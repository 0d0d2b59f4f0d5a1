import { afterEach, describe, expect, it } from 'vitest';
import type { Act, ScriptedUpstream } from './support/scripted-upstream.ts';
import { answer, claude, hang, hangUp, refuse, scriptedUpstream } from './support/scripted-upstream.ts';
import type { RunningGateway } from './support/start-gateway.ts';
import { startGateway } from './support/start-gateway.ts';

// What a host needs for these tests is to send a request again, to another place. Through Envoy its Node process does.
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function upstream(...script: readonly Act[]): Promise<ScriptedUpstream> {
  const started = await scriptedUpstream(...script);
  closers.push(() => started.close());
  return started;
}

async function gatewayOf(providers: string, more = '', listener = ''): Promise<RunningGateway> {
  const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000${listener} }]
model_providers:
${providers}
${more}`);
  closers.push(() => gateway.close());
  return gateway;
}

const ask = (url: string, more: object = {}, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...more }),
    ...(signal === undefined ? {} : { signal }),
  });
const two = (first: string, second: string): string => `  - { model: openai/gpt-4o, base_url: "${first}/v1", access_key: k, default: true }
  - { model: anthropic/claude-x, base_url: "${second}/v1", access_key: k2 }`;
const toClaude = 'retries: { max: 0 }\nfallbacks: [{ model: gpt-4o, to: [claude-x] }]';

describe('fallbacks', () => {
  it('answer for a provider of another API that is down, also with a stream', async () => {
    const { url } = await upstream(refuse(500));
    const other = await upstream(claude);
    const gateway = await gatewayOf(two(url, other.url), toClaude);
    expect(await (await ask(gateway.url)).json()).toMatchObject({ choices: [{ message: { content: 'Bonjour' } }] });
    expect(await (await ask(gateway.url, { stream: true })).text()).toMatch(/"content":"Bonjour"[\s\S]*data: \[DONE\]/);
    await expect
      .poll(() => gateway.records[1]?.summary)
      .toMatchObject({ model: 'anthropic/claude-x', fallbackFrom: 'openai/gpt-4o', attempts: 2 });
    expect(other.headers[0]?.['x-api-key']).toBe('k2');
  });

  it.each([
    ['refuses connections', 'http://127.0.0.1:1'],
    ['hangs up', undefined],
  ])('answer for one that %s', async (_how, closed) => {
    const url = closed ?? (await upstream(hangUp)).url;
    const other = await upstream(claude);
    const gateway = await gatewayOf(two(url, other.url), toClaude);
    const answered = await ask(gateway.url);
    expect([answered.status, await answered.json()]).toMatchObject([200, { choices: [{ message: { content: 'Bonjour' } }] }]);
  });

  it('are asked in their order, and the last one’s own words reach a client of another API', async () => {
    const [first, second, last] = [await upstream(refuse(500)), await upstream(refuse(503)), await upstream(refuse(429))];
    const gateway = await gatewayOf(
      `${two(first.url, second.url)}
  - { model: groq/llama, base_url: "${last.url}/v1", access_key: k3 }`,
      'retries: { max: 0 }\nfallbacks: [{ model: gpt-4o, to: [claude-x, groq/llama] }]',
    );
    const refused = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect([refused.status, await refused.json()]).toMatchObject([429, { type: 'error', error: { type: 'rate_limit_error' } }]);
    expect([first, second, last].map(({ bodies }) => bodies.length)).toEqual([1, 1, 1]);
  });

  it('are asked after the retries, of which the listener says how many', async () => {
    const { url, bodies } = await upstream(refuse(500));
    const other = await upstream(claude);
    const gateway = await gatewayOf(
      two(url, other.url),
      'retries: { max: 0, base: 1ms, cap: 2ms }\nfallbacks: [{ model: gpt-4o, to: [claude-x] }]',
      ', max_retries: 2',
    );
    expect((await ask(gateway.url)).status).toBe(200);
    expect(bodies).toHaveLength(3);
  });

  it('have the deadline of the listener', async () => {
    const { url } = await upstream(hang);
    const other = await upstream(claude);
    const gateway = await gatewayOf(two(url, other.url), toClaude, ', timeout: 400ms');
    const answered = await ask(gateway.url);
    expect([answered.status, await answered.json()]).toMatchObject([504, { error: { code: 'upstream_timeout' } }]);
    expect(other.bodies).toHaveLength(0);
  });

  it('pass the client’s own key on to a provider that wants it, and no other', async () => {
    const { url, headers } = await upstream(refuse(500));
    const other = await upstream(answer);
    const gateway = await gatewayOf(
      `  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }
  - { model: groq/llama, base_url: "${other.url}/v1", passthrough_auth: true }`,
      'retries: { max: 0 }\nfallbacks: [{ model: gpt-4o, to: [groq/llama] }]',
    );
    expect((await ask(gateway.url, {}, { authorization: 'Bearer client' })).status).toBe(200);
    expect([headers[0]?.authorization, other.headers[0]?.authorization]).toEqual(['Bearer k', 'Bearer client']);
  });

  it('need the listener’s key, which no provider sees', async () => {
    const { url, headers } = await upstream(refuse(500));
    const other = await upstream(claude);
    const gateway = await gatewayOf(two(url, other.url), toClaude, ', auth: { keys: [listener-key] }');
    expect((await ask(gateway.url)).status).toBe(401);
    expect((await ask(gateway.url, {}, { authorization: 'Bearer listener-key' })).status).toBe(200);
    expect(JSON.stringify([headers, other.headers])).not.toContain('listener-key');
  });

  it('end when the client goes away', async () => {
    const { url } = await upstream(refuse(500));
    let gone = 0;
    const other = await upstream((_request, response) => response.once('close', () => gone++));
    const gateway = await gatewayOf(two(url, other.url), toClaude);
    const leaving = new AbortController();
    const asked = ask(gateway.url, {}, {}, leaving.signal);
    await expect.poll(() => other.bodies.length).toBe(1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => gone).toBe(1);
    await expect.poll(() => gateway.records.map(({ outcome }) => outcome)).toEqual(['aborted']);
  });
});

describe('endpoints', () => {
  it('take each other’s place at once, and one that fails is left alone', async () => {
    const down = await upstream(hangUp);
    const up = await upstream(answer);
    const gateway = await gatewayOf(
      `  - model: openai/gpt-4o
    default: true
    circuit_breaker: { failures: 2, open: 60s }
    endpoints: [{ base_url: "${down.url}/v1", access_key: a }, { base_url: "${up.url}/v1", access_key: b }]`,
      'retries: { base: 30s, cap: 30s }',
    );
    for (let i = 0; i < 8; i++) expect((await ask(gateway.url)).status).toBe(200);
    expect([down.bodies.length, up.bodies.length]).toEqual([2, 8]);
  });
});

describe('a listener', () => {
  it('has its own deadline and its own retries', async () => {
    const { url, bodies } = await upstream(refuse(500));
    const slow = await upstream(hang);
    const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: quick, type: model, port: 12000, timeout: 3s, max_retries: 0 }]
internal_listeners: { llm: { port: 12001 } }
model_providers:
  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }
  - { model: openai/slow, base_url: "${slow.url}/v1", access_key: k }
retries: { max: 1, base: 10ms, cap: 20ms }`);
    closers.push(() => gateway.close());
    const [own, other] = gateway.ports.map((port) => `http://127.0.0.1:${port}`);
    await (await ask(own ?? '')).text();
    expect(bodies).toHaveLength(1);
    await (await ask(other ?? '')).text();
    expect(bodies).toHaveLength(3);
    expect((await ask(own ?? '', { model: 'openai/slow' })).status).toBe(504);
  });
});
