import { describe, expect, it } from 'vitest';
import type { EffectiveProvider } from '../config/effective-provider.ts';
import { createProviderRegistry, type SelectionResult } from './registry.ts';

function provider(id: string, details: Partial<EffectiveProvider> = {}): EffectiveProvider {
  const [prefix = '', ...rest] = id.split('/');
  return {
    name: id,
    id,
    provider: prefix,
    displayName: prefix,
    model: rest.join('/'),
    wildcard: id.endsWith('*'),
    default: false,
    internal: false,
    builtin: null,
    api: null,
    upstream: null,
    credential: { type: 'none' },
    headers: {},
    endpoints: [],
    maxConcurrency: null,
    circuitBreaker: null,
    betaHeaders: null,
    ...details,
  };
}

/** Who serves it and as what; or the kind of failure. */
function shown(result: SelectionResult): string {
  return result.ok ? `${result.provider.name} ← ${result.model}` : result.kind;
}

const providers = [
  provider('openai/gpt-4o', { default: true }),
  provider('azure_openai/gpt-4o'),
  provider('groq/llama-3.3', { name: 'fast' }),
  provider('anthropic/*', { name: 'claude', knownModels: ['claude-sonnet-5'] }),
  provider('openrouter/*'),
  provider('openrouter/anthropic/*', { model: 'anthropic/*' }),
  provider('together_ai/meta-llama/Llama-3'),
  provider('openai/gpt-5-mini'),
  provider('openai/*', { name: 'any-openai', knownModels: ['gpt-4o', 'gpt-5', 'gpt-5-mini'] }),
  provider('acme/*', { provider: 'openai' }),
  provider('plano/Plano-Orchestrator', { internal: true }),
];
const aliases = { smart: 'anthropic/claude-opus-5', 'gpt-4o-mini': 'openai/gpt-5-mini', nowhere: 'mistral/large' };
const registry = createProviderRegistry(providers, aliases);

describe('lookup', () => {
  const table: [string, string, string][] = [
    ['a full name', 'openai/gpt-4o', 'openai/gpt-4o ← gpt-4o'],
    ['another full name with the same model', 'azure_openai/gpt-4o', 'azure_openai/gpt-4o ← gpt-4o'],
    ['a bare model id: the last of two specific ones', 'gpt-4o', 'azure_openai/gpt-4o ← gpt-4o'],
    ['a custom name', 'fast', 'fast ← llama-3.3'],
    ['the full model string behind a custom name', 'groq/llama-3.3', 'fast ← llama-3.3'],
    ['a wildcard, though it has a custom name', 'anthropic/claude-x', 'claude ← claude-x'],
    ['C-10: the custom name of a wildcard is no prefix', 'claude/claude-x', 'model_not_found'],
    ['C-10: the longest wildcard prefix', 'openrouter/anthropic/claude-x', 'openrouter/anthropic/* ← anthropic/claude-x'],
    ['a shorter wildcard prefix', 'openrouter/google/gemini', 'openrouter/* ← google/gemini'],
    ['a specific entry before a wildcard', 'openai/gpt-5-mini', 'openai/gpt-5-mini ← gpt-5-mini'],
    ['a wildcard for the rest', 'openai/gpt-9', 'any-openai ← gpt-9'],
    ['a bare name through the catalogue', 'gpt-5', 'any-openai ← gpt-5'],
    ['a bare name of a wildcard with a custom name', 'claude-sonnet-5', 'claude ← claude-sonnet-5'],
    ['a wildcard of a server of one’s own', 'acme/gpt-5', 'acme/* ← gpt-5'],
    ['a bare id with a slash that names no provider', 'meta-llama/Llama-3', 'together_ai/meta-llama/Llama-3 ← meta-llama/Llama-3'],
    ['an alias', 'smart', 'claude ← claude-opus-5'],
    ['an alias before a model of that name', 'gpt-4o-mini', 'openai/gpt-5-mini ← gpt-5-mini'],
    ['an alias that leads nowhere', 'nowhere', 'model_not_found'],
    ['C-10: an unknown prefix is not ignored', 'zzz/gpt-4o', 'model_not_found'],
    ['C-10: another provider’s prefix is not ignored', 'groq/gpt-4o', 'model_not_found'],
    ['a prefix alone', 'openai/', 'model_not_found'],
    ['dots that would lead out of a path', 'acme/..', 'model_not_found'],
    ['a dot that is a part of a path', 'acme/.', 'model_not_found'],
    ['dots within an id', 'acme/gpt..5', 'acme/* ← gpt..5'],
    ['half a character, which has no form in a path', 'acme/\ud800', 'model_not_found'],
    ['a whole one', 'acme/🌊', 'acme/* ← 🌊'],
    ['a control character', 'acme/a\u0000b', 'model_not_found'],
    ['an id longer than any', `acme/${'x'.repeat(2049)}`, 'model_not_found'],
    ['an id as long as Bedrock’s may be', `acme/${'x'.repeat(2048)}`, `acme/* ← ${'x'.repeat(2048)}`],
    ['a star is no model', 'openai/*', 'model_not_found'],
    ['an unknown bare name', 'gpt-9', 'model_not_found'],
    ['C-10: an internal model', 'Plano-Orchestrator', 'model_not_found'],
    ['a name of every object', 'constructor', 'model_not_found'],
    ['nothing', '', 'model_not_found'],
  ];
  it.each(table)('%s: %s', (_name, wanted, expected) => {
    expect(shown(registry.lookup(wanted))).toBe(expected);
  });

  it('C-10: never crosses providers: the model of an aggregator is not the provider’s own', () => {
    const aggregator = createProviderRegistry([provider('openrouter/anthropic/claude-x')]);
    expect(shown(aggregator.lookup('anthropic/claude-x'))).toBe('model_not_found');
    expect(shown(aggregator.lookup('openrouter/anthropic/claude-x'))).toBe('openrouter/anthropic/claude-x ← anthropic/claude-x');
  });

  it('finds the provider’s own when both are there, in either order', () => {
    const both = [provider('anthropic/claude-x'), provider('openrouter/anthropic/claude-x')];
    for (const list of [both, both.toReversed()]) {
      expect(shown(createProviderRegistry(list).lookup('anthropic/claude-x'))).toBe('anthropic/claude-x ← claude-x');
    }
  });

  it('has nothing for no name, though there is a default', () => {
    expect(registry.lookup(null)).toEqual({
      ok: false,
      kind: 'model_not_specified',
      message: 'No model specified in request',
      nearest: [],
    });
  });

  it('gives internal models to Plano itself', () => {
    expect(shown(registry.lookup('plano/Plano-Orchestrator', { internal: true }))).toBe('plano/Plano-Orchestrator ← Plano-Orchestrator');
  });

  it('says which alias was used and the public name', () => {
    expect(registry.lookup('smart')).toMatchObject({ alias: 'smart', name: 'anthropic/claude-opus-5' });
    expect(registry.lookup('gpt-5')).toMatchObject({ alias: null, name: 'openai/gpt-5' });
  });
});

describe('near matches', () => {
  const table: [string, string[]][] = [
    ['openai/gtp-4o', ['openai/gpt-4o', 'openai/gpt-5', 'azure_openai/gpt-4o']],
    ['zzz/gpt-4o', ['openai/gpt-4o', 'azure_openai/gpt-4o', 'openai/gpt-5']],
    ['smrat', ['smart']],
    ['gpt5', ['openai/gpt-5']],
    ['completely-else', []],
  ];
  it.each(table)('%s', (wanted, expected) => {
    const result = createProviderRegistry([provider('openai/gpt-4o'), provider('azure_openai/gpt-4o'), provider('openai/gpt-5')], {
      smart: 'gpt-5',
    }).lookup(wanted);
    expect(result.ok ? 'found' : result.nearest).toEqual(expected);
  });

  it('has the text that clients know', () => {
    const result = registry.lookup('gpt-9');
    expect(result.ok ? '' : result.message).toBe("Model 'gpt-9' not found in configured providers");
  });

  it('repeats no more than the beginning of a long name', () => {
    const result = registry.lookup('é'.repeat(1_000_000));
    expect(result.ok ? '' : result.message).toBe(`Model '${'é'.repeat(128)}...' not found in configured providers`);
  });
});

describe('select', () => {
  const table: [string, { hint?: string | null; model?: string | null }, string][] = [
    ['the hint before the model', { hint: 'fast', model: 'gpt-4o' }, 'fast ← llama-3.3'],
    ['the model', { model: 'fast' }, 'fast ← llama-3.3'],
    ['the default', {}, 'openai/gpt-4o ← gpt-4o'],
    ['the default for blank names', { hint: ' ', model: '' }, 'openai/gpt-4o ← gpt-4o'],
    ['the default by the hint of that name', { hint: 'default', model: 'fast' }, 'openai/gpt-4o ← gpt-4o'],
    ['no default by a model of that name', { model: 'default' }, 'model_not_found'],
    ['an unknown hint is an error, not the default', { hint: 'gpt-9', model: 'fast' }, 'model_not_found'],
    ['an unknown model is an error, not the default', { model: 'gpt-9' }, 'model_not_found'],
    ['white space around a name', { model: ' fast ' }, 'fast ← llama-3.3'],
  ];
  it.each(table)('%s', (_name, wish, expected) => {
    expect(shown(registry.select(wish))).toBe(expected);
  });

  it('has nothing without a default', () => {
    const without = createProviderRegistry([provider('openai/gpt-4o')]);
    expect(without.select({})).toEqual({
      ok: false,
      kind: 'model_not_specified',
      message: 'No model specified in request and no default provider configured',
      nearest: [],
    });
    expect(shown(without.select({ hint: 'default' }))).toBe('model_not_specified');
  });
});

describe('listModels', () => {
  it('lists specific entries by name and the known models of wildcards, in the order of the configuration', () => {
    expect(registry.listModels().map((model) => model.id)).toEqual([
      'openai/gpt-4o',
      'azure_openai/gpt-4o',
      'fast',
      'anthropic/claude-sonnet-5',
      'together_ai/meta-llama/Llama-3',
      'openai/gpt-5-mini',
      'openai/gpt-5',
    ]);
    expect(registry.listModels()[0]).toEqual({ id: 'openai/gpt-4o', object: 'model', created: 0, owned_by: 'openai' });
  });
});

describe('what cannot be a registry', () => {
  const table: [string, EffectiveProvider[], string][] = [
    ['nothing', [], 'There must be at least one LLM Provider'],
    [
      'two defaults',
      [provider('a/b', { default: true }), provider('c/d', { default: true })],
      'There must be at most one default LLM Provider',
    ],
    ['one name twice', [provider('a/b'), provider('c/d', { name: 'a/b' })], "'a/b' is not a unique name"],
    ['a wildcard as default', [provider('a/*', { default: true })], "'a/*' stands for many models and cannot be the default"],
  ];
  it.each(table)('%s', (_name, list, message) => {
    expect(() => createProviderRegistry(list)).toThrow(message);
  });
});
