import type { CounterSeries } from '../metric-family.ts';
import { counterFamily } from '../metric-family.ts';
import type { MetricRegistry } from '../metric-registry.ts';
import type { SpanLoss } from './span-queue.ts';

/** Counts of spans. They outlive a configuration. */
export interface TracingMetrics {
  exported(spans: number): void;
  lost(spans: number, why: SpanLoss): void;
}

/** Registers them. */
export function createTracingMetrics(registry: Pick<MetricRegistry, 'registerMetric'>): TracingMetrics {
  const exported = counterFamily(registry, {
    name: 'plano_trace_spans_exported_total',
    type: 'counter',
    help: 'Spans that the collector of traces has taken.',
    buckets: [],
  }).series({});
  const lost = counterFamily(registry, {
    name: 'plano_trace_spans_lost_total',
    type: 'counter',
    help: 'Spans that never reached the collector of traces, by the reason.',
    buckets: [],
  });
  const byReason: Readonly<Record<SpanLoss, CounterSeries>> = {
    queue_full: lost.series({ reason: 'queue_full' }),
    export_failed: lost.series({ reason: 'export_failed' }),
    stopped: lost.series({ reason: 'stopped' }),
  };
  return {
    exported: (spans) => exported.add(spans),
    lost: (spans, why) => byReason[why].add(spans),
  };
}
