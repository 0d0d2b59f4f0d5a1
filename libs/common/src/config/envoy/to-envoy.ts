import { defaultNodePort } from '../../envoy-names.ts';
import { clientCredentialHeaders, headerNames } from '../../headers.ts';
import type { EffectiveConfig } from '../effective.ts';
import { envoyClusters, socketAddress } from './envoy-clusters.ts';
import { envoyListeners } from './envoy-listeners.ts';
import type { EnvoyNode, EnvoyObject, EnvoyOptions } from './envoy-options.ts';
import { extension } from './envoy-options.ts';

const defaultCaPath = '/etc/ssl/certs/ca-certificates.crt';
const leastConnections = 50_000;

/**
 * The whole bootstrap file of an Envoy that serves a configuration with the filters of Plano: listeners, routes, clusters, TLS, timeouts, retries,
 * compression, access log, tracing, and an admin interface that only this machine reaches. It holds the providers' keys.
 *
 * @throws Error for a listener that needs the Node process when there is none, and for keys of that process that would hide a client's own
 * @example
 * writeFileSync('envoy.yaml', stringify(toEnvoy(config, { filters: { prompt: 'prompt_gateway.wasm', llm: 'llm_gateway.wasm' } })), { mode: 0o600 });
 */
export function toEnvoy(config: EffectiveConfig, options: EnvoyOptions): EnvoyObject {
  const node = options.node === undefined ? configuredNode(config) : options.node;
  if (node !== null) checkNodeKeys(config);
  const complete: EnvoyOptions = { ...options, node };
  return {
    admin: { address: socketAddress('127.0.0.1', options.adminPort ?? 9901) },
    static_resources: {
      listeners: envoyListeners(config, complete),
      clusters: envoyClusters(config, node, options.caPath ?? defaultCaPath),
    },
    layered_runtime: { layers: [{ name: 'plano', static_layer: connectionLimits(config) }] },
    stats_config: { histogram_bucket_settings: firstTokenBuckets },
    overload_manager: {
      resource_monitors: [
        extension(
          'envoy.resource_monitors.global_downstream_max_connections',
          'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          { max_active_downstream_connections: Math.max(leastConnections, config.listeners.length * config.limits.connections) },
        ),
      ],
    },
  };
}

/** What Envoy has no field for. */
function connectionLimits({ listeners, limits }: EffectiveConfig): EnvoyObject {
  const layer: Record<string, number> = { 'overload.premature_reset_total_stream_count': limits.http2Resets };
  for (const { name } of listeners) layer[`envoy.resource_limits.listener.${name}.connection_limit`] = limits.connections;
  return layer;
}

function configuredNode({ internalListeners }: EffectiveConfig): EnvoyNode {
  const { address: host, port } = internalListeners.find(({ type }) => type === 'brightstaff') ?? {
    address: '127.0.0.1',
    port: defaultNodePort,
  };
  return { addresses: [{ host, port }] };
}

/** What Envoy shows the Node process stands in a header that a client may need for its own credential. */
function checkNodeKeys({ internalListeners, providers }: EffectiveConfig): void {
  const auth = internalListeners.find(({ type }) => type === 'brightstaff')?.auth ?? null;
  if (auth === null || !clientCredentialHeaders.has(auth.header) || auth.header === headerNames.planoKey) return;
  if (providers.every(({ credential }) => credential.type !== 'pass-through')) return;
  throw new Error(
    `internal_listeners.brightstaff.auth.header is ${auth.header}, where clients show the key that is passed on to a provider: set it to ${headerNames.planoKey}`,
  );
}

/** In milliseconds, as dashboards expect them. */
const firstTokenBuckets = [
  {
    match: { exact: 'wasmcustom.time_to_first_token' },
    buckets: [100, 500, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2200, 2400, 3000, 3500, 4000, 4500, 5000, 6000, 10_000, 60_000, 180_000],
  },
];
