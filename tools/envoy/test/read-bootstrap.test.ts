import { deriveConfig, parseConfig, toEnvoy } from '@plano/common/config';
import { expect, it } from 'vitest';
import { readBootstrap } from '../src/read-bootstrap.ts';

const yaml = `
version: v0.4.0
listeners:
  - { name: llm, type: model, port: 12000, auth: { keys: [listener-key-1, listener-key-2] } }
  - { name: prompts, type: prompt, port: 10000, tls: { cert: /c.pem, key: /k.pem } }
internal_listeners: { brightstaff: { port: 9191, auth: { keys: [node-key-1], header: x-plano-key } } }
timeouts: { drain: 7s }
endpoints: { api: { endpoint: "api.example:443", protocol: https } }
prompt_targets:
  - { name: t, description: d, endpoint: { name: api, path: /t, http_headers: { authorization: Bearer developer-key } } }
model_providers:
  - { model: openai/gpt-4o, access_key: sk-provider-1, default: true }
  - { model: groq/llama, endpoints: [{ access_key: sk-endpoint-1 }, { access_key: sk-endpoint-2 }] }
`;

it('finds the sockets, the time for draining, and everything that must not be printed', () => {
  const parsed = parseConfig(yaml, { file: 'test.yaml', environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const bootstrap = toEnvoy(deriveConfig(parsed.config, {}), { filters: { prompt: '/p.wasm', llm: '/l.wasm' }, adminPort: 9999 });
  const { sockets, secrets, drainMs } = readBootstrap(JSON.stringify(bootstrap));
  expect(sockets).toEqual([
    { name: 'llm', address: '127.0.0.1', port: 12_000, secure: false },
    { name: 'prompts', address: '127.0.0.1', port: 10_000, secure: true },
    { name: 'admin', address: '127.0.0.1', port: 9999, secure: false },
  ]);
  expect(drainMs).toBe(7000);
  expect([...secrets].sort()).toEqual([
    'Bearer developer-key',
    'listener-key-1',
    'listener-key-2',
    'node-key-1',
    'sk-endpoint-1',
    'sk-endpoint-2',
    'sk-provider-1',
  ]);
});
