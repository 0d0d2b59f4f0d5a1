import type { Metric, Registry } from 'prom-client';
import type { MetricsSource } from './metrics-server.ts';

/** Where metrics are registered and read. */
export interface MetricRegistry extends MetricsSource {
  registerMetric(metric: Metric): void;
  /** The metrics as data, for a process that adds up those of several. */
  getMetricsAsJSON(): Promise<readonly object[]>;
  /** Loads the library that writes metrics, if that has not been done: reading does it too. Resolves also when it cannot; then reading fails. */
  load(): Promise<void>;
}

/** What a registry is made with. */
export interface MetricRegistryOptions {
  /** Whether it also tells of the process: memory, event loop, garbage collection; from when it is loaded. */
  readonly process?: boolean;
}

// The text format of Prometheus, which prom-client writes by default.
const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * A registry of prom-client that is loaded when it is first read, or after the gateway listens: it is a sixth of everything that a start
 * would have to load, and nobody reads metrics before.
 *
 * @example
 * const registry = createMetricRegistry();
 * gauge(registry, definition, () => [{ labels: {}, value: 1 }]);
 * const text = await registry.metrics();
 */
export function createMetricRegistry(options: MetricRegistryOptions = {}): MetricRegistry {
  const waiting: Metric[] = [];
  let loaded: Registry | undefined;
  let loading: Promise<Registry> | undefined;

  async function open(): Promise<Registry> {
    const { collectDefaultMetrics, Registry } = await import('prom-client');
    const registry = new Registry();
    if (options.process === true) collectDefaultMetrics({ register: registry });
    for (const metric of waiting) registry.registerMetric(metric);
    loaded = registry;
    return registry;
  }
  const opened = (): Promise<Registry> => (loading ??= open());

  return {
    contentType,
    registerMetric(metric) {
      if (loaded === undefined) waiting.push(metric);
      else loaded.registerMetric(metric);
    },
    metrics: async () => (await opened()).metrics(),
    getMetricsAsJSON: async () => (await opened()).getMetricsAsJSON(),
    load: () =>
      opened().then(
        () => undefined,
        () => undefined,
      ),
  };
}
