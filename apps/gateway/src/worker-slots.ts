/** A process that can end. */
export interface SupervisedProcess {
  kill(): void;
  onExit(listener: (reason: string) => void): void;
}

/** How processes are kept running. */
export interface WorkerSlotsOptions<Process extends SupervisedProcess> {
  readonly count: number;
  start(slot: number): Process;
  /** One ended although it should not have. */
  onCrash(slot: number, reason: string, restartInMs: number): void;
  /** One has crashed too often: nothing is restarted any more. */
  onGiveUp(slot: number): void;
  /** Milliseconds before the first restart of a slot; each next one waits twice as long. Default 500. */
  readonly baseMs?: number;
  /** The longest wait. Default 30,000. */
  readonly capMs?: number;
  /** Who lived so long is healthy: the count of its crashes begins anew. Default 60,000. */
  readonly healthyMs?: number;
  /** Crashes in a row of one slot after which it is given up. Default 8. */
  readonly mostCrashes?: number;
}

/** Processes that are kept running. */
export interface WorkerSlots<Process extends SupervisedProcess> {
  /** Those that run now. */
  running(): readonly Process[];
  readonly restarts: () => number;
  /** From now on who ends is not restarted. Resolves when all have ended. */
  stop(): Promise<void>;
  /** Ends what is left at once. */
  kill(): void;
}

/** Starts `count` processes and restarts those that end, later and later, and not for ever. */
export function startWorkerSlots<Process extends SupervisedProcess>(options: WorkerSlotsOptions<Process>): WorkerSlots<Process> {
  const { count, baseMs = 500, capMs = 30_000, healthyMs = 60_000, mostCrashes = 8 } = options;
  const processes = new Map<number, Process>();
  const timers = new Map<number, NodeJS.Timeout>();
  const crashes = new Map<number, number>();
  let restarts = 0;
  let stopping = false;
  let empty: (() => void) | undefined;

  function start(slot: number): void {
    const started = performance.now();
    timers.delete(slot);
    const process = options.start(slot);
    processes.set(slot, process);
    process.onExit((reason) => {
      processes.delete(slot);
      if (stopping) {
        if (processes.size === 0) empty?.();
        return;
      }
      const inARow = performance.now() - started >= healthyMs ? 1 : (crashes.get(slot) ?? 0) + 1;
      crashes.set(slot, inARow);
      if (inARow > mostCrashes) {
        halt();
        options.onGiveUp(slot);
        return;
      }
      const wait = Math.min(capMs, baseMs * 2 ** (inARow - 1));
      options.onCrash(slot, reason, wait);
      timers.set(
        slot,
        setTimeout(() => {
          restarts++;
          start(slot);
        }, wait),
      );
    });
  }

  function halt(): void {
    stopping = true;
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  }

  for (let slot = 0; slot < count; slot++) start(slot);
  return {
    running: () => [...processes.values()],
    restarts: () => restarts,
    stop() {
      halt();
      return processes.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            empty = resolve;
          });
    },
    kill() {
      halt();
      for (const process of processes.values()) process.kill();
    },
  };
}
