import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deriveConfig, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import { builtFilters, installEnvoy } from '@plano/envoy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const execute = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plano-bootstrap-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const providers = `
model_providers:
  - { model: openai/gpt-4o, access_key: sk-1, default: true, max_concurrency: 9 }
  - { model: anthropic/*, passthrough_auth: true }
  - { model: "amazon_bedrock/amazon.nova-pro-v1:0", base_url: "https://bedrock-runtime.us-east-1.amazonaws.com" }
  - { model: ollama/llama3, base_url: "http://127.0.0.1:11434/v1" }
  - { model: plano/Arch-Function, base_url: "http://[::1]:9000/v1", access_key: k }
`;
const configurations: Readonly<Record<string, string>> = {
  'models only': `version: v0.4.0\nlisteners: [{ name: llm, type: model, port: 12000 }]\n${providers}`,
  'models with everything around them': `
version: v0.4.0
listeners: [{ name: "my models", type: model, port: 12000, address: 0.0.0.0, timeout: 60s, max_retries: 3, auth: { keys: [k1, k2] , header: x-plano-key }, cors: { origins: ["https://a.example", "*"] } }]
retries: { max: 2, base: 1ms, cap: 2ms, on: [connect, reset, 429, 503] }
limits: { request_body: 1MiB, header: 16KiB }
logging: { format: json }
tracing: { random_sampling: 50, opentracing_grpc_endpoint: "http://collector:4317" }
${providers}`,
  'prompts with targets': `
version: v0.4.0
listeners: [{ name: prompts, type: prompt, port: 10000 }, { name: llm, type: model, port: 12000 }]
endpoints: { weather: { endpoint: "api.example:8443", protocol: https }, local: { endpoint: "127.0.0.1:8080" } }
prompt_targets:
  - { name: weather, description: d, parameters: [{ name: city, description: c, required: true, type: str }], endpoint: { name: weather, path: "/w/{city}" } }
${providers}`,
};

describe.each(Object.entries(configurations))('Envoy accepts the file for %s', (_name, yaml) => {
  it.each([
    ['with the Node process', {}],
    ['with two Node processes', { node: { addresses: ['127.0.0.1', '127.0.0.2'].map((host) => ({ host, port: 9091 })) } }],
    ['without it', { node: null }],
  ])('%s', async (_kind, options) => {
    const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
    const bootstrap = toEnvoy(deriveConfig(parsed.config, {}), { filters: builtFilters(), ...options });
    const file = join(folder, 'envoy.json');
    writeFileSync(file, JSON.stringify(bootstrap));
    const { stdout } = await execute(installEnvoy(), ['--mode', 'validate', '-c', file, '-l', 'warning']);
    expect(stdout).toContain('OK');
  });
});

it('Envoy refuses a configuration that a filter cannot use, and says why', async () => {
  const parsed = parseConfig(configurations['models only'] ?? '', { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error('unreachable');
  const file = join(folder, 'broken.json');
  const text = JSON.stringify(toEnvoy(deriveConfig(parsed.config, {}), { filters: builtFilters(), node: null }));
  writeFileSync(file, text.replace(/\\"providers\\":\[/, '\\"providers\\":7,\\"x\\":['));
  const refused = await execute(installEnvoy(), ['--mode', 'validate', '-c', file, '-l', 'warning']).catch((error: unknown) => error);
  expect(String((refused as { stderr?: string }).stderr)).toContain('config.providers must be a list');
});
