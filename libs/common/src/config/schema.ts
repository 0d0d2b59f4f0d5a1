import { z } from 'zod';
import { internalListeners, listeners } from './schema-listeners.ts';
import { limits, logging, metrics, overrides, redis, retries, stateStorage, timeouts, tracing } from './schema-operations.ts';
import { agent, endpoint, filter, functionCalling, promptGuards, promptTarget, tokens } from './schema-prompts.ts';
import { modelAliases, modelProvider } from './schema-providers.ts';
import { fallback, metricsSource, promptCaching, rateLimit, routing, routingPreference } from './schema-routing.ts';
import { anyText, closed, flag, list, mapOf, oneOf } from './schema-values.ts';

/** Every version that a file may name. */
const versions = ['v0.1', 'v0.1.0', '0.1-beta', '0.2.0', 'v0.3.0', 'v0.4.0'] as const;

/**
 * The whole file that an author writes, deprecated spellings included. Parsing it fills in no defaults: it turns sizes into bytes, durations
 * into milliseconds and header names into lower case, and nothing else.
 */
export const authorSchema = closed({
  version: oneOf(versions),
  agents: list(agent).optional(),
  filters: list(filter).optional(),
  listeners,
  endpoints: mapOf(endpoint).optional(),
  model_providers: list(modelProvider).optional(),
  llm_providers: list(modelProvider).optional(),
  model_aliases: modelAliases.optional(),
  overrides: overrides.optional(),
  prompt_caching: promptCaching.optional(),
  system_prompt: anyText.optional(),
  prompt_targets: list(promptTarget).optional(),
  ratelimits: list(rateLimit).optional(),
  tracing: tracing.optional(),
  mode: oneOf(['llm', 'prompt']).optional(),
  routing: routing.optional(),
  state_storage: stateStorage.optional(),
  prompt_guards: promptGuards.optional(),
  routing_preferences: list(routingPreference).optional(),
  model_metrics_sources: list(metricsSource).optional(),
  routing_hint: flag.optional(),
  limits: limits.optional(),
  timeouts: timeouts.optional(),
  retries: retries.optional(),
  fallbacks: list(fallback).optional(),
  redis: redis.optional(),
  function_calling: functionCalling.optional(),
  tokens: tokens.optional(),
  logging: logging.optional(),
  metrics: metrics.optional(),
  internal_listeners: internalListeners.optional(),
});

/** A file as parsed. */
export type AuthorConfig = z.output<typeof authorSchema>;

/**
 * The schema of the file as JSON Schema, for editors.
 *
 * @example
 * writeFileSync('plano.schema.json', JSON.stringify(configJsonSchema(), null, 2));
 */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(authorSchema, { io: 'input', unrepresentable: 'any' });
}
