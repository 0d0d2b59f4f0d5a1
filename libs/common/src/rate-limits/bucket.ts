/*
 * What a flow and its host say to each other about limits. The flow knows the configuration and the request, the host keeps the buckets: in its
 * memory, in a process that several workers share, in Redis, or in Envoy's shared data. So this is all they need to agree on: which buckets, how
 * large, how fast they refill, how much to take.
 */

/** An amount to take of one bucket that holds `capacity` and refills completely within `unitMs`. */
export interface BucketTake {
  /** Names the bucket and its definition: a limit that is changed begins anew. At most 512 characters. */
  readonly key: string;
  /** The bucket to use when the host has no room for another one. */
  readonly overflowKey: string;
  readonly capacity: number;
  /** Milliseconds in which an empty bucket becomes full. */
  readonly unitMs: number;
  readonly amount: number;
}

/** How full a bucket is. */
export interface BucketLevel {
  /** What can be taken at once, rounded down. */
  readonly remaining: number;
  /** Milliseconds until the bucket is full again. */
  readonly resetMs: number;
}

/**
 * All takes were done, or none of them. `levels` are those of the buckets afterwards, in the order of the takes. `waitMs`: when the same takes
 * would be allowed as far as the refusing bucket goes; null when it can never hold that much. `unavailable`: the buckets cannot be reached and
 * the configuration says that nothing is allowed then.
 */
export type TakeOutcome =
  | { readonly ok: true; readonly levels: readonly BucketLevel[] }
  | {
      readonly ok: false;
      readonly reason: 'limited';
      /** Of the take that was refused. */
      readonly index: number;
      readonly waitMs: number | null;
      readonly levels: readonly BucketLevel[];
    }
  | { readonly ok: false; readonly reason: 'unavailable' };

/** The outcome of a host that has no buckets or cannot reach them and lets everything pass. No levels are known. */
export const everythingAllowed: TakeOutcome = { ok: true, levels: [] };
