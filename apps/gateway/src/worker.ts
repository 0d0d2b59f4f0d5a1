import cluster from 'node:cluster';
import { createGatewayRuntime } from './gateway-runtime.ts';
import { boundOldGeneration } from './old-generation.ts';
import { createPrimaryStore } from './primary-buckets.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import { isOurs } from './worker-messages.ts';
import { boundYoungGeneration } from './young-generation.ts';

/**
 * Serves as a worker: everything it does it is told by the primary. Signals are the primary's business (a terminal sends SIGINT to all); when
 * the primary is gone the worker drains and ends.
 */
export function serveAsWorker(): Promise<number> {
  const tell = (message: FromWorker): boolean => {
    if (!process.connected) return false;
    process.send?.(message, () => {});
    return true;
  };
  const buckets = createPrimaryStore(tell, {
    onAvailability: (available) =>
      console.error(
        available
          ? 'warning: The primary process answers again: all workers share rate limits'
          : 'warning: The primary process does not answer: this worker counts rate limits for itself until it does',
      ),
  });
  const runtime = createGatewayRuntime(buckets);
  boundYoungGeneration();
  boundOldGeneration();
  let drainMs = 30_000;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

  async function configure({ id, config }: ToWorker & { plano: 'configure' }): Promise<void> {
    try {
      const listeners = await runtime.apply(config);
      drainMs = config.timeouts.drainMs;
      tell({ plano: 'configured', id, listeners });
    } catch (error) {
      tell({ plano: 'configured', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  return new Promise((resolve) => {
    let stopping = false;
    // One that starts during a reload is told two configurations; applied at the same time they would fight for the sockets.
    let configured = Promise.resolve();
    function stop(milliseconds: number): void {
      if (stopping) return;
      stopping = true;
      void runtime.stop(milliseconds).then(() => {
        if (process.connected) process.disconnect();
        resolve(0);
      });
    }
    // Node ends a worker at once whose primary is gone, unless this says that it was meant.
    const { worker } = cluster;
    worker?.once('disconnect', () => {
      worker.exitedAfterDisconnect = true;
    });
    process.on('disconnect', () => {
      buckets.disconnect();
      stop(drainMs);
    });
    process.on('message', (message: unknown) => {
      if (!isOurs(message)) return;
      const told = message as ToWorker;
      switch (told.plano) {
        case 'configure':
          configured = configured.then(() => configure(told));
          return;
        case 'metrics':
          void runtime.samples().then((metrics) => tell({ plano: 'metrics', id: told.id, metrics }));
          return;
        case 'buckets':
          buckets.answered(told);
          return;
        case 'stop':
          stop(told.drainMs);
          return;
      }
    });
    tell({ plano: 'ready' });
  });
}
