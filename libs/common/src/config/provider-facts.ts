import { type ApiId, findProvider, type Provider, providers } from '@plano/hermesllm';
import { parseHttpUrl } from './parse-url.ts';

/** What the configuration needs to know of a provider. */
export interface ProviderFacts {
  readonly id: string;
  /** As `owned_by` in `/v1/models`. */
  readonly displayName: string;
  /** Where the provider is unless the author says otherwise; null when the author must say. */
  readonly origin: { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number; readonly authority: string } | null;
  /** Where the key usually is in the environment, the preferred variable first. */
  readonly keyVariables: readonly string[];
  /** False: works without a key. */
  readonly keyRequired: boolean;
  /** Every API that it speaks, also those only spoken on demand. */
  readonly apis: readonly ApiId[];
  readonly headers: Provider['headers'];
}

const byId: ReadonlyMap<string, ProviderFacts> = new Map(providers.map((provider) => [provider.id, factsOf(provider)]));

function factsOf(provider: Provider): ProviderFacts {
  const url = provider.baseUrl === undefined ? null : parseHttpUrl(provider.baseUrl);
  return {
    id: provider.id,
    displayName: provider.display,
    origin: url?.ok === true ? { scheme: url.url.scheme, host: url.url.host, port: url.url.port, authority: url.url.authority } : null,
    keyVariables: provider.keyVariables,
    keyRequired: provider.keyRequired,
    apis: [...provider.apis, ...provider.optionalApis],
    headers: provider.headers,
  };
}

/** Facts of a provider by its id or one of its other names, in any case. */
export function findProviderFacts(name: string): ProviderFacts | undefined {
  const provider = findProvider(name);
  return provider === undefined ? undefined : byId.get(provider.id);
}

/** Ids of all providers. */
export const providerIds: readonly string[] = providers.map((provider) => provider.id);

/** Ids of the providers that are there without a configuration, in their order. */
export const zeroConfigProviderIds: readonly string[] = providers
  .filter((provider) => provider.zeroConfigRank !== undefined)
  .sort((one, other) => (one.zeroConfigRank ?? 0) - (other.zeroConfigRank ?? 0))
  .map((provider) => provider.id);
