import { envoyPathKey, envoySummaryKey } from '../../envoy-names.ts';
import { headerNames } from '../../headers.ts';
import type { EffectiveAuth, EffectiveConfig, EffectiveInternalListener, EffectiveListener, EffectiveTls } from '../effective.ts';
import type { EffectiveTracing } from '../effective-telemetry.ts';
import { collectorCluster, mostHeaders, socketAddress } from './envoy-clusters.ts';
import { type FilterChoice, envoyHttpFilters } from './envoy-filters.ts';
import { localReplies } from './envoy-local-replies.ts';
import type { EnvoyObject, EnvoyOptions } from './envoy-options.ts';
import { extension, seconds } from './envoy-options.ts';
import { idleMsOf, nodeRoutes, providerRoutes, type RouteSettings } from './envoy-routes.ts';

/** A socket of Envoy's and what stands behind it. */
interface Socket {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tls: EffectiveTls | null;
  readonly origins: readonly string[];
  readonly auth: EffectiveAuth | null;
  readonly filters: FilterChoice;
  readonly routes: EnvoyObject;
  /** Service name of its spans. */
  readonly service: 'plano(inbound)' | 'plano(outbound)';
  /** How long nothing may move. */
  readonly idleMs: number;
  /** Whether clients are outside, so that nothing of ours may come in. */
  readonly external: boolean;
}

/** All listeners: those of the configuration, the internal LLM listener too if it has one. */
export function envoyListeners(config: EffectiveConfig, options: EnvoyOptions): EnvoyObject[] {
  const sockets = config.listeners.map((listener) => socketOf(listener, config, options));
  for (const internal of config.internalListeners)
    if (internal.type === 'internal-llm') sockets.push(internalLlm(internal, config, options));
  return sockets.map((socket) => listenerOf(socket, config, options));
}

function socketOf(listener: EffectiveListener, config: EffectiveConfig, options: EnvoyOptions): Socket {
  const { name, address, port, tls, cors, auth, timeoutMs, maxRetries } = listener;
  const settings: RouteSettings = { timeoutMs, maxRetries, origins: cors?.origins ?? [] };
  const base = { name, address, port, tls, origins: settings.origins, auth, idleMs: idleMsOf(config), external: true } as const;
  const filtered = (filters: FilterChoice): Socket => ({
    ...base,
    filters,
    routes: providerRoutes(config, settings, options.node !== null),
    service: filters === 'llm' ? 'plano(outbound)' : 'plano(inbound)',
  });
  if (listener.type === 'prompt') {
    // Nothing moves while the filter waits for calls.
    const { functionCalling, useAgentOrchestrator } = config.prompts;
    // An orchestrator takes all that the prompt filter sends on: none of it is for an LLM.
    const filters = useAgentOrchestrator ? 'prompt' : 'prompt-and-llm';
    return { ...filtered(filters), idleMs: base.idleMs + functionCalling.timeoutMs + config.timeouts.filterCallMs };
  }
  if (listener.type === 'model') return filtered('llm');
  if (options.node === null) throw new Error(`Listener '${name}' needs the Node process, and there is none`);
  return {
    ...base,
    filters: 'none',
    routes: nodeRoutes(config, settings, name),
    service: 'plano(inbound)',
  };
}

function internalLlm({ name, address, port, auth }: EffectiveInternalListener, config: EffectiveConfig, options: EnvoyOptions): Socket {
  const settings: RouteSettings = { timeoutMs: config.timeouts.totalMs, maxRetries: config.retries.max, origins: [] };
  return {
    name,
    address,
    port,
    tls: null,
    origins: [],
    auth,
    filters: 'llm',
    routes: providerRoutes(config, settings, options.node !== null),
    service: 'plano(outbound)',
    idleMs: idleMsOf(config),
    external: false,
  };
}

// Envoy holds at most so much of a body for a filter, and so much for a client that does not read.
const largestBuffer = 32 * 1024 * 1024;
const spareBytes = 64 * 1024;

function listenerOf(socket: Socket, config: EffectiveConfig, options: EnvoyOptions): EnvoyObject {
  const { requestBodyBytes, responseBodyBytes } = config.limits;
  const bufferBytes = Math.max(requestBodyBytes, Math.min(responseBodyBytes, largestBuffer));
  const manager = extension(
    'envoy.filters.network.http_connection_manager',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: socket.name.replace(/[^A-Za-z0-9_]/g, '_'),
      codec_type: 'AUTO',
      // Old proxies speak HTTP/1.0 to what is behind them.
      http_protocol_options: { accept_http_10: true },
      http2_protocol_options: { max_concurrent_streams: config.limits.http2Streams },
      max_request_headers_kb: Math.max(1, Math.min(8192, Math.ceil(config.limits.headerBytes / 1024))),
      stream_idle_timeout: seconds(socket.idleMs),
      request_headers_timeout: seconds(Math.min(config.timeouts.requestHeadMs, config.timeouts.requestMs)),
      request_timeout: seconds(config.timeouts.requestMs),
      drain_timeout: seconds(config.timeouts.drainMs),
      common_http_protocol_options: { idle_timeout: seconds(config.timeouts.keepAliveMs), max_headers_count: mostHeaders },
      generate_request_id: true,
      preserve_external_request_id: true,
      always_set_request_id_in_response: true,
      request_id_extension: requestIds,
      local_reply_config: localReplies(socket.filters !== 'none'),
      server_header_transformation: 'PASS_THROUGH',
      ...(socket.external ? { early_header_mutation_extensions: [withoutInternalHeaders] } : {}),
      access_log: quietLevels.has(config.logging.level)
        ? []
        : [accessLog(config, socket.filters !== 'none', options.accessLog ?? config.logging.file)],
      ...(config.tracing.randomSamplingPercent > 0 ? { tracing: tracing(config.tracing, socket.service) } : {}),
      route_config: socket.routes,
      http_filters: envoyHttpFilters(
        config,
        { choice: socket.filters, listener: socket.name, bufferBytes, cors: socket.origins.length > 0, auth: socket.auth },
        options,
      ),
    },
  );
  return {
    name: socket.name,
    address: socketAddress(socket.address, socket.port),
    per_connection_buffer_limit_bytes: bufferBytes + spareBytes,
    filter_chains: [{ filters: [manager], ...(socket.tls === null ? {} : { transport_socket: downstreamTls(socket.tls) }) }],
  };
}

/** Ids stay as clients send them: nothing of tracing is hidden in them. */
const requestIds: EnvoyObject = {
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
    pack_trace_reason: false,
    use_request_id_for_trace_sampling: false,
  },
};

const internalNames = [
  headerNames.upstream,
  headerNames.provider,
  headerNames.agentListenerName,
  headerNames.listenerName,
  headerNames.streamingRequest,
];

/** Headers by which the parts of Plano talk to each other, and Envoy's own: no client may send them. */
const withoutInternalHeaders = extension(
  'envoy.http.early_header_mutation.header_mutation',
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
  {
    mutations: [...internalNames.map((remove) => ({ remove })), { remove_on_match: { key_matcher: { prefix: 'x-envoy-' } } }],
  },
);

const downstreamTls = ({ cert, key }: EffectiveTls): EnvoyObject =>
  extension('envoy.transport_sockets.tls', 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
    common_tls_context: {
      tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
      alpn_protocols: ['h2', 'http/1.1'],
      tls_certificates: [{ certificate_chain: { filename: cert }, private_key: { filename: key } }],
    },
  });

/** Exchanges are told at `info`. */
const quietLevels: ReadonlySet<string> = new Set(['warn', 'error', 'silent']);

/** One line for each exchange, without its content and without queries, which may carry keys. `plano` is the filter's summary. */
function accessLog({ logging }: EffectiveConfig, filtered: boolean, path: string | null): EnvoyObject {
  const fields = {
    time: '%START_TIME%',
    status: '%RESPONSE_CODE%',
    method: '%REQ(:METHOD)%',
    path: filtered ? `%FILTER_STATE(wasm.${envoyPathKey}:PLAIN)%` : '%PATH(NQ:ORIG_OR_PATH)%',
    upstreamPath: '%PATH(NQ:PATH)%',
    flags: '%RESPONSE_FLAGS%',
    details: '%RESPONSE_CODE_DETAILS%',
    received: '%BYTES_RECEIVED%',
    sent: '%BYTES_SENT%',
    durationMs: '%DURATION%',
    attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
    upstream: '%UPSTREAM_CLUSTER%',
    requestId: '%REQ(X-REQUEST-ID)%',
    plano: `%FILTER_STATE(wasm.${envoySummaryKey}:PLAIN)%`,
  };
  const format =
    logging.format === 'json'
      ? { json_format: fields }
      : {
          text_format_source: {
            inline_string: `${fields.time} ${fields.status} ${fields.method} ${fields.path} ${fields.durationMs}ms ${fields.upstream} ${fields.plano}\n`,
          },
        };
  if (path === null) {
    return extension('envoy.access_loggers.stdout', 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', { log_format: format });
  }
  return extension('envoy.access_loggers.file', 'envoy.extensions.access_loggers.file.v3.FileAccessLog', { path, log_format: format });
}

function tracing({ randomSamplingPercent, spanAttributes }: EffectiveTracing, service: string): EnvoyObject {
  return {
    random_sampling: { value: randomSamplingPercent },
    custom_tags: Object.entries(spanAttributes.static).map(([tag, value]) => ({ tag, literal: { value } })),
    provider: extension('envoy.tracers.opentelemetry', 'envoy.config.trace.v3.OpenTelemetryConfig', {
      grpc_service: { envoy_grpc: { cluster_name: collectorCluster }, timeout: '0.25s' },
      service_name: service,
    }),
  };
}
