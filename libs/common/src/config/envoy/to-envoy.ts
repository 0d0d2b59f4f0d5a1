import type { EffectiveConfig } from '../effective.ts';
import { envoyClusters, socketAddress } from './envoy-clusters.ts';
import { envoyListeners } from './envoy-listeners.ts';
import type { EnvoyObject, EnvoyOptions } from './envoy-options.ts';
import { extension } from './envoy-options.ts';

const defaultNode = { addresses: [{ host: '127.0.0.1', port: 9091 }] };
const defaultCaPath = '/etc/ssl/certs/ca-certificates.crt';
const connections = 50_000;

/**
 * The whole bootstrap file of an Envoy that serves a configuration with the filters of Plano: listeners, routes, clusters, TLS, timeouts, retries,
 * compression, access log, tracing, and an admin interface that only this machine reaches. It holds the providers' keys.
 *
 * @throws Error for a listener that needs the Node process when there is none
 * @example
 * writeFileSync('envoy.yaml', stringify(toEnvoy(config, { filters: { prompt: 'prompt_gateway.wasm', llm: 'llm_gateway.wasm' } })), { mode: 0o600 });
 */
export function toEnvoy(config: EffectiveConfig, options: EnvoyOptions): EnvoyObject {
  const node = options.node === undefined ? defaultNode : options.node;
  const complete: EnvoyOptions = { ...options, node };
  return {
    admin: { address: socketAddress('127.0.0.1', options.adminPort ?? 9901) },
    static_resources: {
      listeners: envoyListeners(config, complete),
      clusters: envoyClusters(config, node, options.caPath ?? defaultCaPath),
    },
    stats_config: { histogram_bucket_settings: firstTokenBuckets },
    overload_manager: {
      resource_monitors: [
        extension(
          'envoy.resource_monitors.global_downstream_max_connections',
          'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
          { max_active_downstream_connections: connections },
        ),
      ],
    },
  };
}

/** In milliseconds, as dashboards expect them. */
const firstTokenBuckets = [
  {
    match: { exact: 'wasmcustom.time_to_first_token' },
    buckets: [100, 500, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2200, 2400, 3000, 3500, 4000, 4500, 5000, 6000, 10_000, 60_000, 180_000],
  },
];
