import type { EffectiveConfig, EffectiveFallback, ProviderRegistry, RateLimitPlan, Selection } from '@plano/common';
import { createProviderRegistry, planRateLimits } from '@plano/common';
import type { EndpointPool } from './endpoint-pool.ts';
import { createEndpointPool } from './endpoint-pool.ts';
import type { HeaderTables } from './request-headers.ts';
import { createHeaderTables } from './request-headers.ts';

/** What a model falls back to. */
interface Fallback {
  readonly to: readonly Selection[];
  readonly on: EffectiveFallback['on'];
}

/** What a listener says of its exchanges. */
interface ListenerSettings {
  readonly maxRetries: number;
  /** Deadline of an exchange with all its attempts, in milliseconds. */
  readonly totalMs: number;
}

/** What every flow of one gateway shares. The pools change while it runs, everything else is fixed. */
export interface GatewayContext {
  readonly config: EffectiveConfig;
  readonly registry: ProviderRegistry;
  readonly headerTables: HeaderTables;
  readonly rateLimits: RateLimitPlan;
  /** By provider: one look-up a request. */
  readonly pools: ReadonlyMap<Selection['provider'], EndpointPool>;
  /** By the full name of the model that is fallen back from. */
  readonly fallbacks: ReadonlyMap<string, Fallback>;
  /** Models that others fall back to, by their full names. */
  readonly fallenBackTo: ReadonlySet<string>;
  settingsOf(listener: string | undefined): ListenerSettings;
}

/** Everything that can be decided before the first request. */
export function createContext(config: EffectiveConfig): GatewayContext {
  const registry = createProviderRegistry(config.providers, config.aliases);
  const general: ListenerSettings = { maxRetries: config.retries.max, totalMs: config.timeouts.totalMs };
  const listeners = new Map(config.listeners.map(({ name, maxRetries, timeoutMs }) => [name, { maxRetries, totalMs: timeoutMs }]));
  const fallbacks = fallbacksOf(config, registry);
  return {
    config,
    registry,
    headerTables: createHeaderTables(),
    rateLimits: planRateLimits(config.rateLimits),
    pools: new Map(config.providers.map((provider) => [provider, createEndpointPool(provider)])),
    fallbacks,
    fallenBackTo: new Set([...fallbacks.values()].flatMap(({ to }) => to.map(({ name }) => name))),
    settingsOf: (listener) => (listener === undefined ? undefined : listeners.get(listener)) ?? general,
  };
}

/** The pool of a selected provider. */
export function poolOf(context: GatewayContext, selection: Selection): EndpointPool {
  const pool = context.pools.get(selection.provider);
  if (pool === undefined) throw new Error(`The provider '${selection.provider.name}' is not one of the configuration`);
  return pool;
}

// Names were checked with the configuration; one that leads nowhere in a configuration made by hand is left out.
function fallbacksOf({ fallbacks }: EffectiveConfig, registry: ProviderRegistry): ReadonlyMap<string, Fallback> {
  const byName = new Map<string, Fallback>();
  for (const { model, to, on } of fallbacks) {
    const from = registry.lookup(model);
    if (!from.ok) continue;
    const selections: Selection[] = [];
    for (const name of to) {
      const found = registry.lookup(name);
      if (found.ok) selections.push(found);
    }
    byName.set(from.name, { to: selections, on });
  }
  return byName;
}
