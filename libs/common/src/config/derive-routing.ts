import { authorPreferences } from './author-providers.ts';
import type { DeriveContext } from './derive-context.ts';
import type {
  EffectiveBudget,
  EffectiveMetricsSource,
  EffectivePreference,
  EffectivePromptCaching,
  EffectiveRateLimit,
  EffectiveRouting,
} from './effective-routing.ts';
import { parseHttpUrl } from './parse-url.ts';
import type { Path } from './problem.ts';
import { reportRedisUrl } from './report-redis-url.ts';

/** A derived preference and where it was written. */
export interface DerivedPreference {
  readonly preference: EffectivePreference;
  readonly path: Path;
}

const defaultModel = 'Plano-Orchestrator';

/** Everything that chooses a model. */
export function deriveRouting(context: DeriveContext): { routing: EffectiveRouting; preferences: readonly DerivedPreference[] } {
  const { author, reporter } = context;
  const written = author.routing;
  const sources = deriveSources(context);
  const preferences = authorPreferences(context).map(({ preference, path }): DerivedPreference => {
    const prefer = preference.selection_policy?.prefer ?? 'none';
    const needed = prefer === 'cheapest' ? 'cost' : prefer === 'fastest' ? 'latency' : null;
    if (needed !== null && !sources.some((source) => source.type === needed)) {
      reporter.problem(
        [...path, 'selection_policy', 'prefer'],
        `\`${prefer}\` needs a source of type \`${needed}\` in \`model_metrics_sources\``,
        undefined,
        [['model_metrics_sources']],
      );
    }
    return { preference: { name: preference.name, description: preference.description, models: preference.models, prefer }, path };
  });
  if (written?.routing_budget !== undefined && !sources.some((source) => source.type === 'cost')) {
    reporter.problem(['routing', 'routing_budget'], 'needs a source of type `cost` in `model_metrics_sources`', undefined, [
      ['model_metrics_sources'],
    ]);
  }
  const cache = written?.session_cache;
  if (cache?.type === 'redis' && cache.url === undefined) {
    reporter.problem(['routing', 'session_cache'], 'needs a `url` for `redis`', undefined, [['routing', 'session_cache', 'url']]);
  } else if (cache?.type === 'redis' && cache.url !== undefined) {
    reportRedisUrl(reporter, cache.url, ['routing', 'session_cache', 'url']);
  }
  const ttlMs = (written?.session_ttl_seconds ?? 600) * 1000;
  const overrides = author.overrides;
  const routingModel = modelId(overrides?.llm_routing_model) ?? modelId(overrides?.agent_orchestration_model) ?? defaultModel;
  const routing: EffectiveRouting = {
    preferences: preferences.map(({ preference }) => preference),
    metricsSources: sources,
    routingModel,
    orchestrationModel: modelId(overrides?.agent_orchestration_model) ?? defaultModel,
    orchestratorContextTokens: overrides?.orchestrator_model_context_length ?? 8192,
    routeOnUserOnly: written?.route_on_user_only ?? false,
    session: {
      ttlMs,
      maxEntries: written?.session_max_entries ?? 10_000,
      cache: cache?.type === 'redis' && cache.url !== undefined ? { type: 'redis', url: cache.url } : { type: 'memory' },
      tenantHeader: cache?.tenant_header ?? null,
    },
    budget: deriveBudget(context),
    promptCaching: deriveCaching(context, ttlMs),
  };
  return { routing, preferences };
}

/** What follows the provider's prefix; other slashes belong to the model id. */
function modelId(model: string | undefined): string | undefined {
  return model?.slice(model.indexOf('/') + 1);
}

function deriveSources({ author, reporter }: DeriveContext): EffectiveMetricsSource[] {
  const seen = new Set<string>();
  return (author.model_metrics_sources ?? []).map((source, index) => {
    const path: Path = ['model_metrics_sources', index];
    if (seen.has(source.type)) reporter.problem([...path, 'type'], `another source is already of type \`${source.type}\``);
    seen.add(source.type);
    const url = source.url === undefined ? null : parseHttpUrl(source.url);
    if (url !== null && !url.ok) reporter.problem([...path, 'url'], url.message, url.hint);
    const refreshIntervalMs = source.refresh_interval === undefined ? null : source.refresh_interval * 1000;
    if (source.type === 'cost') {
      return {
        type: 'cost',
        provider: source.provider,
        url: source.url ?? null,
        refreshIntervalMs,
        modelAliases: source.model_aliases ?? {},
      };
    }
    return { type: 'latency', provider: source.provider, url: source.url, query: source.query, refreshIntervalMs };
  });
}

function deriveBudget({ author }: DeriveContext): EffectiveBudget | null {
  const written = author.routing?.routing_budget;
  if (written === undefined) return null;
  return {
    maxSwitchSpendPercent: written.max_switch_spend_pct,
    replenishOnRebind: written.replenish_on_rebind ?? true,
    cacheReadDiscount: written.cache_read_discount ?? 0.1,
    recordCounterfactual: written.record_counterfactual ?? false,
  };
}

function deriveCaching({ author }: DeriveContext, sessionTtlMs: number): EffectivePromptCaching | null {
  const written = author.prompt_caching;
  if (written?.enabled !== true) return null;
  return {
    sessionAffinity: written.session_affinity ?? true,
    injectCacheControl: written.inject_cache_control ?? true,
    minPrefixTokens: written.min_prefix_tokens ?? 1024,
    sessionTtlMs: written.session_ttl_seconds === undefined ? sessionTtlMs : written.session_ttl_seconds * 1000,
  };
}

const unitMs = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The limits on the use of models. */
export function deriveRateLimits({ author, reporter }: DeriveContext): EffectiveRateLimit[] {
  const seen = new Set<string>();
  return (author.ratelimits ?? []).flatMap((written, index): EffectiveRateLimit[] => {
    const path: Path = ['ratelimits', index];
    const value = written.selector.value === undefined || written.selector.value === '*' ? null : written.selector.value;
    const key = JSON.stringify([written.model, written.selector.key, value]);
    if (seen.has(key)) {
      reporter.warn(
        [...path, 'selector'],
        'is there twice for this model; the first limit is used',
        'put `tokens` and `requests` into one limit',
      );
      return [];
    }
    seen.add(key);
    const { tokens, requests, unit } = written.limit;
    if (tokens === undefined && requests === undefined) {
      const needs = ['tokens', 'requests'].map((kind): Path => [...path, 'limit', kind]);
      reporter.problem([...path, 'limit'], 'needs `tokens` or `requests`', undefined, needs);
    }
    return [
      {
        // An alias is a name of its model, not a model: who calls it by another name is limited too.
        model: author.model_aliases?.[written.model]?.target ?? written.model,
        selector: { key: written.selector.key, value },
        limit: { tokens: tokens ?? null, requests: requests ?? null, unitMs: unitMs[unit] },
        onMissingSelector: written.on_missing_selector ?? 'share',
      },
    ];
  });
}
