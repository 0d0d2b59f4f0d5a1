import type { DeriveContext } from './derive-context.ts';
import type {
  EffectiveFallback,
  EffectiveLimits,
  EffectiveRedis,
  EffectiveRetries,
  EffectiveStateStorage,
  EffectiveTimeouts,
  RetryCondition,
} from './effective.ts';
import type { EffectiveLogging, EffectiveMetrics, EffectiveTracing } from './effective-telemetry.ts';
import { isHost, parseHttpUrl } from './parse-url.ts';
import { reportRedisUrl } from './report-redis-url.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
/** What all bodies together may take where the configuration does not say. */
export const defaultBufferedMemoryBytes = 512 * mebibyte;

/** The bounds with their defaults. */
export function deriveLimits({ author, reporter }: DeriveContext): EffectiveLimits {
  const written = author.limits;
  const requestBodyBytes = written?.request_body ?? 32 * mebibyte;
  if (written?.buffered_memory !== undefined && written.buffered_memory < requestBodyBytes) {
    reporter.warn(
      ['limits', 'buffered_memory'],
      'is less than one body of `request_body`, which is then never taken',
      'make it several times as large',
    );
  }
  return {
    requestBodyBytes,
    responseBodyBytes: written?.response_body ?? 64 * mebibyte,
    headerBytes: written?.header ?? 64 * kibibyte,
    sseEventBytes: written?.sse_event ?? 16 * mebibyte,
    jsonDepth: written?.json_depth ?? 256,
    inFlight: written?.in_flight ?? 1024,
    bufferedMemoryBytes: written?.buffered_memory ?? defaultBufferedMemoryBytes,
    connections: written?.connections ?? 10_000,
    http2Streams: written?.http2_streams ?? 128,
    http2Resets: written?.http2_resets ?? 300,
    endpointBodyBytes: written?.endpoint_body ?? mebibyte,
    promptContextBytes: written?.prompt_context ?? 64 * kibibyte,
  };
}

/** The waits with their defaults. */
export function deriveTimeouts({ author, reporter }: DeriveContext): EffectiveTimeouts {
  const written = author.timeouts;
  const older = author.overrides?.upstream_connect_timeout;
  if (written?.connect !== undefined && older !== undefined) {
    reporter.problem(['overrides', 'upstream_connect_timeout'], 'says the same as `timeouts.connect`', 'keep one of them');
  }
  return {
    connectMs: written?.connect ?? older ?? 5000,
    firstByteMs: written?.first_byte ?? 120_000,
    streamIdleMs: written?.stream_idle ?? 300_000,
    streamTotalMs: written?.stream_total ?? null,
    totalMs: written?.total ?? 600_000,
    drainMs: written?.drain ?? 30_000,
    filterCallMs: written?.filter_call ?? 30_000,
    requestHeadMs: written?.request_head ?? 30_000,
    requestMs: written?.request ?? 300_000,
    keepAliveMs: written?.keep_alive ?? 75_000,
  };
}

const retryConditions: readonly RetryCondition[] = ['connect', 'reset', 429, 500, 502, 503, 504, 529];

/** Retries with their defaults. */
export function deriveRetries({ author, reporter }: DeriveContext): EffectiveRetries {
  const written = author.retries;
  const baseMs = written?.base ?? 500;
  const capMs = written?.cap ?? Math.max(5000, baseMs);
  if (baseMs > capMs) reporter.problem(['retries', 'cap'], 'must not be below `base`', undefined, [['retries', 'base']]);
  return { max: written?.max ?? 2, baseMs, capMs, on: written?.on ?? retryConditions, retryAfterCapMs: written?.retry_after_cap ?? 30_000 };
}

/** Fallbacks with their defaults; whether their models exist is checked with all other references. */
export function deriveFallbacks({ author, reporter }: DeriveContext): EffectiveFallback[] {
  const seen = new Set<string>();
  return (author.fallbacks ?? []).map((written, index) => {
    if (seen.has(written.model))
      reporter.problem(['fallbacks', index, 'model'], `\`${written.model}\` is there twice`, 'put all models into one `to`');
    seen.add(written.model);
    return { model: written.model, to: written.to, on: written.on ?? retryConditions };
  });
}

/** Where conversations are kept. */
export function deriveStateStorage({ author, reporter }: DeriveContext): EffectiveStateStorage {
  const written = author.state_storage;
  if (written?.type !== 'postgres') return { type: 'memory' };
  if (written.connection_string === undefined) {
    const needs = [['state_storage', 'connection_string']];
    reporter.problem(['state_storage'], 'needs a `connection_string` for `postgres`', 'such as `connection_string: $DATABASE_URL`', needs);
    return { type: 'memory' };
  }
  return { type: 'postgres', connectionString: written.connection_string };
}

/** Shared state. */
export function deriveRedis({ author, reporter }: DeriveContext): EffectiveRedis | null {
  const written = author.redis;
  if (written === undefined) return null;
  reportRedisUrl(reporter, written.url, ['redis', 'url']);
  return { url: written.url, onFailure: written.on_failure ?? 'open', timeoutMs: written.timeout ?? 250 };
}

/** Logging with its defaults. */
export function deriveLogging({ author }: DeriveContext): EffectiveLogging {
  return { level: author.logging?.level ?? 'info', format: author.logging?.format ?? 'pretty', file: author.logging?.file ?? null };
}

/** The metrics socket with its defaults; null when switched off. */
export function deriveMetrics({ author, reporter }: DeriveContext): EffectiveMetrics | null {
  if (author.metrics === false) return null;
  const address = author.metrics?.address ?? '127.0.0.1';
  if (!isHost(address)) reporter.problem(['metrics', 'address'], 'is neither an IP address nor a host name');
  return { address, port: author.metrics?.port ?? 9092, implicit: author.metrics?.port === undefined };
}

/** Tracing with its defaults: the file, then `OTEL_TRACING_GRPC_ENDPOINT`, then the collector of this machine. */
export function deriveTracing({ author, environment, reporter }: DeriveContext): EffectiveTracing {
  const written = author.tracing;
  const fromEnvironment = environment['OTEL_TRACING_GRPC_ENDPOINT'];
  const endpoint = written?.opentracing_grpc_endpoint ?? (fromEnvironment || 'http://localhost:4317');
  const sampling = written?.random_sampling ?? 0;
  const url = parseHttpUrl(endpoint);
  const path = written?.opentracing_grpc_endpoint === undefined ? ['tracing'] : ['tracing', 'opentracing_grpc_endpoint'];
  const subject = path.length === 1 ? 'the endpoint of `OTEL_TRACING_GRPC_ENDPOINT` ' : '';
  if (path.length === 2 || sampling > 0) {
    if (!url.ok) reporter.problem(path, `${subject}${url.message}`, url.hint);
    else if (url.url.path !== '' || url.url.query !== null)
      reporter.problem(path, `${subject}must not have a path`, 'such as `http://localhost:4317`');
  }
  if (written?.trace_arch_internal !== undefined) {
    reporter.warn(['tracing', 'trace_arch_internal'], 'has no effect: calls inside the gateway are part of every trace', 'remove it');
  }
  for (const [index, exporter] of (written?.exporters ?? []).entries()) {
    const exporterUrl = parseHttpUrl(exporter.url);
    if (!exporterUrl.ok) reporter.problem(['tracing', 'exporters', index, 'url'], exporterUrl.message, exporterUrl.hint);
  }
  return {
    randomSamplingPercent: sampling,
    traceInternal: written?.trace_arch_internal ?? false,
    endpoint,
    spanAttributes: {
      headerPrefixes: written?.span_attributes?.header_prefixes ?? [],
      static: written?.span_attributes?.static ?? {},
    },
    exporters: (written?.exporters ?? []).map((exporter) => ({
      type: exporter.type,
      url: exporter.url,
      apiKey: exporter.api_key,
      distinctIdHeader: exporter.distinct_id_header ?? null,
      captureMessages: exporter.capture_messages ?? false,
    })),
  };
}
