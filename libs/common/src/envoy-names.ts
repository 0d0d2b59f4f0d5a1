import type { UpstreamTarget } from './http.ts';

/** The name under which a filter keeps the summary of an exchange for Envoy's access log. */
export const envoySummaryKey = 'plano.summary';

/** The name under which it keeps the client's path, without its query: what Envoy sees is the upstream's. */
export const envoyPathKey = 'plano.path';

/**
 * The names under which a filter leaves what Envoy is to say to the client when an answer breaks off, or takes too long, while the filter holds it
 * back: Envoy asks no filter then.
 */
export const envoyFailureKeys = { reset: 'plano.reset', timeout: 'plano.timeout' } as const;

/** The name by which Envoy's `response.code_details` tells an answer of a filter. */
export const envoyOwnDetails = 'plano';

/** Envoy's cluster for the Node process beside it. */
export const envoyNodeCluster = 'bright_staff';

/** Port of the brightstaff API where the configuration names none. */
export const defaultNodePort = 9091;

/** Root ids of the filters, which are also the names of their files. */
export const envoyFilters = { prompt: 'prompt_gateway', llm: 'llm_gateway' } as const;

/**
 * The name of Envoy's cluster for an upstream. The file that is written for Envoy and the filter that runs there both ask here.
 *
 * @example
 * envoyCluster({ type: 'socket', scheme: 'https', host: 'api.openai.com', port: 443, authority: 'api.openai.com' }); // 'https://api.openai.com:443'
 */
export function envoyCluster({ scheme, host, port }: Pick<UpstreamTarget & { type: 'socket' }, 'scheme' | 'host' | 'port'>): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
