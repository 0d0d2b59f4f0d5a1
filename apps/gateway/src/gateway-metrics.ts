import type { EffectiveConfig } from '@plano/common';
import { exchangeMetrics } from '@plano/common';
import type { ApiId } from '@plano/hermesllm';
import type { ExchangePurpose, ExchangeRecord } from '@plano/common';
import { genAiOperation, genAiProvider } from './gen-ai-names.ts';
import type { CounterSeries, HistogramSeries, MetricLabels, MetricSample } from './metric-family.ts';
import { counterFamily, gauge, histogramFamily } from './metric-family.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { createMetricRegistry } from './metric-registry.ts';

/** Counts and times of everything that happens, for `/metrics`. */
export interface GatewayMetrics {
  readonly registry: MetricRegistry;
  /** Names that may be label values from now on: a configuration's listeners, models and providers. */
  allow(config: EffectiveConfig): void;
  /** What became of an exchange; to be called once for each. */
  record(record: ExchangeRecord): void;
}

/** What is read when the metrics are. */
export interface GatewayMetricsOptions {
  /** Exchanges under way, by listener. */
  activeRequests(): readonly MetricSample[];
  /** Requests to upstreams under way. */
  activeCalls(): number;
  /** Whether the buckets of rate limits can be reached. */
  rateLimitsAvailable?(): boolean;
}

/** `none`: it never came so far; `other`: not named in the configuration, such as the models behind a wildcard. */
const none = 'none';
const other = 'other';

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] as const;
const apiPositions: Readonly<Record<ApiId | typeof none, number>> = {
  none: 0,
  'openai-chat': 1,
  'openai-responses': 2,
  'anthropic-messages': 3,
  'bedrock-converse': 4,
  gemini: 5,
};
/** Embeddings have no API of their own, but metrics of their own. */
const embeddingsPosition = Object.keys(apiPositions).length;
const rowLength = (embeddingsPosition + 1) * 2 * statusClasses.length;

/** What stands for the listener in exchanges that no client asked for. */
const ownPurposes: readonly ExchangePurpose[] = ['function-calling'];

/** Names ever allowed, over all reloads; above it everything new is `other`. */
const mostNames = 10_000;

/** The series of one set of labels. */
interface ExchangeSeries {
  readonly requests: CounterSeries;
  readonly attempts: CounterSeries;
  readonly rateLimited: CounterSeries;
  readonly timeToFirstToken: HistogramSeries;
  readonly timePerOutputToken: HistogramSeries;
  readonly tokensPerSecond: HistogramSeries;
  readonly requestLatency: HistogramSeries;
  readonly inputSequenceLength: HistogramSeries;
  readonly outputSequenceLength: HistogramSeries;
  readonly genAiOperationDuration: HistogramSeries;
  readonly genAiRequestDuration: HistogramSeries;
  readonly genAiTimeToFirstToken: HistogramSeries;
  readonly genAiTimePerOutputToken: HistogramSeries;
  readonly genAiInputTokens: HistogramSeries;
  readonly genAiOutputTokens: HistogramSeries;
}

/**
 * Metrics over a registry of their own.
 *
 * Series are found by three look-ups of names and an index, and then only add numbers. Label values are names of the configuration, so their
 * number is bounded whatever clients ask for. An answer that failed after its head counts as `5xx` although its status line said 200; an
 * exchange whose client went away counts as `aborted`.
 */
export function createGatewayMetrics(options: GatewayMetricsOptions): GatewayMetrics {
  const registry = createMetricRegistry({ process: true });
  const makeSeries = createSeriesMaker(registry);
  gauge(registry, exchangeMetrics.activeRequests, () => options.activeRequests());
  const { rateLimitsAvailable } = options;
  if (rateLimitsAvailable !== undefined)
    gauge(registry, exchangeMetrics.rateLimitsAvailable, () => [{ labels: {}, value: rateLimitsAvailable() ? 1 : 0 }], 'min');
  gauge(registry, exchangeMetrics.activeHttpCalls, () => [{ labels: {}, value: options.activeCalls() }]);
  const names = { listener: new Set<string>(ownPurposes), model: new Set<string>(), provider: new Set<string>() };
  const rows = new Map<string, Map<string, Map<string, (ExchangeSeries | undefined)[]>>>();

  const label = (kind: keyof typeof names, value: string | null): string =>
    value === null ? none : names[kind].has(value) ? value : other;

  function allow(kind: keyof typeof names, value: string): void {
    if (names[kind].size < mostNames) names[kind].add(value);
  }

  function seriesOf(listenerName: string | null, { head, summary }: ExchangeRecord, statusClass: number): ExchangeSeries {
    const listener = label('listener', listenerName);
    const provider = label('provider', summary.provider);
    const model = label('model', summary.model);
    const ofListener = getOrSet(rows, listener, () => new Map<string, Map<string, (ExchangeSeries | undefined)[]>>());
    const ofProvider = getOrSet(ofListener, provider, () => new Map<string, (ExchangeSeries | undefined)[]>());
    const row = getOrSet(ofProvider, model, (): (ExchangeSeries | undefined)[] => Array.from({ length: rowLength }));
    const operation = genAiOperation(summary.clientApi, head.path);
    const api = operation === 'embeddings' ? embeddingsPosition : apiPositions[summary.clientApi ?? none];
    const index = (api * 2 + (summary.stream ? 1 : 0)) * statusClasses.length + statusClass;
    return (row[index] ??= makeSeries(
      { listener, provider, model, operation },
      summary.clientApi,
      summary.stream,
      statusClasses[statusClass] as string,
    ));
  }

  return {
    registry,
    allow(config) {
      for (const { name } of [...config.listeners, ...config.internalListeners]) allow('listener', name);
      for (const provider of config.providers) {
        allow('provider', provider.provider);
        if (!provider.wildcard) allow('model', provider.name);
      }
    },
    record(record) {
      const { summary, durationMs, firstByteMs } = record;
      const series = seriesOf(record.purpose ?? record.head.listener ?? null, record, classOf(record));
      series.requests.add(1);
      if (summary.attempts > 0) series.attempts.add(summary.attempts);
      if (summary.error?.code === 'rate_limited') series.rateLimited.add(1);
      series.requestLatency.observe(durationMs);
      const usage = summary.answer?.usage;
      const output = usage?.output ?? 0;
      series.outputSequenceLength.observe(output);
      if (usage !== undefined) series.inputSequenceLength.observe(usage.input + usage.cacheRead + usage.cacheWrite);
      if (output > 0 && durationMs > 0) {
        series.timePerOutputToken.observe(durationMs / output);
        series.tokensPerSecond.observe((output * 1000) / durationMs);
      }
      series.genAiRequestDuration.observe(durationMs / 1000);
      if (summary.attempts > 0) series.genAiOperationDuration.observe(durationMs / 1000);
      if (usage !== undefined) {
        series.genAiInputTokens.observe(usage.input + usage.cacheRead + usage.cacheWrite);
        series.genAiOutputTokens.observe(output);
      }
      if (!summary.stream || firstByteMs === null || record.status >= 400) return;
      series.timeToFirstToken.observe(firstByteMs);
      series.genAiTimeToFirstToken.observe(firstByteMs / 1000);
      if (output > 1) series.genAiTimePerOutputToken.observe((durationMs - firstByteMs) / 1000 / (output - 1));
    },
  };
}

function classOf({ outcome, status, summary }: ExchangeRecord): number {
  if (outcome === 'aborted') return 5;
  if (status < 400) return summary.error === null ? Math.floor(status / 100) - 1 : 4;
  return status < 500 ? 3 : 4;
}

function createSeriesMaker(registry: MetricRegistry) {
  const { genAiTokenUsage, ...others } = exchangeMetrics;
  const numbers = (definition: typeof others.requests) => counterFamily(registry, definition);
  const requests = numbers(others.requests);
  const attempts = numbers(others.attempts);
  const rateLimited = numbers(others.rateLimited);
  const timeToFirstToken = histogramFamily(registry, others.timeToFirstToken);
  const timePerOutputToken = histogramFamily(registry, others.timePerOutputToken);
  const tokensPerSecond = histogramFamily(registry, others.tokensPerSecond);
  const requestLatency = histogramFamily(registry, others.requestLatency);
  const inputSequenceLength = histogramFamily(registry, others.inputSequenceLength);
  const outputSequenceLength = histogramFamily(registry, others.outputSequenceLength);
  const operationDuration = histogramFamily(registry, others.genAiOperationDuration);
  const requestDuration = histogramFamily(registry, others.genAiRequestDuration);
  const firstToken = histogramFamily(registry, others.genAiTimeToFirstToken);
  const perOutputToken = histogramFamily(registry, others.genAiTimePerOutputToken);
  const tokenUsage = histogramFamily(registry, genAiTokenUsage);
  return (
    { listener, provider, model, operation }: Readonly<Record<'listener' | 'provider' | 'model' | 'operation', string>>,
    clientApi: ApiId | null,
    stream: boolean,
    statusClass: string,
  ): ExchangeSeries => {
    const shared = { listener, client_api: clientApi ?? none, streaming: String(stream), status_class: statusClass };
    const labels: MetricLabels = { provider, model, ...shared };
    const genAi: MetricLabels = {
      gen_ai_operation_name: operation,
      gen_ai_provider_name: genAiProvider(provider),
      gen_ai_request_model: model,
      provider,
      ...shared,
    };
    return {
      requests: requests.series(labels),
      attempts: attempts.series(labels),
      rateLimited: rateLimited.series(labels),
      timeToFirstToken: timeToFirstToken.series(labels),
      timePerOutputToken: timePerOutputToken.series(labels),
      tokensPerSecond: tokensPerSecond.series(labels),
      requestLatency: requestLatency.series(labels),
      inputSequenceLength: inputSequenceLength.series(labels),
      outputSequenceLength: outputSequenceLength.series(labels),
      genAiOperationDuration: operationDuration.series(genAi),
      genAiRequestDuration: requestDuration.series(genAi),
      genAiTimeToFirstToken: firstToken.series(genAi),
      genAiTimePerOutputToken: perOutputToken.series(genAi),
      genAiInputTokens: tokenUsage.series({ ...genAi, gen_ai_token_type: 'input' }),
      genAiOutputTokens: tokenUsage.series({ ...genAi, gen_ai_token_type: 'output' }),
    };
  };
}

function getOrSet<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
