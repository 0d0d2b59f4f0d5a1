import type { BucketTake, EffectiveConfig, TakeOutcome } from '@plano/common';
import type { ListenerAddress } from './listeners.ts';

/** What the primary tells a worker. A configuration is plain JSON. */
export type ToWorker =
  | { readonly plano: 'configure'; readonly id: number; readonly config: EffectiveConfig }
  | { readonly plano: 'metrics'; readonly id: number }
  /** The outcomes of the takes in the message of that number, in their order. */
  | { readonly plano: 'buckets'; readonly id: number; readonly outcomes: readonly TakeOutcome[] }
  | { readonly plano: 'stop'; readonly drainMs: number };

/** What a worker tells the primary. `listeners` is there when it could be configured, `error` when not. */
export type FromWorker =
  | { readonly plano: 'ready' }
  | { readonly plano: 'configured'; readonly id: number; readonly listeners?: readonly ListenerAddress[]; readonly error?: string }
  | { readonly plano: 'metrics'; readonly id: number; readonly metrics: readonly object[] }
  | { readonly plano: 'buckets'; readonly id: number; readonly asks: readonly BucketAsk[] };

/** Something for the buckets of rate limits that the primary keeps. Only a take is answered. */
export type BucketAsk = { readonly take: readonly BucketTake[] } | { readonly charge: readonly BucketTake[] };

/** Whether a message is one of ours: Node and libraries use the same channel. */
export const isOurs = (message: unknown): message is { readonly plano: string } =>
  typeof message === 'object' && message !== null && 'plano' in message;
