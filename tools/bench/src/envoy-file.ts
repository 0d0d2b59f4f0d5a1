import { deriveConfig, type EnvoyObject, formatProblem, parseConfig, toEnvoy } from '@plano/common/config';
import { builtFilters } from '@plano/envoy';
import { upstreamKey } from './upstream.ts';

/**
 * `plain`: router, route and cluster, and nothing else. `no-filters`: our file without the two filters. `off-path`: our file, and a route on which
 * they are off. `llm`, `prompt-and-llm`: our file as it is for a model or a prompt listener.
 */
export type EnvoyShape = 'plain' | 'no-filters' | 'off-path' | 'llm' | 'prompt-and-llm';

export interface EnvoyFileOptions {
  readonly port: number;
  readonly upstreamPort: number;
  readonly accessLog?: string;
  /** More of the configuration, as YAML lines. */
  readonly more?: string;
}

/** A file for Envoy in front of the benchmark's upstream. */
export function envoyFile(shape: EnvoyShape, { port, upstreamPort, accessLog, more = '' }: EnvoyFileOptions): EnvoyObject {
  const type = shape === 'prompt-and-llm' ? 'prompt' : 'model';
  const yaml = `
version: v0.4.0
listeners: [{ name: llm, type: ${type}, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, base_url: "http://127.0.0.1:${upstreamPort}/v1", access_key: ${upstreamKey}, default: true }]
${more}`;
  const parsed = parseConfig(yaml, { file: 'bench.yaml', environment: {} });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const config = deriveConfig(parsed.config, {});
  const listening = { ...config, listeners: config.listeners.map((listener) => ({ ...listener, port })) };
  const file = toEnvoy(listening, { filters: builtFilters(), node: null, adminPort: 0, ...(accessLog === undefined ? {} : { accessLog }) });
  return shape === 'llm' || shape === 'prompt-and-llm' ? file : reshaped(structuredClone(file) as unknown as EnvoyFile, shape);
}

/** The parts of a file that are changed. */
interface EnvoyFile {
  readonly static_resources: {
    readonly listeners: readonly { readonly filter_chains: readonly { readonly filters: readonly ManagerFilter[] }[] }[];
  };
}
interface ManagerFilter {
  readonly typed_config: {
    http_filters: { readonly name: string }[];
    access_log?: unknown;
    early_header_mutation_extensions?: unknown;
    readonly route_config: { readonly virtual_hosts: readonly { routes: Route[] }[] };
  };
}
interface Route {
  match: object;
  route?: { retry_policy?: unknown };
  request_headers_to_remove?: unknown;
  typed_per_filter_config?: object;
}

const off = { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true };

function reshaped(file: EnvoyFile, shape: 'plain' | 'no-filters' | 'off-path'): EnvoyObject {
  const manager = file.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  const host = manager?.route_config.virtual_hosts[0];
  const found = host?.routes.find(({ route }) => route !== undefined);
  if (manager === undefined || host === undefined || found === undefined) throw new Error('The file for Envoy has another form');
  const route: Route = { ...found, match: { prefix: '/v1/' } };
  if (shape === 'off-path') route.typed_per_filter_config = { llm_gateway: off };
  else {
    manager.http_filters = manager.http_filters.filter(
      ({ name }) => !name.endsWith('_gateway') && (shape !== 'plain' || name.endsWith('.router')),
    );
  }
  if (shape === 'plain') {
    delete manager.access_log;
    delete manager.early_header_mutation_extensions;
    delete route.request_headers_to_remove;
    if (route.route !== undefined) delete route.route.retry_policy;
  }
  host.routes = shape === 'off-path' ? [route, ...host.routes] : [route];
  return file as unknown as EnvoyObject;
}
