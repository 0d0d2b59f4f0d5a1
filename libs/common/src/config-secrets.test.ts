import { describe, expect, it } from 'vitest';
import { deriveConfig, parseConfig } from './config.ts';
import { redactConfig, resolveSecretFiles, secretFiles } from './config-secrets.ts';

/** Every place of a secret, each with its own number. */
function configWith(secret: (number: number) => string) {
  const text = `version: v0.4.0
listeners: [{ type: model, name: l, auth: { keys: ["${secret(1)}"] } }]
internal_listeners: { llm: { port: 1, auth: { keys: ["${secret(2)}"] } } }
model_providers:
  - { model: openai/a, access_key: "${secret(3)}", headers: { x: "${secret(4)}" }, endpoints: [{ access_key: "${secret(5)}" }] }
endpoints: { e: { endpoint: e } }
prompt_targets: [{ name: t, description: d, endpoint: { name: e, path: /, http_headers: { x: "${secret(6)}" } } }]
routing: { session_cache: { type: redis, url: "${secret(7)}" } }
state_storage: { type: postgres, connection_string: "${secret(8)}" }
redis: { url: "${secret(9)}" }
tracing: { exporters: [{ type: posthog, url: "http://p", api_key: "${secret(10)}" }] }
`;
  const parsed = parseConfig(text, { file: 'f', environment: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return deriveConfig(parsed.config, {});
}

const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('secret files', () => {
  const config = configWith((number) => `file:/run/s${number}`);

  it('are found wherever a secret can stand', () => {
    expect(secretFiles(config).toSorted()).toEqual(numbers.map((number) => `/run/s${number}`).toSorted());
  });

  it('are replaced by their contents', () => {
    const contents = new Map(numbers.map((number) => [`/run/s${number}`, `redis://secret-${number}\n`]));
    expect(resolveSecretFiles(config, contents)).toEqual(configWith((number) => `redis://secret-${number}`));
  });

  it('must be there and hold something', () => {
    const contents = new Map(numbers.map((number) => [`/run/s${number}`, 'x']));
    expect(() => resolveSecretFiles(config, new Map([...contents, ['/run/s3', ' \n']]))).toThrow(
      'the secret file "/run/s3" is missing or empty',
    );
    contents.delete('/run/s9');
    expect(() => resolveSecretFiles(config, contents)).toThrow('the secret file "/run/s9" is missing or empty');
  });
});

describe('redactConfig', () => {
  it('C-14: masks every secret and keeps the rest', () => {
    const config = configWith((number) => `redis://u:hunter${number}@host-${number}`);
    const shown = JSON.stringify(redactConfig(config));
    expect(shown).not.toContain('hunter');
    expect(shown).toContain('redis://***@host-9');
    expect(JSON.stringify(config)).toContain('hunter9');
    expect(redactConfig(config).providers[0]).toMatchObject({ name: 'openai/a', credential: { type: 'key', value: '***' } });
  });

  it('C-14: masks the queries of URLs, which may hold a key', () => {
    const query = '?key=hunter';
    const parsed = parseConfig(
      `version: v0.4.0
listeners: [{ type: model, name: l }]
model_providers:
  - { model: openai/a, base_url: "http://h/v1${query}", endpoints: [{ access_key: k, base_url: "http://e/v1${query}" }] }
agents: [{ id: a, url: "http://h${query}" }]
filters: [{ id: f, url: "http://h${query}" }]
prompt_guards: { input_guards: { jailbreak: { on_exception: { message: m } } }, service: { url: "http://g/x${query}" } }
model_metrics_sources:
  - { type: cost, provider: models.dev, url: "http://c${query}" }
  - { type: latency, provider: prometheus, url: "http://p${query}", query: q }
tracing: { exporters: [{ type: posthog, url: "http://p${query}", api_key: k }] }
`,
      { file: 'f', environment: {} },
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const config = deriveConfig(parsed.config, {});
    expect(JSON.stringify(config).split('hunter')).toHaveLength(9);
    expect(JSON.stringify(redactConfig(config))).not.toContain('hunter');
  });

  it('keeps the paths of secret files', () => {
    const config = configWith((number) => `file:/run/s${number}`);
    expect(redactConfig(config)).toEqual(config);
  });
});
