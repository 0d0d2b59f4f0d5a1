import type { MetricDefinition } from '@plano/common';
import type { Metric } from 'prom-client';
import type { MetricRegistry } from './metric-registry.ts';

/** Where metrics are registered. */
type Registrar = Pick<MetricRegistry, 'registerMetric'>;

/** Labels of one series. */
export type MetricLabels = Readonly<Record<string, string>>;

/** One series of a histogram: a handle that is resolved once and then only adds numbers. */
export interface HistogramSeries {
  observe(value: number): void;
}

/** One series of a counter. */
export interface CounterSeries {
  add(value: number): void;
}

/** The value of one series. */
export interface MetricSample {
  readonly labels: MetricLabels;
  readonly value: number;
  /** Where it is not the metric's own name. */
  readonly metricName?: string;
}

/*
 * prom-client's own counters and histograms hash their labels at each event. Ours hand out one handle for each set of labels, and give
 * prom-client the samples when it writes or aggregates: that is all that a registry asks of a metric.
 */
function register(
  registry: Registrar,
  { name, help, type }: MetricDefinition,
  samples: () => readonly MetricSample[],
  aggregator: 'sum' | 'min' = 'sum',
): void {
  const metric = { name, help, type, aggregator, get: () => Promise.resolve({ name, help, type, aggregator, values: samples() }) };
  registry.registerMetric(metric as unknown as Metric);
}

/**
 * A gauge of a registry, whose values are asked for when they are written.
 *
 * @param aggregator - what becomes of the values of several workers: their sum, or the least of them
 */
export function gauge(
  registry: Registrar,
  definition: MetricDefinition,
  read: () => readonly MetricSample[],
  aggregator?: 'sum' | 'min',
): void {
  register(registry, definition, read, aggregator);
}

/** A counter of a registry; `series` must be called once for each set of labels, and the handle kept. */
export function counterFamily(registry: Registrar, definition: MetricDefinition): { series(labels: MetricLabels): CounterSeries } {
  const all: { labels: MetricLabels; value: number }[] = [];
  register(registry, definition, () => all.filter(({ value }) => value > 0).map(({ labels, value }) => ({ labels, value })));
  return {
    series(labels) {
      const series = { labels, value: 0 };
      all.push(series);
      return {
        add(value) {
          series.value += value;
        },
      };
    },
  };
}

/** A histogram of a registry; `series` must be called once for each set of labels, and the handle kept. */
export function histogramFamily(registry: Registrar, definition: MetricDefinition): { series(labels: MetricLabels): HistogramSeries } {
  const { name, buckets } = definition;
  const bounds = buckets.map(String);
  const all: { labels: MetricLabels; counts: Float64Array; sum: number }[] = [];
  register(registry, definition, () =>
    all.flatMap(({ labels, counts, sum }) => {
      const samples: MetricSample[] = [];
      let total = 0;
      for (const [index, le] of [...bounds, '+Inf'].entries()) {
        total += counts[index] ?? 0;
        samples.push({ metricName: `${name}_bucket`, labels: { le, ...labels }, value: total });
      }
      // A histogram that nothing was put into says nothing, and would only take room.
      if (total === 0) return [];
      samples.push({ metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: total });
      return samples;
    }),
  );
  return {
    series(labels) {
      const series = { labels, counts: new Float64Array(buckets.length + 1), sum: 0 };
      all.push(series);
      return {
        observe(value) {
          let index = 0;
          while (index < buckets.length && value > (buckets[index] as number)) index++;
          series.counts[index] = (series.counts[index] as number) + 1;
          series.sum += value;
        },
      };
    },
  };
}
