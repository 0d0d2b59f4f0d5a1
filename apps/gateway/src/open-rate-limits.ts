import type { EffectiveConfig } from '@plano/common';
import { tokenFamily } from '@plano/common';
import { loadTokenizer } from './adapters/tokenizers.ts';
import type { RateLimitStore } from './rate-limit-store.ts';

/**
 * The buckets that a configuration asks for, in Redis or in memory. Tokenizers that its limits need are loaded now, so that no request waits for
 * them.
 *
 * @param memory - the buckets of this process, which outlive a configuration
 * @param warn - told when Redis can no longer be used and when it can be again, once each time
 */
export async function openRateLimits(
  config: EffectiveConfig,
  memory: RateLimitStore,
  warn: (message: string) => void,
): Promise<RateLimitStore> {
  if (config.rateLimits.some(({ limit }) => limit.tokens !== null)) loadTokenizers(config);
  const { redis, rateLimits } = config;
  if (redis === null || rateLimits.length === 0) return memory;
  const without = redis.onFailure === 'open' ? 'requests are not limited' : 'limited requests are answered with 503';
  // Most have no Redis, and its client is an eighth of what a start would load.
  const { createRedisStore } = await import('./adapters/redis-store.ts');
  return createRedisStore(redis, {
    onAvailability: (available, reason) =>
      warn(available ? 'Redis is back: limits apply again' : `Redis cannot be used (${reason}): ${without} until it can`),
  });
}

/** The tokenizers of the models that are limited in tokens. */
function loadTokenizers({ rateLimits, providers }: EffectiveConfig): void {
  for (const { model, limit } of rateLimits) {
    if (limit.tokens === null) continue;
    for (const provider of providers) {
      if (provider.builtin !== null || ![provider.name, provider.id, provider.model].includes(model)) continue;
      const family = tokenFamily(provider.model);
      if (family === 'o200k') loadTokenizer('o200k_base');
      else if (family === 'cl100k') loadTokenizer('cl100k_base');
    }
  }
}
