import { describe, expect, it } from 'vitest';
import { createProviderRegistry } from '../providers/registry.ts';
import { unimplementedKeys } from './implemented.ts';
import { authorSchema } from './schema.ts';
import { zeroAuthorConfig, zeroConfig } from './zero-config.ts';

const ids = ['openai', 'anthropic', 'gemini', 'groq', 'deepseek', 'mistral', 'digitalocean', 'vercel', 'openrouter', 'edenai'];

describe('zeroConfig', () => {
  it('passes the client’s keys on, and answers by itself, when the environment has none', () => {
    const { providers, listeners } = zeroConfig({ HOME: '/', OPENAI_API_KEY: '', GROQ_API_KEY: '  ' });
    expect(providers.map((provider) => provider.name)).toEqual([...ids, 'plano/echo']);
    for (const provider of providers.slice(0, -1)) expect(provider.credential).toEqual({ type: 'pass-through' });
    expect(providers.at(-1)).toMatchObject({
      id: 'plano/echo',
      builtin: 'echo',
      default: true,
      upstream: null,
      credential: { type: 'none' },
    });
    expect(listeners.map(({ type, name, address, port }) => ({ type, name, address, port }))).toEqual([
      { type: 'model', name: 'llm', address: '127.0.0.1', port: 12_000 },
    ]);
  });

  it('puts the providers with a key first, and then has no default model', () => {
    const { providers } = zeroConfig({ MISTRAL_API_KEY: 'm', ANTHROPIC_API_KEY: 'a' });
    expect(providers.slice(0, 3).map(({ name, credential }) => [name, credential])).toEqual([
      ['anthropic', { type: 'key', value: 'a' }],
      ['mistral', { type: 'key', value: 'm' }],
      ['openai', { type: 'pass-through' }],
    ]);
    expect(providers.some((provider) => provider.default)).toBe(false);
    expect(createProviderRegistry(providers).lookup('plano/echo')).toMatchObject({ ok: true, model: 'echo' });
  });

  it('takes the names that the providers’ own clients use, and lists them', () => {
    const registry = createProviderRegistry(zeroConfig({ OPENAI_API_KEY: 'k' }).providers);
    const found = ['gpt-4o', 'claude-sonnet-4-5', 'gemini-2.5-flash'].map((name) => {
      const selection = registry.lookup(name);
      return selection.ok ? [selection.provider.name, selection.model, selection.name] : selection;
    });
    expect(found).toEqual([
      ['openai', 'gpt-4o', 'openai/gpt-4o'],
      ['anthropic', 'claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
      ['gemini', 'gemini-2.5-flash', 'gemini/gemini-2.5-flash'],
    ]);
    const listed = registry.listModels().map(({ id }) => id);
    expect(listed).toEqual(expect.arrayContaining(['openai/gpt-4o', 'anthropic/claude-sonnet-4-5', 'plano/echo']));
    expect(registry.lookup('gpt-4p')).toMatchObject({ ok: false, nearest: expect.arrayContaining(['openai/gpt-4o']) as unknown });
  });

  const variables: [string, string, string][] = [
    ['openai', 'OPENAI_API_KEY', 'api.openai.com'],
    ['anthropic', 'ANTHROPIC_API_KEY', 'api.anthropic.com'],
    ['gemini', 'GEMINI_API_KEY', 'generativelanguage.googleapis.com'],
    ['groq', 'GROQ_API_KEY', 'api.groq.com'],
    ['deepseek', 'DEEPSEEK_API_KEY', 'api.deepseek.com'],
    ['mistral', 'MISTRAL_API_KEY', 'api.mistral.ai'],
    ['digitalocean', 'DO_API_KEY', 'inference.do-ai.run'],
    ['vercel', 'AI_GATEWAY_API_KEY', 'ai-gateway.vercel.sh'],
    ['openrouter', 'OPENROUTER_API_KEY', 'openrouter.ai'],
    ['edenai', 'EDENAI_API_KEY', 'api.edenai.run'],
  ];
  it.each(variables)('%s has its key in %s', (id, variable, host) => {
    const [provider] = zeroConfig({ [variable]: 'k' }).providers;
    expect(provider).toMatchObject({
      name: id,
      id: `${id}/*`,
      wildcard: true,
      credential: { type: 'key', value: 'k' },
      upstream: { host, port: 443 },
    });
  });

  it('traces every request when the environment names a collector, and none when it does not', () => {
    const { tracing } = zeroConfig({ OTEL_TRACING_GRPC_ENDPOINT: 'http://collector:4317' });
    expect([tracing.randomSamplingPercent, tracing.endpoint]).toEqual([100, 'http://collector:4317']);
    expect(zeroConfig({}).tracing.randomSamplingPercent).toBe(0);
    expect(() => zeroConfig({ OTEL_TRACING_GRPC_ENDPOINT: 'grpc://collector' })).toThrow('OTEL_TRACING_GRPC_ENDPOINT');
  });

  it('listens where it is told to', () => {
    expect(zeroConfig({}, { port: 1, address: '0.0.0.0' }).listeners[0]).toMatchObject({ port: 1, address: '0.0.0.0' });
  });

  it('is what a file could say, and implemented', () => {
    const author = zeroAuthorConfig({ OPENAI_API_KEY: 'k' });
    expect(authorSchema.safeParse(JSON.parse(JSON.stringify(author))).success).toBe(true);
    expect(unimplementedKeys(author)).toEqual([]);
  });
});
