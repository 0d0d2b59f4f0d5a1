import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { EffectiveConfig } from '@plano/common';
import type { HostRunner } from './host-runner.ts';
import type { ListenerAddress } from './listeners.ts';
import { counterFamily, gauge } from './metric-family.ts';
import { createMetricRegistry } from './metric-registry.ts';
import { answerFromBuckets } from './primary-buckets.ts';
import { createMemoryStore } from './rate-limit-store.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import { isOurs } from './worker-messages.ts';
import type { SupervisedProcess, WorkerSlots } from './worker-slots.ts';
import { startWorkerSlots } from './worker-slots.ts';

interface WorkerProcess extends SupervisedProcess {
  tell(message: ToWorker): void;
  /** Asks and waits; rejects when the worker ends or does not answer in time. */
  ask(question: (id: number) => ToWorker, timeoutMs: number): Promise<FromWorker & { readonly id: number }>;
  /** Resolves when it listens to messages. */
  readonly ready: Promise<void>;
}

const configureMs = 30_000;
const metricsMs = 2_000;

/**
 * Runs a configuration in several processes that share its sockets (Node's cluster: the primary accepts connections and hands them out in
 * turn). The primary serves nothing itself: it configures, restarts, asks for metrics and stops, and keeps the buckets of rate limits.
 *
 * Limits: `in_flight` and `buffered_memory` are split, each worker has its share. Rate limits hold for all workers together.
 */
export function createWorkerPool(count: number): HostRunner {
  let config: EffectiveConfig | undefined;
  let slots: WorkerSlots<WorkerProcess> | undefined;
  let applying: Promise<readonly ListenerAddress[]> | undefined;
  let giveUp: (message: string) => void = () => {};
  const failed = new Promise<string>((resolve) => {
    giveUp = resolve;
  });
  const own = createMetricRegistry();
  const buckets = createMemoryStore();
  gauge(own, { name: 'plano_workers', type: 'gauge', help: 'Worker processes that run.', buckets: [] }, () => [
    { labels: {}, value: slots?.running().length ?? 0 },
  ]);
  const restarts = counterFamily(own, {
    name: 'plano_worker_restarts_total',
    type: 'counter',
    help: 'Worker processes that ended unasked and were restarted.',
    buckets: [],
  }).series({});

  async function configure(worker: WorkerProcess, next: EffectiveConfig): Promise<readonly ListenerAddress[]> {
    await worker.ready;
    const answer = await worker.ask((id) => ({ plano: 'configure', id, config: shareOf(next, count) }), configureMs);
    if (answer.plano !== 'configured' || answer.listeners === undefined) {
      throw new Error(answer.plano === 'configured' ? answer.error : 'A worker gave a wrong answer');
    }
    return answer.listeners;
  }

  function start(slot: number): WorkerProcess {
    const worker = fork(buckets);
    if (config !== undefined) {
      configureLate(worker).catch((error: unknown) => {
        console.error(`plano-gateway: worker ${slot} cannot start: ${error instanceof Error ? error.message : String(error)}`);
        worker.kill();
      });
    }
    return worker;
  }

  /**
   * One that is started later takes the configuration of that moment, or, during a reload that does not know of it, the one of the reload's end.
   * If it cannot, it is ended and restarted like one that crashed.
   */
  async function configureLate(worker: WorkerProcess): Promise<void> {
    while (applying !== undefined) await applying.catch(() => {});
    if (config !== undefined) await configure(worker, config);
  }

  async function applyToAll(next: EffectiveConfig): Promise<readonly ListenerAddress[]> {
    slots ??= startWorkerSlots<WorkerProcess>({
      count,
      start,
      onCrash(slot, reason, restartInMs) {
        restarts.add(1);
        console.error(`plano-gateway: worker ${slot} ended (${reason}); it is restarted in ${restartInMs} ms`);
      },
      onGiveUp: (slot) => giveUp(`Worker ${slot} ended again and again: the gateway stops`),
    });
    const workers = slots.running();
    const results = await Promise.allSettled(workers.map((worker) => configure(worker, next)));
    const bad = results.find((result) => result.status === 'rejected');
    if (bad !== undefined) {
      const before = config;
      if (before !== undefined) await Promise.allSettled(slots.running().map((worker) => configure(worker, before)));
      throw bad.reason;
    }
    config = next;
    const [first] = results;
    return first?.status === 'fulfilled' ? first.value : [];
  }

  return {
    failed,
    async apply(next) {
      applying = applyToAll(next);
      try {
        return await applying;
      } finally {
        applying = undefined;
      }
    },
    metrics: {
      contentType: own.contentType,
      async metrics() {
        const answers = await Promise.allSettled(
          (slots?.running() ?? []).map((worker) => worker.ask((id) => ({ plano: 'metrics', id }), metricsMs)),
        );
        // A worker that is just ending has nothing to say; the others have.
        const samples = answers.flatMap((answer) =>
          answer.status === 'fulfilled' && answer.value.plano === 'metrics' ? [answer.value.metrics] : [],
        );
        const { AggregatorRegistry } = await import('prom-client');
        const all = AggregatorRegistry.aggregate(samples);
        return `${await all.metrics()}\n${await own.metrics()}`;
      },
    },
    async stop(drainMs) {
      if (slots === undefined) return;
      const ended = slots.stop();
      for (const worker of slots.running()) worker.tell({ plano: 'stop', drainMs });
      // They cut what is left themselves; who does not even do that is ended.
      const timer = setTimeout(() => slots?.kill(), drainMs + 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function fork(buckets: RateLimitStore): WorkerProcess {
  const worker = cluster.fork();
  const waiting = new Map<number, (answer: FromWorker & { readonly id: number }) => void>();
  let next = 0;
  let markReady: () => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    markReady = resolve;
    worker.once('exit', () => reject(new Error('A worker ended while it started')));
  });
  ready.catch(() => {});
  worker.on('message', (message: unknown) => {
    if (!isOurs(message)) return;
    const told = message as FromWorker;
    if (told.plano === 'ready') markReady();
    else if (told.plano === 'buckets') send(worker, { plano: 'buckets', id: told.id, outcomes: answerFromBuckets(buckets, told.asks) });
    else waiting.get(told.id)?.(told);
  });
  return {
    ready,
    kill: () => void worker.process.kill('SIGKILL'),
    onExit(listener) {
      worker.once('exit', (code: number | null, signal: string | null) => listener(signal ?? `exit code ${code}`));
    },
    tell: (message) => send(worker, message),
    ask(question, timeoutMs) {
      const id = next++;
      return new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          worker.off('exit', onExit);
          waiting.delete(id);
        };
        const onExit = (): void => {
          end();
          reject(new Error('A worker ended before it answered'));
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`A worker did not answer within ${timeoutMs} ms`));
        }, timeoutMs);
        worker.once('exit', onExit);
        waiting.set(id, (answer) => {
          end();
          resolve(answer);
        });
        send(worker, question(id));
      });
    },
  };
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}

/** A worker's part of what is bounded for the whole gateway. */
function shareOf(config: EffectiveConfig, workers: number): EffectiveConfig {
  const { limits } = config;
  return {
    ...config,
    limits: {
      ...limits,
      inFlight: Math.ceil(limits.inFlight / workers),
      bufferedMemoryBytes: Math.ceil(limits.bufferedMemoryBytes / workers),
    },
  };
}
