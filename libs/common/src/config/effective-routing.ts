/** A limit on the use of a model. */
export interface EffectiveRateLimit {
  /** Full (`openai/gpt-4o`) or bare (`gpt-4o`) name. */
  readonly model: string;
  /** Request header (lower case) that tells clients apart; null value: a bucket for each value of it. */
  readonly selector: { readonly key: string; readonly value: string | null };
  readonly limit: { readonly tokens: number | null; readonly requests: number | null; readonly unitMs: number };
  readonly onMissingSelector: 'share' | 'reject' | 'ignore';
}

/** How a model is chosen for a prompt. */
export interface EffectiveRouting {
  readonly preferences: readonly EffectivePreference[];
  readonly metricsSources: readonly EffectiveMetricsSource[];
  /** Model id of the model that chooses a route (without the provider's prefix). */
  readonly routingModel: string;
  /** Model id of the model that chooses an agent. */
  readonly orchestrationModel: string;
  readonly orchestratorContextTokens: number;
  readonly routeOnUserOnly: boolean;
  readonly session: {
    readonly ttlMs: number;
    readonly maxEntries: number;
    readonly cache: { readonly type: 'memory' } | { readonly type: 'redis'; readonly url: string };
    /** Lower case. */
    readonly tenantHeader: string | null;
  };
  readonly budget: EffectiveBudget | null;
  readonly promptCaching: EffectivePromptCaching | null;
}

/** A kind of prompt and the models that suit it, best first. */
export interface EffectivePreference {
  readonly name: string;
  readonly description: string;
  readonly models: readonly string[];
  readonly prefer: 'cheapest' | 'fastest' | 'none';
}

/** Where prices or latencies of models come from. */
export type EffectiveMetricsSource =
  | {
      readonly type: 'cost';
      readonly provider: 'digitalocean' | 'models.dev';
      readonly url: string | null;
      readonly refreshIntervalMs: number | null;
      readonly modelAliases: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'latency';
      readonly provider: 'prometheus';
      readonly url: string;
      readonly query: string;
      readonly refreshIntervalMs: number | null;
    };

/** How much a change of model may cost. */
export interface EffectiveBudget {
  readonly maxSwitchSpendPercent: number;
  readonly replenishOnRebind: boolean;
  readonly cacheReadDiscount: number;
  readonly recordCounterfactual: boolean;
}

/** Help for providers' prompt caches; null in the configuration when it is not enabled. */
export interface EffectivePromptCaching {
  readonly sessionAffinity: boolean;
  readonly injectCacheControl: boolean;
  readonly minPrefixTokens: number;
  readonly sessionTtlMs: number;
}
