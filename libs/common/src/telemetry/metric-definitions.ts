/** A metric without its values: what a host needs to offer it. */
export interface MetricDefinition {
  /** As Prometheus writes it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Upper bounds in ascending order, without infinity; of histograms only. */
  readonly buckets: readonly number[];
}

const histogram = (name: string, help: string, buckets: readonly number[]): MetricDefinition => ({
  name,
  type: 'histogram',
  help,
  buckets,
});
const counter = (name: string, help: string): MetricDefinition => ({ name, type: 'counter', help, buckets: [] });
const gauge = (name: string, help: string): MetricDefinition => ({ name, type: 'gauge', help, buckets: [] });

// The reference's buckets for the first token; the others are spread over what models do today.
const firstTokenMs = [
  100, 500, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2200, 2400, 3000, 3500, 4000, 4500, 5000, 6000, 10_000, 60_000, 180_000,
];
const latencyMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000];
const perTokenMs = [1, 2, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2500];
const perSecond = [1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2500];
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

// The buckets that OpenTelemetry's conventions for generative AI advise, in seconds and tokens.
const operationSeconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const firstTokenSeconds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const perTokenSeconds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

/**
 * The metrics of exchanges with models, under the reference's names and under those of OpenTelemetry for generative AI
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/) as Prometheus writes them.
 *
 * @example
 * exchangeMetrics.requestLatency.name; // 'request_latency'
 */
export const exchangeMetrics = {
  activeRequests: gauge('active_requests', 'Requests of clients under way.'),
  activeHttpCalls: gauge('active_http_calls', 'Requests to upstreams under way.'),
  requests: counter('requests_total', 'Requests of clients that are over.'),
  attempts: counter('upstream_attempts_total', 'Requests sent to providers, first attempts, retries and fallbacks.'),
  rateLimited: counter('ratelimited_rq', "Requests refused by the gateway's own rate limits."),
  rateLimitsAvailable: gauge('ratelimit_store_available', 'Whether the buckets of rate limits can be reached: 1, or 0 while they cannot.'),
  timeToFirstToken: histogram(
    'time_to_first_token',
    'Milliseconds until the first bytes of a streamed answer left for the client.',
    firstTokenMs,
  ),
  timePerOutputToken: histogram('time_per_output_token', 'Milliseconds of an exchange for each token of its answer.', perTokenMs),
  tokensPerSecond: histogram('tokens_per_second', 'Tokens of an answer for each second of its exchange.', perSecond),
  requestLatency: histogram('request_latency', 'Milliseconds from the request until the last byte of its answer.', latencyMs),
  inputSequenceLength: histogram('input_sequence_length', 'Tokens of a request, as the provider counted them.', tokens),
  outputSequenceLength: histogram('output_sequence_length', 'Tokens of an answer, as the provider counted them; 0 when there is none.', [
    0,
    ...tokens,
  ]),
  genAiOperationDuration: histogram('gen_ai_client_operation_duration_seconds', 'Duration of an exchange with a model.', operationSeconds),
  genAiRequestDuration: histogram(
    'gen_ai_server_request_duration_seconds',
    'Duration of a request as its client saw it.',
    operationSeconds,
  ),
  genAiTimeToFirstToken: histogram(
    'gen_ai_server_time_to_first_token_seconds',
    'Time until the first token of a streamed answer.',
    firstTokenSeconds,
  ),
  genAiTimePerOutputToken: histogram(
    'gen_ai_server_time_per_output_token_seconds',
    'Time for each token after the first of a streamed answer.',
    perTokenSeconds,
  ),
  genAiTokenUsage: histogram('gen_ai_client_token_usage', 'Input and output tokens of an exchange.', tokens),
} as const satisfies Record<string, MetricDefinition>;
