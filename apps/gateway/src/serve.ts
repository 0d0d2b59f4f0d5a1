import type { EffectiveConfig, EffectiveMetrics } from '@plano/common';
import { maskSecrets } from '@plano/common';
import { createGatewayRuntime } from './gateway-runtime.ts';
import type { HostLog } from './host-log.ts';
import { createHostLog } from './host-log.ts';
import { createHostMetrics } from './host-metrics.ts';
import type { HostRunner } from './host-runner.ts';
import type { LoadedConfig } from './load-config.ts';
import { createMetricRegistry } from './metric-registry.ts';
import type { MetricsServer, MetricsSource } from './metrics-server.ts';
import { openConfiguredMetrics } from './metrics-server.ts';
import { boundOldGeneration } from './old-generation.ts';
import { startReloads } from './reloads.ts';
import { startReport } from './start-report.ts';
import { stopSignal } from './stop-signal.ts';
import { boundYoungGeneration } from './young-generation.ts';

/** How to serve. */
export interface ServeOptions {
  readonly config: EffectiveConfig;
  /** Where the configuration came from, for people. */
  readonly source: string;
  /** The file to watch; undefined for none. */
  readonly watch: string | undefined;
  /** Loads the configuration once more; undefined when there is nothing to load. */
  readonly reload: (() => LoadedConfig) | undefined;
  /** Processes that serve; 1 is this one. */
  readonly workers: number;
}

/** Runs the gateway until it is told to stop; resolves with the exit code. */
export async function serve({ config, source, watch, reload, workers }: ServeOptions): Promise<number> {
  const runner = workers > 1 ? (await import('./worker-pool.ts')).createWorkerPool(workers) : createGatewayRuntime();
  const ownMetrics = createMetricRegistry();
  const hostMetrics = createHostMetrics(ownMetrics);
  const metrics = createMetricsPlace(joined(runner.metrics, ownMetrics));
  let log = createHostLog(config.logging);
  let current = config;
  let report: string;
  try {
    await metrics.open(config, log);
    const listeners = await runner.apply(config);
    report = startReport(config, { source, listeners, metrics: metrics.server(), workers });
    boundYoungGeneration();
    boundOldGeneration();
  } catch (error) {
    console.error(`plano-gateway: ${messageOf(error)}`);
    await runner.stop(0);
    await metrics.close();
    return 1;
  }

  async function reloadOnce(reason: string): Promise<void> {
    const refuse = (problems: readonly string[]): void => {
      hostMetrics.reloaded('failure');
      log.error(`The configuration was not reloaded (${reason}); the old one stays:`, problems);
    };
    const loaded = reload?.();
    if (loaded === undefined) {
      log.warn(`There is no configuration file to reload (${reason})`);
      return;
    }
    if (loaded.warnings.length > 0) log.warn(`The configuration has warnings (${reason}):`, loaded.warnings);
    if (!loaded.ok) {
      refuse(loaded.problems);
      return;
    }
    try {
      await reconfigure(runner, metrics, current, loaded.config, log);
    } catch (error) {
      refuse([maskSecrets(messageOf(error))]);
      return;
    }
    current = loaded.config;
    log = createHostLog(current.logging);
    hostMetrics.reloaded('success');
    log.info(`The configuration was reloaded (${reason})`);
  }

  const endReloads = startReloads({ file: watch, reload: reloadOnce, warn: log.warn });
  const stopped = stopSignal();
  // Who reads it may send signals and change the file at once.
  console.log(report);
  const failure = await Promise.race([stopped, runner.failed]);
  endReloads();
  if (failure === undefined) console.log('Stopping: no new connections; what is in flight may end');
  else log.error(failure);
  await runner.stop(current.timeouts.drainMs);
  await metrics.close();
  return failure === undefined ? 0 : 1;
}

/** Runs the new configuration; when its listeners cannot be opened, the metrics go back to where they were. */
async function reconfigure(
  runner: HostRunner,
  metrics: MetricsPlace,
  old: EffectiveConfig,
  next: EffectiveConfig,
  log: HostLog,
): Promise<void> {
  await metrics.open(next, log);
  try {
    await runner.apply(next);
  } catch (error) {
    await metrics.open(old, log);
    throw error;
  }
}

interface MetricsPlace {
  /** Moves to where a configuration wants the metrics; stays where they are when it wants the same. */
  open(config: EffectiveConfig, log: HostLog): Promise<void>;
  server(): MetricsServer | undefined;
  close(): Promise<void>;
}

function createMetricsPlace(source: MetricsSource): MetricsPlace {
  let server: MetricsServer | undefined;
  let place: EffectiveMetrics | null = null;
  return {
    async open({ metrics }, log) {
      if (JSON.stringify(metrics) === JSON.stringify(place)) return;
      // The same port at another address can only be opened when it is free.
      const blocked = server !== undefined && metrics?.port === server.port;
      if (blocked) await server?.close();
      try {
        const next = await openConfiguredMetrics(metrics, source, log.warn);
        if (!blocked) await server?.close();
        server = next;
        place = metrics;
      } catch (error) {
        if (blocked) server = await openConfiguredMetrics(place, source, log.warn);
        throw error;
      }
    },
    server: () => server,
    close: async () => server?.close(),
  };
}

const joined = (one: MetricsSource, other: MetricsSource): MetricsSource => ({
  contentType: one.contentType,
  metrics: async () => `${await one.metrics()}\n${await other.metrics()}`,
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
