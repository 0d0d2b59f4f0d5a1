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

/** The memory of the modules of all filters in all workers together: each adds what it has grown by. It never shrinks. */
const memoryGauge = 'plano_filter_memory_bytes';

export function createFilterMetrics(host: EnvoyHost): FilterMetrics {
  const ids = new Map<string, number>();
  for (const [name, kind] of Object.entries(kinds)) ids.set(name, host.defineMetric(kind, name));
  const memory = host.defineMetric('gauge', memoryGauge);
  const record = (name: keyof typeof kinds, value: number): void => host.recordMetric(ids.get(name) as number, value);
  let memoryBytes = 0;
  return {
    record({ startedMs, firstWriteMs, endedMs, status, summary }) {
      if (summary.error?.code === 'rate_limited' && status === 429) host.addToMetric(ids.get('ratelimited_rq') as number, 1);
      const latency = endedMs - startedMs;
      record('request_latency', latency);
      const usage = summary.answer?.usage;
      if (usage !== undefined) {
        record('input_sequence_length', usage.input + usage.cacheRead + usage.cacheWrite);
        record('output_sequence_length', usage.output);
        if (usage.output > 0) {
          record('time_per_output_token', Math.floor(latency / usage.output));
          if (latency > 0) record('tokens_per_second', Math.floor((usage.output * 1000) / latency));
        }
      }
      if (summary.stream && firstWriteMs > 0) record('time_to_first_token', firstWriteMs - startedMs);
      const now = host.memoryBytes();
      if (now !== memoryBytes) host.addToMetric(memory, now - memoryBytes);
      memoryBytes = now;
    },
    calls: (by) => host.addToMetric(ids.get('active_http_calls') as number, by),
  };
}
