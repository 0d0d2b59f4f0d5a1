import type { JsonObject } from '../codec.ts';
import type { HostedTool } from '../model/request.ts';
import { maybeObject, maybeString } from '../read.ts';

/** What the vendors' web searches can be told alike. Domains are lists of names. */
export interface WebSearch {
  /** City, country, region and timezone, of those that are told. */
  location: JsonObject | undefined;
  allowedDomains: readonly unknown[] | undefined;
  blockedDomains: readonly unknown[] | undefined;
  contextSize: string | undefined;
}

const locationMembers = ['city', 'country', 'region', 'timezone'];

/** Reads the options by any API's names: the place is flat or in `approximate`, the domains stand beside it or in `filters`. */
export function readWebSearch({ value }: HostedTool): WebSearch {
  const options = maybeObject(value) ?? {};
  const filters = maybeObject(options['filters']);
  const list = (name: string): readonly unknown[] | undefined => {
    const domains = options[name] ?? filters?.[name];
    return Array.isArray(domains) && domains.length > 0 ? domains : undefined;
  };
  return {
    location: readLocation(maybeObject(options['user_location'])),
    allowedDomains: list('allowed_domains'),
    blockedDomains: list('blocked_domains'),
    contextSize: maybeString(options['search_context_size']),
  };
}

function readLocation(told: JsonObject | undefined): JsonObject | undefined {
  if (told === undefined) return undefined;
  const source = maybeObject(told['approximate']) ?? told;
  const place: Record<string, unknown> = {};
  for (const key of locationMembers) if (typeof source[key] === 'string') place[key] = source[key];
  return place;
}
