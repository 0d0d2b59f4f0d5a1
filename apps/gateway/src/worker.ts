import { createGatewayRuntime } from './gateway-runtime.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import { isOurs } from './worker-messages.ts';

/**
 * Serves as a worker: everything it does it is told by the primary. Signals are the primary's business (a terminal sends SIGINT to all); when
 * the primary is gone the worker drains and ends.
 */
export function serveAsWorker(): Promise<number> {
  const runtime = createGatewayRuntime();
  let drainMs = 30_000;
  const tell = (message: FromWorker): void => {
    if (process.connected) process.send?.(message, () => {});
  };
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
    function stop(milliseconds: number): void {
      if (stopping) return;
      stopping = true;
      void runtime.stop(milliseconds).then(() => {
        if (process.connected) process.disconnect();
        resolve(0);
      });
    }
    process.on('disconnect', () => stop(drainMs));
    process.on('message', (message: unknown) => {
      if (!isOurs(message)) return;
      const told = message as ToWorker;
      switch (told.plano) {
        case 'configure':
          void configure(told);
          return;
        case 'metrics':
          void runtime.samples().then((metrics) => tell({ plano: 'metrics', id: told.id, metrics }));
          return;
        case 'stop':
          stop(told.drainMs);
          return;
      }
    });
    tell({ plano: 'ready' });
  });
}
