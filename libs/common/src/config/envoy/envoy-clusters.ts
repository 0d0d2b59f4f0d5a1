import { envoyCluster, envoyNodeCluster } from '../../envoy-names.ts';
import type { EffectiveConfig } from '../effective.ts';
import type { EffectiveCircuitBreaker, EffectiveUpstream } from '../effective-provider.ts';
import { parseHttpUrl } from '../parse-url.ts';
import type { EnvoyNode, EnvoyObject } from './envoy-options.ts';
import { extension, seconds } from './envoy-options.ts';

const defaultCollectorPort = 4317;

/** Cluster of the collector of traces. */
export const collectorCluster = 'opentelemetry_collector';

/** What one cluster must do for everybody who uses it. */
interface Destination {
  readonly where: Pick<EffectiveUpstream, 'scheme' | 'host' | 'port'>;
  connectMs: number;
  /** Whether Envoy signs what goes there. */
  signs: boolean;
  /** Requests at the same time; null is the gateway's own limit. */
  concurrency: number | null;
  breaker: EffectiveCircuitBreaker | null;
}

/** All clusters: the places that a configuration sends to, each once. */
export function envoyClusters(config: EffectiveConfig, node: EnvoyNode | null, caPath: string): EnvoyObject[] {
  const clusters = [...destinationsOf(config).entries()].map(([name, destination]) => clusterOf(name, destination, config, caPath));
  if (node !== null) clusters.push(nodeClusterOf(node, config));
  if (config.tracing.randomSamplingPercent > 0) clusters.push(collectorOf(config));
  return clusters;
}

/** The places where a provider's models are. */
export const upstreamsOf = (config: EffectiveConfig): readonly EffectiveUpstream[] =>
  config.providers.flatMap((provider) =>
    [provider.upstream, ...provider.endpoints.map(({ upstream }) => upstream)].filter((upstream) => upstream !== null),
  );

function destinationsOf(config: EffectiveConfig): Map<string, Destination> {
  const found = new Map<string, Destination>();
  const add = (place: Destination): void => {
    const name = envoyCluster(place.where);
    const known = found.get(name);
    if (known === undefined) {
      found.set(name, place);
      return;
    }
    // What one user of a place has not limited cannot be limited for it.
    known.connectMs = Math.max(known.connectMs, place.connectMs);
    known.concurrency = known.concurrency === null || place.concurrency === null ? null : Math.max(known.concurrency, place.concurrency);
    known.signs ||= place.signs;
    if (place.breaker === null) known.breaker = null;
  };
  const { connectMs } = config.timeouts;
  for (const { provider, credential, upstream, endpoints, maxConcurrency: concurrency, circuitBreaker: breaker } of config.providers) {
    const keys = new Map([upstream, ...endpoints.map((endpoint) => endpoint.upstream)].map((where) => [where, credential]));
    for (const endpoint of endpoints) keys.set(endpoint.upstream, endpoint.credential);
    for (const [where, { type }] of keys) {
      if (where !== null) add({ where, connectMs, signs: provider === bedrock && type === 'none', concurrency, breaker });
    }
  }
  for (const where of Object.values(config.endpoints)) {
    add({ where, connectMs: where.connectTimeoutMs, signs: false, concurrency: null, breaker: null });
  }
  const guard = config.prompts.guards?.service ?? null;
  if (guard !== null) add({ where: guard, connectMs, signs: false, concurrency: null, breaker: null });
  return found;
}

function clusterOf(
  name: string,
  { where, connectMs, signs, concurrency, breaker }: Destination,
  config: EffectiveConfig,
  caPath: string,
): EnvoyObject {
  return {
    ...baseOf(name, [where], connectMs, concurrency ?? config.limits.inFlight),
    ...(signs ? { typed_extension_protocol_options: httpOptions({ http_filters: signing(where.host) }) } : {}),
    ...(breaker === null ? {} : { outlier_detection: outlierDetection(breaker) }),
    ...(where.scheme === 'https' ? { transport_socket: upstreamTls(where.host, config.upstreamTls.caPath ?? caPath) } : {}),
  };
}

const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':');
const bufferBytes = 1024 * 1024;
const idleSeconds = '30s';
/** Headers of one message; the limit of their bytes holds besides. */
export const mostHeaders = 1000;
/** Envoy asks nobody that is known to be ill, even when all are. */
const withoutPanic = { healthy_panic_threshold: { value: 0 } };

function baseOf(name: string, places: readonly { host: string; port: number }[], connectMs: number, requests: number): EnvoyObject {
  return {
    name,
    type: places.every(({ host }) => isAddress(host)) ? 'STATIC' : 'STRICT_DNS',
    dns_lookup_family: 'V4_PREFERRED',
    connect_timeout: seconds(connectMs),
    per_connection_buffer_limit_bytes: bufferBytes,
    circuit_breakers: {
      thresholds: [{ max_connections: requests, max_pending_requests: requests, max_requests: requests, max_retries: requests }],
    },
    common_lb_config: withoutPanic,
    typed_extension_protocol_options: httpOptions({}),
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: places.map(({ host, port }) => ({ endpoint: { address: socketAddress(host, port) } })) }],
    },
  };
}

/** A socket as Envoy writes it. */
export const socketAddress = (address: string, port: number): EnvoyObject => ({ socket_address: { address, port_value: port } });

/** HTTP/1.1 unless the rest says otherwise. */
function httpOptions(rest: EnvoyObject): EnvoyObject {
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const common = {
    common_http_protocol_options: { idle_timeout: idleSeconds, max_headers_count: mostHeaders },
    explicit_http_config: { http_protocol_options: {} },
  };
  return { [name]: { '@type': `type.googleapis.com/${name}`, ...common, ...rest } };
}

const bedrock = 'amazon_bedrock';

/** Envoy signs for the account of its machine what goes to Bedrock without a key. The region is part of the host's name, else the machine's own. */
function signing(host: string): EnvoyObject[] {
  const region = /^bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(host)?.[1];
  return [
    extension('envoy.filters.http.aws_request_signing', 'envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning', {
      service_name: 'bedrock',
      ...(region === undefined ? {} : { region }),
      match_excluded_headers: [{ prefix: 'x-envoy' }, { prefix: 'x-forwarded' }, { exact: 'x-request-id' }],
    }),
    extension('envoy.filters.http.upstream_codec', 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
  ];
}

const outlierDetection = ({ failures, windowMs, openMs }: EffectiveCircuitBreaker): EnvoyObject => ({
  consecutive_5xx: failures,
  interval: seconds(windowMs),
  base_ejection_time: seconds(openMs),
  max_ejection_time: seconds(openMs),
  max_ejection_percent: 100,
});

/** The certificate must be signed by a known authority and be for this very host: either alone is not enough. */
function upstreamTls(host: string, caPath: string): EnvoyObject {
  const byAddress = isAddress(host);
  return extension('envoy.transport_sockets.tls', 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
    ...(byAddress ? {} : { sni: host }),
    common_tls_context: {
      tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
      alpn_protocols: ['http/1.1'],
      validation_context: {
        trusted_ca: { filename: caPath },
        match_typed_subject_alt_names: [{ san_type: byAddress ? 'IP_ADDRESS' : 'DNS', matcher: { exact: host } }],
      },
    },
  });
}

/** One of several that drains or is gone gets nothing any more after this. */
const readiness: EnvoyObject = {
  timeout: '1s',
  interval: '1s',
  no_traffic_interval: '1s',
  unhealthy_threshold: 1,
  healthy_threshold: 1,
  http_health_check: { path: '/readyz' },
};

function nodeClusterOf({ addresses }: EnvoyNode, config: EffectiveConfig): EnvoyObject {
  const base = baseOf(envoyNodeCluster, addresses, config.timeouts.connectMs, config.limits.inFlight);
  if (addresses.length === 1) return base;
  // Envoy tells its workers of changes at most once a second otherwise: they would go on asking one that is gone, and not yet one that has come.
  return { ...base, common_lb_config: { ...withoutPanic, update_merge_window: '0s' }, health_checks: [readiness] };
}

function collectorOf(config: EffectiveConfig): EnvoyObject {
  const parsed = parseHttpUrl(config.tracing.endpoint.includes('://') ? config.tracing.endpoint : `http://${config.tracing.endpoint}`);
  if (!parsed.ok) throw new Error(`tracing.endpoint ${parsed.message}`);
  const { host, port } = parsed.url;
  return {
    ...baseOf(
      collectorCluster,
      [{ host, port: port === 80 || port === 443 ? defaultCollectorPort : port }],
      config.timeouts.connectMs,
      config.limits.inFlight,
    ),
    typed_extension_protocol_options: httpOptions({ explicit_http_config: { http2_protocol_options: {} } }),
  };
}
