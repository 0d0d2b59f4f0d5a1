import type { DeriveContext } from './derive-context.ts';
import type { EffectiveAgent, EffectiveEndpoint, EffectiveFilter } from './effective-prompt.ts';
import { parseHostPort, parseHttpUrl } from './parse-url.ts';
import type { Path } from './problem.ts';

/** Everything that can be called by name. */
export interface DerivedEndpoints {
  readonly endpoints: Readonly<Record<string, EffectiveEndpoint>>;
  readonly agents: readonly EffectiveAgent[];
  readonly filters: readonly EffectiveFilter[];
  /** Ids of agents and filters. */
  readonly filterIds: ReadonlySet<string>;
}

/** Stands where an address cannot be read, so that what refers to it can be checked all the same. */
const nowhere = { scheme: 'http', host: 'invalid', port: 80, authority: 'invalid' } as const;

/** The declared endpoints, and one for each agent and filter under its id. */
export function deriveEndpoints(context: DeriveContext, connectMs: number): DerivedEndpoints {
  const { author, reporter } = context;
  const endpoints = new Map<string, EffectiveEndpoint>();
  for (const [name, written] of Object.entries(author.endpoints ?? {})) {
    const path: Path = ['endpoints', name];
    const address = parseHostPort(written.endpoint);
    if (!address.ok) {
      const hint = written.endpoint.includes('://') ? 'leave out the scheme; it belongs in `protocol`' : address.hint;
      reporter.problem([...path, 'endpoint'], address.message, hint);
    }
    const ownHost = written.http_host === undefined ? null : parseHostPort(written.http_host);
    if (ownHost !== null && !ownHost.ok) reporter.problem([...path, 'http_host'], ownHost.message, ownHost.hint);
    const scheme = written.protocol ?? 'http';
    const usualPort = scheme === 'http' ? 80 : 443;
    const { host, port: ownPort } = address.ok ? address : nowhere;
    const port = ownPort ?? usualPort;
    const shown = host.includes(':') ? `[${host}]` : host;
    endpoints.set(name, {
      scheme,
      host,
      port,
      authority: written.http_host ?? (port === usualPort ? shown : `${shown}:${port}`),
      connectTimeoutMs: written.connect_timeout ?? connectMs,
      prefixAffinity: written.prefix_affinity ?? false,
    });
  }
  const filterIds = new Set<string>();
  const add = (id: string, url: string, path: Path): void => {
    if (filterIds.has(id)) reporter.problem([...path, 'id'], `\`${id}\` is there twice; agents and filters share their ids`);
    else if (endpoints.has(id)) reporter.problem([...path, 'id'], `\`${id}\` is also the name of an endpoint`);
    filterIds.add(id);
    const parsed = parseHttpUrl(url);
    if (!parsed.ok) reporter.problem([...path, 'url'], parsed.message, parsed.hint);
    const { scheme, host, port, authority } = parsed.ok ? parsed.url : nowhere;
    if (!endpoints.has(id)) endpoints.set(id, { scheme, host, port, authority, connectTimeoutMs: connectMs, prefixAffinity: false });
  };
  for (const [index, agent] of (author.agents ?? []).entries()) add(agent.id, agent.url, ['agents', index]);
  for (const [index, filter] of (author.filters ?? []).entries()) add(filter.id, filter.url, ['filters', index]);
  return {
    endpoints: Object.fromEntries(endpoints),
    agents: (author.agents ?? []).map(({ id, url }) => ({ id, url })),
    filters: (author.filters ?? []).map((filter) => ({
      id: filter.id,
      url: filter.url,
      type: filter.type ?? 'mcp',
      transport: filter.transport ?? 'streamable-http',
      tool: filter.tool ?? filter.id,
    })),
    filterIds,
  };
}
