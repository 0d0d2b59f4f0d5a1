// Who serves the APIs, as data; kept apart so that a bundle of two codecs has no table of providers.

export type { CacheInjection, CacheMarkerStrategy } from './providers/cache.ts';
export { cacheMarkerStrategy, minCachePrefixTokens, providerCacheCapability } from './providers/cache.ts';
export { estimatedChatPrefixTokens, hasChatCacheMarkers, injectCacheControl } from './providers/cache-chat.ts';
export { estimatedMessagesPrefixTokens, hasMessagesCacheMarkers, injectCacheBreakpoints } from './providers/cache-messages.ts';
export { changedMembers } from './providers/adapt-request.ts';
export type { ApiChoice } from './providers/registry.ts';
export { speaksApi, zeroConfigProviders } from './providers/registry.ts';
export type { ClientHeaders, HeaderSources } from './providers/auth.ts';
export { authScheme, clientCredentialHeaders, defaultAnthropicVersion } from './providers/auth.ts';
export type { UpstreamAddress } from './providers/endpoint.ts';
export type { BetaHeaderRule, CacheRetention, HeaderValue, PathRule, PathRules, Surface } from './providers/provider.ts';
export * from './providers/index.ts';
