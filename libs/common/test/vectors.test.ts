import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deriveConfig, formatProblem, parseConfig } from '../src/config.ts';
import {
  createProviderRegistry,
  createRateLimiter,
  createRateLimitState,
  type EffectiveProvider,
  fillPathTemplate,
  obfuscateHeaders,
  type SelectionResult,
  shorten,
} from '../src/index.ts';
import { findProvider } from '@plano/hermesllm';
import { check, type Vector } from './vectors/compare.mjs';

interface RenderedProvider {
  name: string;
  model: string;
  provider_interface: string;
  access_key?: string;
  default?: boolean;
  internal?: boolean;
  endpoint?: string;
  port?: number;
  base_url_path_prefix?: string;
}

/** The vectors hold the reference's rendered form, which has lost the author's full model string; a wildcard's is taken from its name. */
function effective(rendered: RenderedProvider): EffectiveProvider {
  const wildcard = rendered.model.endsWith('*');
  const { endpoint, port } = rendered;
  return {
    name: rendered.name,
    id: wildcard ? `${rendered.name.replace(/\/?\*$/, '')}/*` : rendered.name,
    provider: rendered.provider_interface,
    displayName: findProvider(rendered.provider_interface)?.display ?? '',
    model: wildcard ? '*' : rendered.model,
    wildcard,
    default: rendered.default ?? false,
    internal: rendered.internal ?? false,
    builtin: null,
    api: null,
    upstream:
      endpoint === undefined || port === undefined
        ? null
        : {
            scheme: 'https',
            host: endpoint,
            port,
            authority: `${endpoint}:${port}`,
            pathPrefix: rendered.base_url_path_prefix ?? null,
            query: null,
          },
    credential: rendered.access_key === undefined ? { type: 'none' } : { type: 'key', value: rendered.access_key },
    headers: {},
    endpoints: [],
    maxConcurrency: null,
    circuitBreaker: null,
    betaHeaders: null,
  };
}

function lookedUp(selection: SelectionResult): Record<string, unknown> {
  if (!selection.ok) return { error: selection.message };
  const { provider } = selection;
  return {
    name: provider.name,
    model: selection.model,
    provider_interface: provider.provider,
    provider_id: provider.displayName,
    access_key: provider.credential.type === 'key' ? provider.credential.value : null,
    ...(provider.upstream === null
      ? {}
      : { endpoint: provider.upstream.host, port: provider.upstream.port, base_url_path_prefix: provider.upstream.pathPrefix }),
  };
}

function withoutNulls(result: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null));
}

const operations: Record<string, (args: never) => unknown> = {
  llm_provider_lookup: (args: { model_providers: RenderedProvider[]; names: (string | null)[]; list: boolean }) => {
    const registry = createProviderRegistry(args.model_providers.map(effective));
    return {
      results: args.names.map((name) => withoutNulls(lookedUp(name === null ? registry.select({}) : registry.lookup(name)))),
      default: registry.defaultProvider?.name ?? null,
      ...(args.list ? { models: registry.listModels() } : {}),
    };
  },
  path_params: (args: {
    path: string;
    tool_params: Record<string, string>;
    prompt_target_params: { name: string; default?: string }[];
  }) => {
    const filled = fillPathTemplate(args.path, args.tool_params, args.prompt_target_params);
    if (!filled.ok) throw new Error(filled.message);
    return { path: filled.path, query: filled.query, params: filled.parameters };
  },
  pii: (args: { headers: [string, string][] }) => obfuscateHeaders(args.headers),
  shorten: (args: { text: string }) => shorten(args.text),
  ratelimit: (args: {
    ratelimits: { model: string; selector: { key: string; value: string | null }; limit: { tokens: number; unit: string } }[];
    steps: ({ model: string; key: string; value: string; tokens: number } | { sleep_ms: number })[];
  }) => {
    const limits = args.ratelimits.map((limit) => ({
      ...limit,
      selector: { key: limit.selector.key, value: limit.selector.value ?? '*' },
      // The reference limits only what a client names a selector for.
      on_missing_selector: 'ignore',
    }));
    const file = {
      version: 'v0.4.0',
      listeners: [{ type: 'model', name: 'llm' }],
      model_providers: [{ model: 'openai/m', access_key: 'k' }],
      ratelimits: limits,
    };
    const parsed = parseConfig(JSON.stringify(file), { file: 'vector', environment: {} });
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join());
    const limiter = createRateLimiter(deriveConfig(parsed.config, {}).rateLimits, createRateLimitState());
    let nowMs = 0;
    return args.steps.map((step) => {
      if ('sleep_ms' in step) {
        nowMs += step.sleep_ms;
        return 'slept';
      }
      const header = (name: string) => (name === step.key ? step.value : undefined);
      return limiter.reserve({ models: [step.model], header, tokens: step.tokens, nowMs }).ok ? 'ok' : 'limited';
    });
  },
};

for (const [operation, run] of Object.entries(operations)) {
  describe(operation, () => {
    const vectors = JSON.parse(readFileSync(new URL(`./vectors/${operation}/all.json`, import.meta.url), 'utf8')) as Vector[];
    it('has vectors', () => {
      expect(vectors.length).toBeGreaterThan(0);
    });
    it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
      let actual: { ok: unknown } | { err: unknown };
      try {
        actual = { ok: run(vector.args as never) };
      } catch (error) {
        actual = { err: error };
      }
      expect(check(vector, actual).diffs).toEqual([]);
    });
  });
}
