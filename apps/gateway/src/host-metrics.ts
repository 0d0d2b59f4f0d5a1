import { counterFamily, gauge } from './metric-family.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** Counts of what the process itself does. */
export interface HostMetrics {
  reloaded(outcome: 'success' | 'failure'): void;
}

/** Registers them. `time` is that of the last configuration that was taken. */
export function createHostMetrics(registry: Pick<MetricRegistry, 'registerMetric'>): HostMetrics {
  const reloads = counterFamily(registry, {
    name: 'plano_config_reloads_total',
    type: 'counter',
    help: 'Reloads of the configuration after the start, by their outcome.',
    buckets: [],
  });
  const series = { success: reloads.series({ outcome: 'success' }), failure: reloads.series({ outcome: 'failure' }) };
  let loadedAt = Date.now();
  gauge(
    registry,
    {
      name: 'plano_config_last_load_timestamp_seconds',
      type: 'gauge',
      help: 'When the configuration in use was loaded, in seconds since 1970.',
      buckets: [],
    },
    () => [{ labels: {}, value: Math.floor(loadedAt / 1000) }],
  );
  return {
    reloaded(outcome) {
      series[outcome].add(1);
      if (outcome === 'success') loadedAt = Date.now();
    },
  };
}
