import { awsVariables, bedrockEndpoint, bedrockListing } from './bedrock-listing.ts';
import type { Listings, ModelFacts } from './facts.ts';
import { type FetchLimits, fetchListing } from './fetch-listing.ts';
import { type ListEndpoint, listEndpoints } from './list-endpoints.ts';

/** How one provider's refresh went. */
export type Outcome =
  | {
      readonly key: string;
      readonly status: 'fetched';
      readonly models: number;
      readonly added: readonly string[];
      readonly gone: readonly string[];
    }
  | { readonly key: string; readonly status: 'skipped' | 'failed'; readonly reason: string };

/** What a refresh is made with. */
export interface RefreshOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Catalogue keys to ask; all when absent. */
  readonly only?: readonly string[] | undefined;
  readonly limits?: FetchLimits;
  readonly endpoints?: readonly ListEndpoint[];
}

const reasonOf = (error: unknown, secret: string): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const text = error instanceof Error ? `${error.name === 'TimeoutError' ? 'no answer in time' : error.message}${cause}` : String(error);
  return secret === '' ? text : text.replaceAll(secret, '…');
};

/**
 * Asks every endpoint whose key is set, one after the other. A provider that was not asked or did not answer keeps what it had.
 *
 * @throws when `only` names a key without an endpoint.
 */
export async function refreshListings(before: Listings, options: RefreshOptions): Promise<{ listings: Listings; outcomes: Outcome[] }> {
  const endpoints = options.endpoints ?? listEndpoints;
  const providers = { ...before.providers };
  const outcomes: Outcome[] = [];
  const keys = ['amazon', ...endpoints.map((endpoint) => endpoint.key)].sort();
  for (const key of options.only ?? [])
    if (!keys.includes(key)) throw new Error(`no list endpoint for ${key}; there are ${keys.join(', ')}`);

  const take = async (key: string, endpoint: string, secret: string, list: () => Promise<ModelFacts[]>): Promise<void> => {
    try {
      const models = (await list()).sort((left, right) => (left.id < right.id ? -1 : 1));
      const had = new Set(before.providers[key]?.models.map((model) => model.id));
      const has = new Set(models.map((model) => model.id));
      providers[key] = { endpoint, date: options.today, models };
      outcomes.push({
        key,
        status: 'fetched',
        models: models.length,
        added: [...has].filter((id) => !had.has(id)),
        gone: [...had].filter((id) => !has.has(id)),
      });
    } catch (error) {
      outcomes.push({ key, status: 'failed', reason: reasonOf(error, secret) });
    }
  };

  for (const key of keys) {
    if (options.only !== undefined && !options.only.includes(key)) continue;
    const endpoint = endpoints.find((candidate) => candidate.key === key);
    const variables = endpoint?.variables ?? awsVariables;
    const secret = variables.map((name) => options.environment[name]).find((value) => value !== undefined && value !== '');
    if (secret === undefined) outcomes.push({ key, status: 'skipped', reason: `${variables.join(' or ')} is not set` });
    else if (endpoint === undefined) await take(key, bedrockEndpoint, '', () => bedrockListing(options.environment));
    else await take(key, endpoint.url, secret, () => fetchListing(endpoint, secret, options.limits));
  }
  const sorted = Object.fromEntries(Object.entries(providers).sort(([left], [right]) => (left < right ? -1 : 1)));
  return { listings: { providers: sorted }, outcomes };
}

/** One line a provider. */
export const outcomeLine = (outcome: Outcome): string =>
  outcome.status === 'fetched'
    ? `${outcome.key}: ${outcome.models} models, ${outcome.added.length} new, ${outcome.gone.length} gone${outcome.gone.length > 0 ? ` (${outcome.gone.join(', ')})` : ''}`
    : `${outcome.key}: ${outcome.status}, ${outcome.reason}`;
