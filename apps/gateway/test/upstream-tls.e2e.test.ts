import { once } from 'node:events';
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadUpstreamCa } from '../src/upstream-ca.ts';
import { freePort } from './support/free-port.ts';
import { gatewayProcesses } from './support/gateway-process.ts';
import { startGateway } from './support/start-gateway.ts';

const file = (name: string): string => join(import.meta.dirname, 'certificates', name);
let folder: string;
const closers: (() => unknown)[] = [];
const processes = gatewayProcesses();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plano-upstream-tls-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await processes.clean();
  for (const close of closers.splice(0).reverse()) await close();
});

/** An upstream with a certificate of a private authority, for `localhost` or for another name. */
async function startUpstream(name: 'localhost' | 'elsewhere'): Promise<number> {
  const server = createServer({ cert: readFileSync(file(`${name}.pem`)), key: readFileSync(file(`${name}.key`)) }, (request, response) => {
    request.resume();
    const choices = [{ index: 0, message: { role: 'assistant', content: 'privately' }, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: '1', object: 'chat.completion', created: 1, model: 'm', choices }));
  });
  await once(server.listen(0, 'localhost'), 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const yaml = (upstreamPort: number, overrides: string, port = 12000): string => `
version: v0.4.0
listeners: [{ name: llm, type: model, port: ${port} }]
model_providers: [{ model: openai/m, base_url: "https://localhost:${upstreamPort}/v1", access_key: k, default: true }]
retries: { max: 0 }
metrics: false
${overrides}`;

async function ask(url: string): Promise<string | null> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', maxRetries: 0 });
  const { choices } = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
  return choices[0]?.message.content ?? null;
}

async function gatewayTo(upstreamPort: number, overrides: string): Promise<string> {
  const gateway = await startGateway(yaml(upstreamPort, overrides));
  closers.push(() => gateway.close());
  return gateway.url;
}

const trusting = `overrides: { upstream_tls_ca_path: "${file('ca.pem')}" }`;

describe('an upstream with a certificate of a private authority', () => {
  it('is reached when the configuration names the authority', async () => {
    expect(await ask(await gatewayTo(await startUpstream('localhost'), trusting))).toBe('privately');
  });

  it('is not reached without it, and nothing is sent', async () => {
    const answer = await ask(await gatewayTo(await startUpstream('localhost'), '')).catch((error: unknown) => error);
    expect(answer).toMatchObject({ status: 502, code: 'upstream_unreachable' });
  });

  it('is not reached when the certificate is for another name', async () => {
    const answer = await ask(await gatewayTo(await startUpstream('elsewhere'), trusting)).catch((error: unknown) => error);
    expect(answer).toMatchObject({ status: 502, code: 'upstream_unreachable' });
  });

  it('is reached by plano-gateway, which does not start when the file cannot be used', async () => {
    const [upstreamPort, port] = [await startUpstream('localhost'), await freePort()];
    const gateway = processes.start(yaml(upstreamPort, trusting, port));
    await gateway.says('Try it:');
    expect(await ask(`http://127.0.0.1:${port}`)).toBe('privately');
    const broken = processes.start(yaml(upstreamPort, 'overrides: { upstream_tls_ca_path: /nowhere/ca.pem }', await freePort()));
    expect(await broken.exit).toBe(1);
    expect(broken.output()).toContain('overrides.upstream_tls_ca_path: the file /nowhere/ca.pem cannot be read: ENOENT');
  });
});

describe('loadUpstreamCa', () => {
  const load = (text: string): string[] | undefined => {
    const path = join(folder, 'ca.pem');
    writeFileSync(path, text);
    return loadUpstreamCa({ upstreamTls: { caPath: path } });
  };
  const ca = readFileSync(file('ca.pem'), 'utf8');

  it('reads every certificate of a bundle', () => {
    expect(loadUpstreamCa({ upstreamTls: { caPath: null } })).toBeUndefined();
    expect(load(`# ours\n${ca}\n# once more\n${ca}`)).toHaveLength(2);
  });

  it('refuses a file without one, and one that is broken, without telling what is in it', () => {
    expect(() => load('SECRET')).toThrow(/upstream_tls_ca_path: .* has no certificate in PEM form$/);
    expect(() => load(`${ca}-----BEGIN CERTIFICATE-----\nSECRET\n-----END CERTIFICATE-----`)).toThrow(/not a certificate in PEM form$/);
  });
});
