import { z } from 'zod';
import { anyText, closed, flag, headerName, list, mapOf, numberBetween, oneOf, text, whole } from './schema-values.ts';

/** A kind of prompt and the models that suit it. */
export const routingPreference = closed({
  name: text,
  description: anyText,
  models: list(text).min(1),
  selection_policy: closed({ prefer: oneOf(['cheapest', 'fastest', 'none']) }).optional(),
});

/** Sessions, stickiness and budget of routing. */
export const routing = closed({
  llm_provider: text.optional(),
  model: text.optional(),
  session_ttl_seconds: whole(1, 2_000_000).optional(),
  session_max_entries: whole(1, 10_000).optional(),
  session_cache: closed({
    type: oneOf(['memory', 'redis']).optional(),
    url: text.optional(),
    tenant_header: headerName.optional(),
  }).optional(),
  route_on_user_only: flag.optional(),
  routing_budget: closed({
    max_switch_spend_pct: numberBetween(0, 100),
    replenish_on_rebind: flag.optional(),
    cache_read_discount: numberBetween(0, 1).optional(),
    record_counterfactual: flag.optional(),
  }).optional(),
});

/** Help for providers' prompt caches. */
export const promptCaching = closed({
  enabled: flag.optional(),
  session_affinity: flag.optional(),
  inject_cache_control: flag.optional(),
  min_prefix_tokens: whole(1).optional(),
  session_ttl_seconds: whole(1, 2_000_000).optional(),
});

/** Where prices or latencies come from. */
export const metricsSource = z.discriminatedUnion('type', [
  closed({
    type: z.literal('cost'),
    provider: oneOf(['digitalocean', 'models.dev']),
    url: text.optional(),
    refresh_interval: whole(1, 2_000_000).optional(),
    model_aliases: mapOf(text).optional(),
  }),
  closed({
    type: z.literal('latency'),
    provider: oneOf(['prometheus']),
    url: text,
    query: text,
    refresh_interval: whole(1, 2_000_000).optional(),
  }),
]);

/** A limit on the use of a model. */
export const rateLimit = closed({
  model: text,
  selector: closed({ key: headerName, value: text.optional() }),
  limit: closed({
    tokens: whole(1).optional(),
    requests: whole(1).optional(),
    unit: oneOf(['second', 'minute', 'hour', 'day']),
  }),
  on_missing_selector: oneOf(['share', 'reject', 'ignore']).optional(),
});

/** What a retry or a fallback answers to. */
export const retryCondition = z.union([oneOf(['connect', 'reset']), whole(400, 599)], {
  error: () => '`connect`, `reset` or a status between 400 and 599',
});

/** Sending again to another model. */
export const fallback = closed({ model: text, to: list(text).min(1), on: list(retryCondition).min(1).optional() });
