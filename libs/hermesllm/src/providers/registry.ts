import type { ApiId } from '../model/api.ts';
import { trimPath } from './base-url.ts';
import { surfaceOf } from './endpoint.ts';
import type { Provider } from './provider.ts';
import * as list from './provider-list.ts';

/** All providers, by id. */
export const providers: readonly Provider[] = Object.values(list).sort((a, b) => (a.id < b.id ? -1 : 1));

/** The providers of the configuration that is used when there is none, in its order. */
export const zeroConfigProviders: readonly Provider[] = providers
  .filter((provider) => provider.zeroConfigRank !== undefined)
  .sort((a, b) => (a.zeroConfigRank ?? 0) - (b.zeroConfigRank ?? 0));

const byName: ReadonlyMap<string, Provider> = new Map(
  providers.flatMap((provider) => [provider.id, ...provider.aliases].map((name): [string, Provider] => [name, provider])),
);

/**
 * The provider of a name or alias, whatever its case.
 *
 * @example
 * findProvider('Google')?.id // 'gemini'
 */
export const findProvider = (nameOrAlias: string): Provider | undefined => byName.get(nameOrAlias.toLowerCase());

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Levenshtein distance, with one row of memory. */
function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      row[j] = Math.min(above + 1, row[j - 1]! + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length]!;
}

function remoteness(asked: string, name: string): number {
  const known = plain(name);
  if (known === asked) return 0;
  if (Math.min(asked.length, known.length) >= 3 && (known.includes(asked) || asked.includes(known))) return 1;
  return 1 + distance(asked, known);
}

const longestName = 40;

/**
 * Ids of the providers that a misspelt name may mean, the nearest first; empty when none is near. For the text of an error.
 *
 * @example
 * nearestProviders('antropic') // ['anthropic']
 */
export function nearestProviders(name: string, limit = 3): string[] {
  const asked = plain(name.slice(0, longestName));
  if (asked === '') return [];
  const near: { id: string; score: number }[] = [];
  for (const provider of providers) {
    let score = remoteness(asked, provider.id);
    for (const alias of provider.aliases) score = Math.min(score, remoteness(asked, alias));
    for (const alias of provider.alsoKnownAs) score = Math.min(score, remoteness(asked, alias));
    if (score <= 1 + Math.min(3, Math.floor(asked.length / 3))) near.push({ id: provider.id, score });
  }
  near.sort((a, b) => a.score - b.score);
  return near.slice(0, limit).map((provider) => provider.id);
}

/** What the configuration says about a provider's API. */
export interface ApiChoice {
  /** The API named in the configuration: used whatever the client speaks. */
  configured?: ApiId | undefined;
  /** Path of the configured base_url: it may name a face of the provider that speaks other APIs. */
  basePathPrefix?: string | undefined;
}

/**
 * The API to speak with a provider: the client's own if it is spoken there, so that nothing needs translating, else the provider's first.
 *
 * @example
 * chooseApi(openai, 'openai-responses') // 'openai-responses'
 * chooseApi(openai, 'anthropic-messages') // 'openai-chat'
 */
export function chooseApi(provider: Provider, clientApi: ApiId, choice: ApiChoice = {}): ApiId {
  if (choice.configured !== undefined) return choice.configured;
  const spoken = surfaceOf(provider, trimPath(choice.basePathPrefix ?? ''))?.apis ?? provider.apis;
  return spoken.includes(clientApi) ? clientApi : spoken[0]!;
}

/** Whether a provider is known to speak an API, asked or unasked. */
export const speaksApi = (provider: Provider, api: ApiId): boolean => provider.apis.includes(api) || provider.optionalApis.includes(api);
