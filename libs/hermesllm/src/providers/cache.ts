import type { JsonObject } from '../codec.ts';
import type { ApiId } from '../model/api.ts';
import type { CacheRetention, Provider } from './provider.ts';

/** How a prompt gets cached upstream. Sizes are in tokens. */
export type CacheMarkerStrategy =
  | { type: 'none' }
  /** The provider caches by itself. */
  | { type: 'automatic' }
  /** `cache_control` on blocks of a Messages request. */
  | { type: 'message-breakpoints'; maxBreakpoints: number; minPrefixTokens: number }
  /** `cache_control` on content parts of a Chat request. */
  | { type: 'content-part-markers'; minPrefixTokens: number };

/** Smallest prefix that providers cache. Source: {@link https://platform.claude.com/docs/en/build-with-claude/prompt-caching}. */
export const minCachePrefixTokens = 1024;

const none: CacheMarkerStrategy = { type: 'none' };
const automatic: CacheMarkerStrategy = { type: 'automatic' };

function chatStrategy(provider: Provider, model: string): CacheMarkerStrategy {
  const name = model.toLowerCase();
  const { claudeMarkers, automatic: cachesOthers } = provider.capabilities.promptCache;
  if (name.includes('claude') || name.includes('anthropic')) {
    return claudeMarkers ? { type: 'content-part-markers', minPrefixTokens: minCachePrefixTokens } : none;
  }
  return name.includes('gpt') || name.includes('openai') || cachesOthers ? automatic : none;
}

/**
 * What has to be done to a request for its prompt to be cached.
 *
 * @example
 * cacheMarkerStrategy(openrouter, 'anthropic/claude-sonnet-4', 'openai-chat') // { type: 'content-part-markers', minPrefixTokens: 1024 }
 */
export function cacheMarkerStrategy(provider: Provider, model: string, upstreamApi: ApiId): CacheMarkerStrategy {
  switch (upstreamApi) {
    case 'anthropic-messages':
      return { type: 'message-breakpoints', maxBreakpoints: 4, minPrefixTokens: minCachePrefixTokens };
    case 'openai-responses':
    case 'gemini':
      return automatic;
    case 'bedrock-converse':
      return none;
    case 'openai-chat':
      return chatStrategy(provider, model);
  }
}

/** How long a provider keeps cached prompts. */
export const providerCacheCapability = (provider: Provider): CacheRetention => provider.capabilities.cacheRetention;

/** A request with or without new cache markers; `body` is the same object when nothing was injected. */
export interface CacheInjection {
  body: JsonObject;
  injected: boolean;
}
