import type { BucketTake, TakeOutcome } from '@plano/common';
import type { RateLimitStore } from './rate-limit-store.ts';
import { createMemoryStore } from './rate-limit-store.ts';
import type { BucketAsk, FromWorker, ToWorker } from './worker-messages.ts';

/*
 * Buckets that all workers share are kept by the primary process. What a worker asks in one turn of its event loop goes in one message, and the
 * primary answers a message at once: it takes in the order in which messages come, so no bucket is taken from twice. A primary that does not
 * answer in time holds up no request: until it does again, the worker counts in buckets of its own, as one gateway among several would.
 */

/** Everything has a default. */
export interface PrimaryStoreOptions {
  /** Milliseconds that the primary may take to answer. Default 250. */
  readonly timeoutMs?: number;
  /** Milliseconds for which it is not asked after it did not answer. Default 500. */
  readonly restMs?: number;
  /** Takes that may wait for it at the same time; more are counted here. Default 10,000. */
  readonly mostPending?: number;
  /** Told when the primary no longer answers, and when it does again: once for each change. */
  readonly onAvailability?: (available: boolean) => void;
}

/** The store of a worker. */
export interface PrimaryStore extends RateLimitStore {
  /** The primary has answered a message. */
  answered(message: ToWorker & { readonly plano: 'buckets' }): void;
  /** The primary is gone: nobody waits for it any more. */
  disconnect(): void;
}

type Settle = (outcome: TakeOutcome | undefined) => void;

interface Batch {
  readonly asks: BucketAsk[];
  /** Those who wait for an outcome, in the order of the takes. */
  readonly waiting: Settle[];
}

/**
 * A store whose buckets the primary keeps.
 *
 * @param send - sends a message to the primary; false when there is none to send to
 * @example
 * const store = createPrimaryStore((message) => process.send?.(message) ?? false);
 */
export function createPrimaryStore(
  send: (message: FromWorker & { readonly plano: 'buckets' }) => boolean,
  options: PrimaryStoreOptions = {},
): PrimaryStore {
  const { timeoutMs = 250, restMs = 500, mostPending = 10_000 } = options;
  const own = createMemoryStore();
  const sent = new Map<number, { readonly waiting: readonly Settle[]; readonly timer: NodeJS.Timeout }>();
  let next: Batch | undefined;
  let pending = 0;
  let nextId = 0;
  let available = true;
  let connected = true;
  let restUntil = 0;

  function report(now: boolean): void {
    if (now === available) return;
    available = now;
    options.onAvailability?.(now);
  }

  const mayAsk = (): boolean => connected && pending < mostPending && (available || performance.now() >= restUntil);

  function ask(what: BucketAsk, settle?: Settle): void {
    if (next === undefined) {
      next = { asks: [], waiting: [] };
      setImmediate(flush);
    }
    next.asks.push(what);
    if (settle === undefined) return;
    next.waiting.push(settle);
    pending += 1;
  }

  function flush(): void {
    if (next === undefined) return;
    const { asks, waiting } = next;
    next = undefined;
    const id = nextId++;
    // When this process itself was held up, the answer may have come and not been read: it is read before the last word is said.
    const timer = setTimeout(() => setImmediate(fail, id), timeoutMs).unref();
    sent.set(id, { waiting, timer });
    if (!connected || !send({ plano: 'buckets', id, asks })) fail(id);
  }

  function fail(id: number): void {
    const waiting = takeOut(id);
    if (waiting === undefined) return;
    restUntil = performance.now() + restMs;
    report(false);
    for (const settle of waiting) settle(undefined);
  }

  function takeOut(id: number): readonly Settle[] | undefined {
    const batch = sent.get(id);
    if (batch === undefined) return undefined;
    sent.delete(id);
    clearTimeout(batch.timer);
    pending -= batch.waiting.length;
    return batch.waiting;
  }

  return {
    take(takes) {
      if (!mayAsk()) return own.take(takes);
      return new Promise((resolve) => {
        ask({ take: takes.map(bare) }, (outcome) => resolve(outcome ?? own.take(takes)));
      });
    },
    charge(charges) {
      if (mayAsk()) ask({ charge: charges.map(bare) });
      else own.charge(charges);
    },
    available: () => available,
    close: () => Promise.resolve(),
    answered({ id, outcomes }) {
      const waiting = takeOut(id);
      if (waiting === undefined) return;
      report(true);
      for (let index = 0; index < waiting.length; index += 1) waiting[index]?.(outcomes[index]);
    },
    disconnect() {
      connected = false;
      for (const id of [...sent.keys()]) fail(id);
    },
  };
}

/** What the primary answers to a worker's message, which it has carried out. */
export function answerFromBuckets(store: RateLimitStore, asks: readonly BucketAsk[]): TakeOutcome[] {
  const outcomes: TakeOutcome[] = [];
  for (const asked of asks) {
    if ('charge' in asked) store.charge(asked.charge);
    else outcomes.push(store.take(asked.take) as TakeOutcome);
  }
  return outcomes;
}

/** A take without what only its flow needs to know: the limit it comes from. */
const bare = ({ key, overflowKey, capacity, unitMs, amount }: BucketTake): BucketTake => ({ key, overflowKey, capacity, unitMs, amount });
