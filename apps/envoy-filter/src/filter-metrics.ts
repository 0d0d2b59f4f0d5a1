import type { ExchangeSummary } from '@plano/common';
import type { EnvoyHost, MetricKind } from './host.ts';

/** What became of one exchange, in milliseconds since the epoch. */
interface MeasuredExchange {
  readonly startedMs: number;
  /** 0 when nothing was written. */
  readonly firstWriteMs: number;
  readonly endedMs: number;
  readonly status: number;
  readonly summary: ExchangeSummary;
}

/** Records exchanges. Envoy puts `wasmcustom.` in front of the names. */
export interface FilterMetrics {
  record(exchange: MeasuredExchange): void;
  /** A call beside an exchange begins (1) or is over (-1). */
  calls(by: 1 | -1): void;
}

/** Names and kinds as other gateways of this family have them, so that dashboards go on working. */
const kinds = {
  active_http_calls: 'gauge',
  ratelimited_rq: 'counter',
  input_sequence_length: 'histogram',
  time_to_first_token: 'histogram',
  request_latency: 'histogram',
  time_per_output_token: 'histogram',
  tokens_per_second: 'histogram',
  output_sequence_length: 'histogram',
} as const satisfies Record<string, MetricKind>;

type Ids = Readonly<Record<keyof typeof kinds, number>>;

/** The memory of the modules of all filters in all workers together: each adds what it has grown by. It never shrinks. */
const memoryGauge = 'plano_filter_memory_bytes';

export function createFilterMetrics(host: EnvoyHost): FilterMetrics {
  const ids = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, host.defineMetric(kind, name)])) as Ids;
  const memory = host.defineMetric('gauge', memoryGauge);
  let memoryBytes = 0;
  return {
    record({ startedMs, firstWriteMs, endedMs, status, summary }) {
      if (summary.error?.code === 'rate_limited' && status === 429) host.addToMetric(ids.ratelimited_rq, 1);
      const latency = endedMs - startedMs;
      host.recordMetric(ids.request_latency, latency);
      const usage = summary.answer?.usage;
      if (usage !== undefined) {
        host.recordMetric(ids.input_sequence_length, usage.input + usage.cacheRead + usage.cacheWrite);
        host.recordMetric(ids.output_sequence_length, usage.output);
        if (usage.output > 0) {
          host.recordMetric(ids.time_per_output_token, Math.floor(latency / usage.output));
          if (latency > 0) host.recordMetric(ids.tokens_per_second, Math.floor((usage.output * 1000) / latency));
        }
      }
      if (summary.stream && firstWriteMs > 0) host.recordMetric(ids.time_to_first_token, firstWriteMs - startedMs);
      const now = host.memoryBytes();
      if (now !== memoryBytes) host.addToMetric(memory, now - memoryBytes);
      memoryBytes = now;
    },
    calls: (by) => host.addToMetric(ids.active_http_calls, by),
  };
}
