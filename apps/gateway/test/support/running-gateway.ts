import type { ExchangeRecord } from '@plano/common';
import type { MemoryBudget } from '../../src/memory-budget.ts';

/** A gateway under test on free ports, whatever its host. */
export interface RunningGateway {
  /** Of the first listener. */
  readonly url: string;
  readonly port: number;
  /** Ports of all listeners, in the order of the configuration. */
  readonly ports: readonly number[];
  /** What became of the exchanges so far; complete after `settle`. */
  readonly records: readonly Pick<ExchangeRecord, 'status' | 'summary' | 'outcome'>[];
  readonly active: () => number;
  /** Calls under way: in Node all of upstreams, in Envoy those beside exchanges. */
  readonly running: () => number;
  /** Resolves when nothing is under way and everything has been recorded. */
  settle(): Promise<unknown>;
  close(): Promise<void>;
}

/** The gateway in this process, which lets more be seen. */
export interface RunningNodeGateway extends RunningGateway {
  readonly records: readonly ExchangeRecord[];
  /** What all exchanges hold. */
  readonly memory: MemoryBudget;
  /** Takes no new connections; resolves when the last one is gone. */
  drain(): Promise<void>;
}
