import type { JsonObject } from '../../src/codec.ts';
import type { ApiId } from '../../src/model/api.ts';
import type { CacheMarkerStrategy } from '../../src/providers/cache.ts';
import { cacheMarkerStrategy, minCachePrefixTokens } from '../../src/providers/cache.ts';
import { estimatedChatPrefixTokens, hasChatCacheMarkers, injectCacheControl } from '../../src/providers/cache-chat.ts';
import { estimatedMessagesPrefixTokens, hasMessagesCacheMarkers, injectCacheBreakpoints } from '../../src/providers/cache-messages.ts';
import { clientApiOfPath } from '../../src/providers/client-route.ts';
import { upstreamPath } from '../../src/providers/endpoint.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { chooseApi, findProvider } from '../../src/providers/registry.ts';

// The golden vectors speak of providers, APIs and strategies by the names of the implementation they were recorded from. This file maps
// those names onto ours; each operation takes a vector's `args` and returns its `expected` or throws.

const recordedIds: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  xiaomi: 'Xiaomi',
  mistral: 'Mistral',
  deepseek: 'Deepseek',
  groq: 'Groq',
  gemini: 'Gemini',
  anthropic: 'Anthropic',
  github: 'GitHub',
  plano: 'Plano',
  azure_openai: 'AzureOpenAI',
  xai: 'XAI',
  together_ai: 'TogetherAI',
  ollama: 'Ollama',
  moonshotai: 'Moonshotai',
  zhipu: 'Zhipu',
  qwen: 'Qwen',
  amazon_bedrock: 'AmazonBedrock',
  chatgpt: 'ChatGPT',
  digitalocean: 'DigitalOcean',
  vercel: 'Vercel',
  openrouter: 'OpenRouter',
  astraflow: 'Astraflow',
  astraflow_cn: 'AstraflowCN',
  meta: 'Meta',
  minimax: 'Minimax',
  edenai: 'EdenAI',
};

const apiOfName: Readonly<Record<string, ApiId>> = {
  chat: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  bedrock: 'bedrock-converse',
  'bedrock-converse': 'bedrock-converse',
  'bedrock-converse-stream': 'bedrock-converse',
  gemini: 'gemini',
};

const canonicalPaths: Partial<Record<ApiId, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
};

/** The API of a vector's `client`, `upstream` or `upstream_api`. */
export function apiOf(name: unknown): ApiId {
  const api = typeof name === 'string' ? apiOfName[name] : undefined;
  if (api === undefined) throw new Error(`Unknown API: ${String(name)}`);
  return api;
}

/** A vector's name of an upstream API; Converse has one name more when it streams. */
export function nameOfApi(api: ApiId, stream: boolean): string {
  switch (api) {
    case 'openai-chat':
      return 'chat';
    case 'openai-responses':
      return 'responses';
    case 'anthropic-messages':
      return 'messages';
    case 'bedrock-converse':
      return stream ? 'bedrock-converse-stream' : 'bedrock-converse';
    case 'gemini':
      return 'gemini';
  }
}

/** A provider that the vectors may name. */
export function recordedProvider(name: unknown): Provider {
  const provider = typeof name === 'string' ? findProvider(name) : undefined;
  if (provider === undefined || recordedIds[provider.id] === undefined) throw new Error(`Unknown provider: ${String(name)}`);
  return provider;
}

function strategyText(strategy: CacheMarkerStrategy): string {
  switch (strategy.type) {
    case 'none':
      return 'None';
    case 'automatic':
      return 'Automatic';
    case 'message-breakpoints':
      return `AnthropicMessagesBreakpoints { max_breakpoints: ${strategy.maxBreakpoints}, min_prefix_tokens: ${strategy.minPrefixTokens} }`;
    case 'content-part-markers':
      return `OpenAiContentPartCacheControl { min_prefix_tokens: ${strategy.minPrefixTokens}, ttl: None }`;
  }
}

interface EndpointArgs {
  client: string;
  provider: string;
  model: string;
  stream?: boolean;
  base_url_path_prefix?: string | null;
  use_unversioned_paths?: boolean;
}

interface CacheInjectArgs {
  client: string;
  body: JsonObject;
  min_prefix_tokens?: number;
  ttl?: string;
}

/**
 * The recorded `endpoint` had no default base URLs: an absent prefix is a base URL without a path.
 */
export function recordedPath(args: EndpointArgs): string {
  const provider = recordedProvider(args.provider);
  const basePathPrefix = args.base_url_path_prefix ?? '/';
  return upstreamPath({
    provider,
    api: chooseApi(provider, apiOf(args.client), { basePathPrefix }),
    model: args.model,
    stream: args.stream === true,
    basePathPrefix,
    unversioned: args.use_unversioned_paths === true,
  });
}

function injectCache({ client, body, min_prefix_tokens: minPrefixTokens = minCachePrefixTokens, ttl }: CacheInjectArgs): unknown {
  if (client === 'messages') {
    return {
      had_markers: hasMessagesCacheMarkers(body),
      estimated_prefix_tokens: estimatedMessagesPrefixTokens(body),
      ...injectCacheBreakpoints(body, { minPrefixTokens }),
    };
  }
  return {
    had_markers: hasChatCacheMarkers(body),
    estimated_prefix_tokens: estimatedChatPrefixTokens(body),
    ...injectCacheControl(body, { ttl, minPrefixTokens }),
  };
}

/** One function an operation of the vectors about providers. */
export const ops: Readonly<Record<string, (args: Record<string, unknown>) => unknown>> = {
  provider_id: ({ name }) => {
    const provider = recordedProvider(name);
    return { id: recordedIds[provider.id], display: provider.display };
  },
  client_api: ({ path }) => {
    const route = clientApiOfPath(String(path));
    return route?.operation === 'generate' ? (canonicalPaths[route.api] ?? null) : null;
  },
  compatible_api: ({ provider, client, stream }) => nameOfApi(chooseApi(recordedProvider(provider), apiOf(client)), stream === true),
  endpoint: (args) => recordedPath(args as unknown as EndpointArgs),
  cache_inject: (args) => injectCache(args as unknown as CacheInjectArgs),
  cache_strategy: ({ provider, model, upstream }) =>
    strategyText(cacheMarkerStrategy(recordedProvider(provider), String(model), apiOf(upstream))),
};
