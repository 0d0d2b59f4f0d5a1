import type { EffectiveConfig } from '@plano/common';
import { createAccessLog } from './access-log.ts';
import { createGateways } from './configured-gateways.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createHostLimits } from './host-limits.ts';
import { listenerSockets } from './listener-sockets.ts';
import type { OpenListener } from './listeners.ts';
import { openListeners } from './listeners.ts';
import type { MetricsServer } from './metrics-server.ts';
import { openConfiguredMetrics } from './metrics-server.ts';
import { startReport } from './start-report.ts';
import { createUpstreamPools } from './upstream-pools.ts';

/** Runs the gateway until it is told to stop; resolves with the exit code. */
export async function serve(config: EffectiveConfig, source: string): Promise<number> {
  const log = createAccessLog(config.logging);
  const limits = createHostLimits(config.limits);
  const gateways = createGateways(config);
  const pools = createUpstreamPools(config.timeouts, gateways.builtins);
  const metrics = createGatewayMetrics({
    activeRequests: () => [{ labels: {}, value: limits.active }],
    activeCalls: () => pools.running(),
  });
  metrics.allow(config);
  const sockets = listenerSockets(config, {
    gateways,
    limits,
    pools,
    onExchange(record) {
      log.record(record);
      metrics.record(record);
    },
  });
  let draining = false;
  let listeners: readonly OpenListener[] = [];
  let metricsServer: MetricsServer | undefined;
  try {
    metricsServer = await openConfiguredMetrics(config.metrics, metrics.registry, (message) => console.error(`warning: ${message}`));
    listeners = await openListeners(sockets, { headerBytes: config.limits.headerBytes, ready: () => !draining });
  } catch (error) {
    console.error(`plano-gateway: ${error instanceof Error ? error.message : String(error)}`);
    await metricsServer?.close();
    await pools.close();
    return 1;
  }
  console.log(startReport(config, source, listeners, metricsServer));
  await stopSignal();
  draining = true;
  console.log('Stopping: no new connections; what is in flight may end');
  await drain(listeners, config.timeouts.drainMs);
  await pools.close();
  await metricsServer?.close();
  log.flush();
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT. A second SIGINT ends the process at once; a second SIGTERM changes nothing. */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let interrupts = 0;
    process.on('SIGTERM', () => resolve());
    process.on('SIGINT', () => {
      if (++interrupts > 1) process.exit(130);
      resolve();
    });
  });

async function drain(listeners: readonly OpenListener[], timeoutMs: number): Promise<void> {
  const closed = Promise.all(listeners.map((listener) => listener.close()));
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([closed, expired]);
  clearTimeout(timer);
  for (const listener of listeners) listener.destroy();
}
