import type { LookupAddress } from 'node:dns';
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Decision, Gateway } from '@plano/common';
import { call, emptySummary } from '@plano/common';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGatewayMetrics } from '../src/gateway-metrics.ts';
import { toNodeHandler } from '../src/node-handler.ts';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';
import { startNodeGateway as startGateway } from './support/start-node-gateway.ts';
import { startUpstream } from './support/start-upstream.ts';

// Where the reference's operations are wrong or fragile, by the numbers of its list of defects.

const certificate = (name: string): string => new URL(`./certificates/${name}`, import.meta.url).pathname;
const processes = gatewayProcesses();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await processes.clean();
  for (const close of closing.splice(0)) await close();
});

const answer = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
});
const body = { model: 'openai/m', messages: [{ role: 'user' as const, content: 'Hi' }] };
const provider = (url: string): string => `model_providers: [{ model: openai/m, base_url: "${url}/v1", access_key: k, default: true }]`;
const client = (port: number) => new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'k', maxRetries: 0 });

describe('E-4: names in certificates of upstreams', () => {
  async function ask(name: string): Promise<unknown> {
    const options = { cert: readFileSync(certificate(`${name}.pem`)), key: readFileSync(certificate(`${name}.key`)) };
    let asked = 0;
    const server = createHttpsServer(options, (_request, response) => {
      asked++;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const port = await freePort();
    const gateway = processes.start(
      `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
metrics: false
${provider(`https://localhost:${(server.address() as AddressInfo).port}`)}
`,
      [],
      { NODE_EXTRA_CA_CERTS: certificate('ca.pem') },
    );
    await gateway.says('Try it:');
    const outcome = await client(port)
      .chat.completions.create(body)
      .then(
        ({ choices }) => choices[0]?.message.content,
        (error: unknown) => error,
      );
    return [outcome, asked];
  }

  it('are verified: one for another host is refused although its authority is trusted, and nothing is sent', async () => {
    const [outcome, asked] = (await ask('elsewhere')) as [InstanceType<typeof OpenAI.APIError>, number];
    expect(outcome.status).toBe(502);
    expect(outcome.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(asked).toBe(0);
  });

  it('are no hindrance when they are right', async () => {
    expect(await ask('localhost')).toEqual(['hello', 1]);
  });
});

describe('E-9: addresses of upstreams', () => {
  // `both.test` has an address of each family, and only that of IPv6 answers.
  it.each(['both.test', '[::1]'])('may be of IPv6: %s', async (host) => {
    if (host === 'both.test') resolveToBothFamilies();
    const server = createHttpServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
    const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
${provider(`http://${host}:${(server.address() as AddressInfo).port}`)}
`);
    const { choices } = await client(gateway.port).chat.completions.create(body);
    expect(choices[0]?.message.content).toBe('hello');
    await gateway.close();
    server.closeAllConnections();
    server.close();
  });
});

describe('E-10: values of the configuration', () => {
  it('are values wherever they appear, whatever signs are in them', async () => {
    const name = 'front: "a" {b}\\n# c';
    const metrics = createGatewayMetrics({ activeRequests: () => [], activeCalls: () => 0 });
    const upstream = await startUpstream((_request, response) => response.end(answer));
    const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: ${JSON.stringify(name)}, type: model, port: 12000 }]
model_providers: [{ model: openai/m, base_url: "${upstream.url}/v1", access_key: k, headers: { x-note: 'a: "b" # {c}' } }]
`);
    await client(gateway.port).chat.completions.create(body);
    expect(upstream.requests[0]?.headers['x-note']).toBe('a: "b" # {c}');
    await expect.poll(() => gateway.records.length).toBe(1);
    const [record] = gateway.records;
    if (record === undefined) throw new Error('nothing was recorded');
    expect(record.head.listener).toBe(name);
    metrics.allow({ listeners: [{ name }], internalListeners: [], providers: [] } as unknown as Parameters<typeof metrics.allow>[0]);
    metrics.record(record);
    const text = await metrics.registry.metrics();
    expect(text).toContain('listener="front: \\"a\\" {b}\\\\n# c"');
    await gateway.close();
    upstream.close();
  });
});

describe('E-12: traces', () => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  it('go on through calls beside an exchange, although the flow does not write them', async () => {
    const side = await startUpstream((_request, response) => response.end('{}'));
    const { hostname, port } = new URL(side.url);
    const gateway: Gateway = {
      *handleRequest() {
        const target = { type: 'socket', scheme: 'http', host: hostname, port: Number(port), authority: `${hostname}:${port}` } as const;
        yield* call({ target, method: 'POST', path: '/side', headers: {}, body: '{}' }, { timeoutMs: 5000, bodyLimit: 100 });
        return respond('done');
      },
      refuse: (_head, error) => respond(error.message),
    };
    const handler = toNodeHandler(gateway);
    const server = createHttpServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close(), handler.close, side.close);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await (await fetch(url, { headers: { traceparent: trace, tracestate: 'a=b', connection: 'close' } })).text()).toBe('done');
    expect(side.requests[0]?.headers).toMatchObject({ traceparent: trace, tracestate: 'a=b' });
    await (await fetch(url, { headers: { connection: 'close' } })).text();
    expect(side.requests[1]?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});

function resolveToBothFamilies(): void {
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    _options: object,
    done: (error: null, all: LookupAddress[]) => void,
  ) =>
    done(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])) as never);
  closing.push(() => lookup.mockRestore());
}

const respond = (text: string): Decision & { action: 'respond' } => ({
  action: 'respond',
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: text,
  summary: emptySummary,
});
