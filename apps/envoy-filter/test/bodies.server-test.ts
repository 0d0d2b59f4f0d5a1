import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deriveConfig, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import type { RunningEnvoy } from '@plano/envoy';
import { builtFilters, startEnvoy } from '@plano/envoy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let upstream: Server;
let envoy: RunningEnvoy;
let received = 0;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    received = 0;
    request.on('data', (data: Uint8Array) => (received += data.length));
    request.on('end', () => {
      const choice = { index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: 'x', model: 'm', choices: [choice] }));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
limits: { request_body: 16MiB }
model_providers: [{ model: openai/gpt-4o, base_url: "http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1", access_key: k, default: true }]
`;
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, {});
  const local = { ...config, listeners: config.listeners.map((listener) => ({ ...listener, port: 0 })) };
  envoy = await startEnvoy((accessLog) => toEnvoy(local, { filters: builtFilters(), node: null, adminPort: 0, accessLog }), {
    concurrency: 2,
  });
});
afterAll(async () => {
  await envoy.close();
  upstream.close();
});

const post = (body: string, path = '/v1/messages'): Promise<Response> =>
  fetch(`http://127.0.0.1:${envoy.port('llm')}${path}`, { method: 'POST', body });
const asking = (text: string): string => JSON.stringify({ max_tokens: 5, messages: [{ role: 'user', content: text }] });

describe('bodies in a real Envoy', () => {
  it('of 10 MB pass, translated', async () => {
    const answer = await post(asking('x'.repeat(10_000_000)));
    expect(answer.status).toBe(200);
    expect(received).toBeGreaterThan(10_000_000);
  });
  it.each([
    ['over the limit', asking('x'.repeat(17 * 1024 * 1024)), 413],
    ['nested too deep', `{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
    ['that are no JSON', '{"messages":', 400],
  ])('%s are refused in the envelope of the client, and the next request is served', async (_name, body, status) => {
    const refused = await post(body);
    expect([refused.status, await refused.json()]).toEqual([status, expect.objectContaining({ type: 'error' })]);
    const next = await post(asking('Hi'));
    expect([next.status, await next.json()]).toEqual([200, expect.objectContaining({ type: 'message' })]);
  });
});
