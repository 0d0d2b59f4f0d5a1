import { invalidRequest } from '../hermes-error.ts';
import type { ApiId } from '../model/api.ts';
import { usualPaths } from './api-paths.ts';
import { parseBaseUrl, trimPath } from './base-url.ts';
import type { PathRule, Provider, Surface } from './provider.ts';

/** What is asked of an upstream. */
export type Operation = 'generate' | 'count-tokens' | 'embeddings';

/** The upstream call whose path is wanted. Nothing here depends on the client's API. */
export interface Endpoint {
  provider: Provider;
  /** The resolved upstream API. */
  api: ApiId;
  /** The model as the provider knows it. */
  model: string;
  stream: boolean;
  /** Default `generate`. */
  operation?: Operation | undefined;
  /**
   * Path of the configured base_url, which takes the place of the provider's own prefix. Empty or `/`: a base_url without a path, so the
   * usual prefix is used. Undefined: no base_url is configured.
   */
  basePathPrefix?: string | undefined;
  /** Leave out the `/v1` of a base URL that has no path of its own. */
  unversioned?: boolean | undefined;
  /** For providers with dated versions; the provider's default when undefined. */
  apiVersion?: string | undefined;
}

/** The face of a provider that a base_url path selects, if it selects one. */
export function surfaceOf(provider: Provider, basePath: string): Surface | undefined {
  for (const surface of provider.surfaces) if (basePath.endsWith(surface.basePathEnds)) return surface;
  return undefined;
}

function basePathOf({ provider, basePathPrefix, unversioned }: Endpoint): string {
  if (basePathPrefix !== undefined) return trimPath(basePathPrefix);
  return provider.baseUrl === undefined || unversioned === true ? '' : parseBaseUrl(provider.baseUrl).path;
}

function prefixAndRule(endpoint: Endpoint): { prefix: string; rule: PathRule } {
  const { provider, api } = endpoint;
  const usual = usualPaths[api];
  const basePath = basePathOf(endpoint);
  const surface = surfaceOf(provider, basePath);
  const own = provider.paths[api];
  const there = surface?.paths?.[api];
  const rule: PathRule = { ...usual, prefix: provider.prefix ?? usual.prefix, ...own, ...there };
  if (surface !== undefined && there !== undefined) {
    return { prefix: basePath.slice(0, basePath.length - surface.basePathEnds.length) + rule.prefix, rule };
  }
  if (basePath !== '') return { prefix: basePath, rule };
  return { prefix: endpoint.unversioned === true && rule.prefix === '/v1' ? '' : rule.prefix, rule };
}

function operationPath(rule: PathRule, endpoint: Endpoint): string | undefined {
  switch (endpoint.operation ?? 'generate') {
    case 'generate':
      return endpoint.stream ? (rule.streamPath ?? rule.path) : rule.path;
    case 'count-tokens':
      return rule.countTokensPath;
    case 'embeddings':
      return rule.embeddingsPath;
  }
}

/**
 * The path, with its query, of an upstream call. It follows from the provider and the resolved upstream API alone.
 *
 * @throws HermesError (400) for an operation that the API does not have there, see {@link hasOperation}.
 * @example
 * upstreamPath({ provider: groq, api: 'openai-chat', model: 'llama', stream: false }) // '/openai/v1/chat/completions'
 */
export function upstreamPath(endpoint: Endpoint): string {
  const { prefix, rule } = prefixAndRule(endpoint);
  const path = operationPath(rule, endpoint);
  if (path === undefined) {
    throw invalidRequest(
      '',
      `${endpoint.provider.display} has no ${endpoint.operation ?? 'generate'} operation in its ${endpoint.api} API`,
    );
  }
  const model = rule.encodeModel(endpoint.model);
  const apiVersion = encodeURIComponent(endpoint.apiVersion ?? endpoint.provider.apiVersion ?? '');
  return prefix + path.replace('{model}', () => model).replace('{apiVersion}', () => apiVersion);
}

/** Whether the provider has this operation in that API. */
export const hasOperation = (provider: Provider, api: ApiId, operation: Operation): boolean => {
  const endpoint: Endpoint = { provider, api, model: '', stream: false, operation };
  return operationPath(prefixAndRule(endpoint).rule, endpoint) !== undefined;
};

const nameOf = (parameter: string): string => parameter.split('=', 1)[0] ?? '';

/** Adds the parameters of a base_url's query to a path; of two with one name the base_url's wins. */
export function withQuery(path: string, query: string): string {
  if (query === '') return path;
  const at = path.indexOf('?');
  if (at === -1) return `${path}?${query}`;
  const own = path.slice(at + 1).split('&');
  const given = query.split('&');
  const kept = own.filter((parameter) => !given.some((other) => nameOf(other) === nameOf(parameter)));
  return `${path.slice(0, at)}?${[...kept, ...given].join('&')}`;
}

/** An upstream call by URL: the base URL's path is the path prefix. */
export type UpstreamAddress = Omit<Endpoint, 'basePathPrefix'> & {
  /** The configured base_url; the provider's own when undefined. */
  baseUrl?: string | undefined;
};

/**
 * The base URL's path as {@link Endpoint.basePathPrefix} wants it: a base_url that names only the provider's own host means the provider's
 * default path there.
 */
export function basePathPrefixOf(provider: Provider, baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined;
  const { host, path } = parseBaseUrl(baseUrl);
  if (path !== '' || provider.baseUrl === undefined) return path;
  return host === parseBaseUrl(provider.baseUrl).host ? undefined : path;
}

/**
 * The whole URL of an upstream call.
 *
 * @throws HermesError (400) when there is no usable base URL.
 * @example
 * upstreamUrl({ provider: gemini, api: 'gemini', model: 'gemini-3-pro', stream: true })
 * // 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse'
 */
export function upstreamUrl(address: UpstreamAddress): string {
  const { provider } = address;
  const baseUrl = address.baseUrl ?? provider.baseUrl;
  if (baseUrl === undefined) throw invalidRequest('base_url', `required for provider ${provider.id}`);
  const { origin, query } = parseBaseUrl(baseUrl);
  const path = upstreamPath({ ...address, basePathPrefix: basePathPrefixOf(provider, address.baseUrl) });
  return origin + withQuery(path, query);
}
