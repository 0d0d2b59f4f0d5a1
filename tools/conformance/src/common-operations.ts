import type { EffectiveProvider, SelectionResult, TokenEncoding, Tokenizer } from '@plano/common';
import {
  createProviderRegistry,
  countTokens,
  createRateLimiter,
  createTokenCounter,
  createRateLimitState,
  fillPathTemplate,
  obfuscateHeaders,
  shorten,
} from '@plano/common';
import { deriveConfig, formatProblem, parseConfig } from '@plano/common/config';
import { findProvider } from '@plano/hermesllm';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import type { Operations } from './operation.ts';

const tables: Readonly<Record<TokenEncoding, Tokenizer>> = { o200k_base: o200k, cl100k_base: cl100k };
const exact = createTokenCounter((encoding) => tables[encoding]);

/** A provider as the recorded implementation rendered it. */
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

interface LookupArgs {
  model_providers: RenderedProvider[];
  names: (string | null)[];
  list: boolean;
}

interface PathArgs {
  path: string;
  tool_params: Record<string, string>;
  prompt_target_params: { name: string; default?: string }[];
}

interface RateLimitArgs {
  ratelimits: { model: string; selector: { key: string; value: string | null }; limit: { tokens: number; unit: string } }[];
  steps: ({ model: string; key: string; value: string; tokens: number } | { sleep_ms: number })[];
}

/** The rendered form has lost the author's full model string; a wildcard's is taken from its name. */
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
  const { provider, model } = selection;
  const { credential, upstream } = provider;
  const found = {
    name: provider.name,
    model,
    provider_interface: provider.provider,
    provider_id: provider.displayName,
    access_key: credential.type === 'key' ? credential.value : null,
    endpoint: upstream?.host ?? null,
    port: upstream?.port ?? null,
    base_url_path_prefix: upstream?.pathPrefix ?? null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

function lookUp({ model_providers, names, list }: LookupArgs): unknown {
  const registry = createProviderRegistry(model_providers.map(effective));
  return {
    results: names.map((name) => lookedUp(name === null ? registry.select({}) : registry.lookup(name))),
    default: registry.defaultProvider?.name ?? null,
    ...(list ? { models: registry.listModels() } : {}),
  };
}

function fillPath({ path, tool_params, prompt_target_params }: PathArgs): unknown {
  const filled = fillPathTemplate(path, tool_params, prompt_target_params);
  if (!filled.ok) throw new Error(filled.message);
  return { path: filled.path, query: filled.query, params: filled.parameters };
}

/** In the recorded implementation a request without the selector's header is not limited. */
const withRecordedDefault = (limit: RateLimitArgs['ratelimits'][number]): unknown => ({
  ...limit,
  selector: { key: limit.selector.key, value: limit.selector.value ?? '*' },
  on_missing_selector: 'ignore',
});

function limitRates({ ratelimits, steps }: RateLimitArgs): unknown {
  const file = {
    version: 'v0.4.0',
    listeners: [{ type: 'model', name: 'llm' }],
    model_providers: [{ model: 'openai/m', access_key: 'k' }],
    ratelimits: ratelimits.map(withRecordedDefault),
  };
  const parsed = parseConfig(JSON.stringify(file), { file: 'vector', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join());
  const limiter = createRateLimiter(deriveConfig(parsed.config, {}).rateLimits, createRateLimitState());
  let nowMs = 0;
  return steps.map((step) => {
    if ('sleep_ms' in step) {
      nowMs += step.sleep_ms;
      return 'slept';
    }
    const header = (name: string): string | undefined => (name === step.key ? step.value : undefined);
    return limiter.reserve({ models: [step.model], header, tokens: step.tokens, nowMs }).ok ? 'ok' : 'limited';
  });
}

/** The operations of the library that the gateways share. */
export const ops: Operations = {
  llm_provider_lookup: (args) => lookUp(args as unknown as LookupArgs),
  path_params: (args) => fillPath(args as unknown as PathArgs),
  pii: ({ headers }) => obfuscateHeaders(headers as [string, string][]),
  shorten: ({ text }) => shorten(String(text)),
  ratelimit: (args) => limitRates(args as unknown as RateLimitArgs),
  tokens: ({ model, texts }) =>
    (texts as string[]).map((text) => countTokens({ countTokens: exact }, String(model), text, Number.MAX_SAFE_INTEGER)),
};
