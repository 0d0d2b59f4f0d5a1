import type { IncomingMessage, RequestListener } from 'node:http';
import type { ExchangeRecord, UpstreamRequest } from '@plano/common';
import { deriveConfig, parseConfig } from '@plano/common/config';
import { createLlmGateway } from '@plano/llm-gateway';
import { afterEach, describe, expect, it } from 'vitest';

import { toNodeHandler } from '../src/node-handler.ts';
import { createUpstreamPools } from '../src/upstream-pools.ts';
import type { RunningNodeGateway } from './support/running-gateway.ts';
import type { Act, ScriptedUpstream } from './support/scripted-upstream.ts';
import { answer, hang, hangUp, refuse, scriptedUpstream, serverOf as startServer } from './support/scripted-upstream.ts';
import { startNodeGateway } from './support/start-node-gateway.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serverOf(listener: RequestListener): Promise<string> {
  const { url, close } = await startServer(listener);
  closers.push(close);
  return url;
}

async function upstream(...script: readonly Act[]): Promise<ScriptedUpstream> {
  const started = await scriptedUpstream(...script);
  closers.push(() => started.close());
  return started;
}

async function gatewayOf(providers: string, more = ''): Promise<RunningNodeGateway> {
  const gateway = await startNodeGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers:
${providers}
${more}`);
  closers.push(() => gateway.close());
  return gateway;
}

const ask = (url: string, more: object = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...more }),
    ...(signal === undefined ? {} : { signal }),
  });
const quick = 'retries: { base: 10ms, cap: 20ms }';

describe('retries', () => {
  it('ask again until there is an answer, with the same body', async () => {
    const { url, bodies } = await upstream(refuse(429, { 'retry-after': '0' }), hangUp, answer);
    const gateway = await gatewayOf(`  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }`, quick);
    const received = await ask(gateway.url);
    expect([received.status, bodies.length, new Set(bodies).size]).toEqual([200, 3, 1]);
    await expect.poll(() => gateway.records[0]?.summary.attempts).toBe(3);
  });
  it('end with the upstream’s own words', async () => {
    const { url, bodies } = await upstream(refuse(503));
    const gateway = await gatewayOf(`  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }`, quick);
    const received = await ask(gateway.url, { stream: true });
    expect([received.status, await received.json(), bodies.length]).toEqual([503, { error: { message: 'it is 503' } }, 3]);
  });
  it('end at the deadline, in the client’s API, and the summary knows the attempts', async () => {
    const { url } = await upstream(refuse(500), hang);
    const gateway = await gatewayOf(
      `  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }`,
      'timeouts: { total: 3s }\nretries: { base: 10ms, cap: 20ms }',
    );
    const received = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(received.status).toBe(504);
    expect(await received.json()).toMatchObject({ type: 'error', error: { type: 'timeout_error' } });
    await expect
      .poll(() => gateway.records[0]?.summary)
      .toMatchObject({ provider: 'openai', attempts: 2, error: { code: 'upstream_timeout' } });
  });
  it('stop when the client goes away meanwhile', async () => {
    const { url, bodies } = await upstream(refuse(429, { 'retry-after': '20' }));
    const gateway = await gatewayOf(
      `  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true, max_concurrency: 1 }`,
      quick,
    );
    const abort = new AbortController();
    const gone = ask(gateway.url, {}, abort.signal).catch((error: unknown) => error);
    await expect.poll(() => bodies.length).toBe(1);
    abort.abort();
    await gone;
    await expect.poll(() => gateway.records[0]).toMatchObject({ outcome: 'aborted', summary: { provider: 'openai', attempts: 2 } });
    await expect.poll(() => [gateway.active(), gateway.running()]).toEqual([0, 0]);
  });
});

describe('an answer of the client’s own API', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
  it.each([
    ['that ends before the first byte of its body', `${head}content-length: 9\r\n\r\n`],
    ['whose body is no HTTP', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`],
    ['that is not encoded as it says', `${head}content-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip.`],
  ])('%s is a 502, because the client has had nothing of it', async (_name, bytes) => {
    const url = await serverOf(({ socket }) => void socket.end(bytes));
    const gateway = await gatewayOf(`  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }`);
    const received = await ask(gateway.url);
    expect([received.status, await received.json()]).toMatchObject([502, { error: { code: 'upstream_reset', type: 'server_error' } }]);
    await expect
      .poll(() => gateway.records)
      .toMatchObject([{ status: 502, outcome: 'finished', summary: { provider: 'openai', error: { code: 'upstream_reset' } } }]);
    await expect.poll(() => [gateway.active(), gateway.running()]).toEqual([0, 0]);
  });

  it('with a status that HTTP does not have is a 502', async () => {
    const url = await serverOf(({ socket }) => void socket.end('HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n'));
    const gateway = await gatewayOf(`  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }`);
    const received = await ask(gateway.url);
    expect([received.status, await received.json()]).toMatchObject([502, { error: { code: 'upstream_invalid' } }]);
  });
});

describe('endpoints', () => {
  it('have no more under way than they may, and room again after each end', async () => {
    const { url, bodies } = await upstream(hang, answer);
    const gateway = await gatewayOf(
      `  - { model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true, max_concurrency: 1 }`,
    );
    const abort = new AbortController();
    const first = ask(gateway.url, {}, abort.signal).catch(() => undefined);
    await expect.poll(() => bodies.length).toBe(1);
    const refused = await ask(gateway.url);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } });
    abort.abort();
    await first;
    await expect.poll(() => gateway.active()).toBe(0);
    expect((await ask(gateway.url)).status).toBe(200);
  });
});

describe('requests that are to be signed', () => {
  const bedrock = async (
    sign: ((request: UpstreamRequest) => Promise<Record<string, string>>) | undefined,
    seen: IncomingMessage[] = [],
  ) => {
    const url = await serverOf((request, response) => {
      seen.push(request);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        '{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1}}',
      );
    });
    const parsed = parseConfig(
      `version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: amazon_bedrock/nova, base_url: "${url}", default: true }]`,
      { file: 'f', environment: {} },
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const records: ExchangeRecord[] = [];
    const handler = toNodeHandler(createLlmGateway(deriveConfig(parsed.config, {})), {
      pools: createUpstreamPools({ connectMs: 10_000, firstByteMs: 10_000, streamIdleMs: 10_000 }, { sign }),
      onExchange: (record) => records.push(record),
    });
    closers.push(() => handler.close());
    return { url: await serverOf(handler), seen, records };
  };

  it('are handed to the host’s signer before they leave', async () => {
    const signed: UpstreamRequest[] = [];
    const { url, seen } = await bedrock(async (request) => {
      signed.push(request);
      return Promise.resolve({ authorization: 'AWS4-HMAC-SHA256 x', 'x-amz-date': '20260101T000000Z' });
    });
    expect((await ask(url)).status).toBe(200);
    expect(signed[0]).toMatchObject({
      method: 'POST',
      path: '/model/nova/converse',
      sign: { type: 'aws-sigv4', service: 'bedrock', region: null },
    });
    expect(seen[0]?.headers).toMatchObject({ authorization: 'AWS4-HMAC-SHA256 x', 'x-amz-date': '20260101T000000Z' });
  });
  it('are a 400 that says what is wrong when they cannot be', async () => {
    const { url, seen } = await bedrock(() => Promise.reject(new Error('There are no AWS credentials')));
    const received = await ask(url);
    expect([received.status, await received.json(), seen.length]).toMatchObject([
      400,
      { error: { code: 'missing_credential', message: 'There are no AWS credentials' } },
      0,
    ]);
  });
  it('are a 400 where nobody signs', async () => {
    const { url } = await bedrock(undefined);
    const received = await ask(url);
    expect([received.status, await received.json()]).toMatchObject([400, { error: { code: 'missing_credential' } }]);
  });
  it('are no fault of the upstream when no header can carry what was signed: sent once, and told so', async () => {
    const { url, seen, records } = await bedrock(() => Promise.resolve({ authorization: 'AWS4 日本' }));
    for (let index = 0; index < 6; index++) {
      const received = await ask(url);
      const { error } = (await received.json()) as { error: { code: string; message: string } };
      expect([received.status, error.code, error.message]).toEqual([502, 'upstream_reset', expect.stringContaining('cannot be sent')]);
    }
    expect(seen).toHaveLength(0);
    await expect.poll(() => records.map(({ summary }) => summary.attempts)).toEqual([1, 1, 1, 1, 1, 1]);
  });
  it('are not sent once the client has gone', async () => {
    let finish: () => void = () => {};
    let asked = false;
    const { url, seen, records } = await bedrock(
      () =>
        new Promise((resolve) => {
          asked = true;
          finish = () => resolve({});
        }),
    );
    const abort = new AbortController();
    const gone = ask(url, {}, abort.signal).catch(() => undefined);
    await expect.poll(() => asked).toBe(true);
    abort.abort();
    await gone;
    await expect.poll(() => records.length).toBe(1);
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toHaveLength(0);
  });
});
