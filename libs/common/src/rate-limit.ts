import type { EffectiveRateLimit } from './config/effective-routing.ts';
import type { BucketTake } from './rate-limits/bucket.ts';
import { chargeMemory, createMemoryBuckets, type MemoryBuckets, takeFromMemory } from './rate-limits/memory-buckets.ts';
import { type LimitedRequest, planRateLimits, rateLimitMessage } from './rate-limits/plan-takes.ts';

/** What was taken, to be settled when the answer's tokens are known. */
export interface RateLimitReservation {
  readonly tokens: number;
  readonly buckets: readonly BucketTake[];
}

/** Allowed, or refused with what to tell the client. */
export type RateLimitDecision =
  | { readonly ok: true; readonly reservation: RateLimitReservation }
  | {
      readonly ok: false;
      readonly message: string;
      /** When the same request would be allowed; null when it never will be. */
      readonly retryAfterMs: number | null;
    };

/** Applies the limits of a configuration. `nowMs`: milliseconds of a clock that never goes back. */
export interface RateLimiter {
  /** Takes the request and its tokens from every bucket that applies, or nothing at all. */
  reserve(request: LimitedRequest & { readonly nowMs: number }): RateLimitDecision;
  /** Charges what the answer used beyond the reservation, or gives back what it did not. Never refuses: what is used is used. */
  settle(reservation: RateLimitReservation, usedTokens: number, nowMs: number): void;
}

/** An empty state; `maxBuckets` is 100,000 unless given. */
export const createRateLimitState = createMemoryBuckets;

/**
 * Limits over buckets in memory, for those who have no exchange to drive: plan, buckets and texts in one.
 *
 * @example
 * const limiter = createRateLimiter(config.rateLimits, createRateLimitState());
 * const decision = limiter.reserve({ models: ['openai/gpt-4o', 'gpt-4o'], header: (name) => headers[name], tokens: 120, nowMs });
 * if (!decision.ok) respond(429, decision.message);
 */
export function createRateLimiter(limits: readonly EffectiveRateLimit[], state: MemoryBuckets): RateLimiter {
  const plan = planRateLimits(limits);
  return {
    reserve: (request) => {
      const { tokens, nowMs } = request;
      const planned = plan.takesOf(request);
      if (!planned.ok) return { ok: false, message: missingSelectorMessage(planned.missingHeader), retryAfterMs: null };
      const { takes } = planned;
      const outcome = takeFromMemory(state, takes, nowMs);
      if (outcome.ok) return { ok: true, reservation: { tokens, buckets: takes.filter(({ kind }) => kind === 'tokens') } };
      const refused = outcome.reason === 'limited' ? takes[outcome.index] : undefined;
      if (refused === undefined) throw new Error('memory has refused without a reason');
      return { ok: false, message: rateLimitMessage(refused, tokens), retryAfterMs: outcome.reason === 'limited' ? outcome.waitMs : null };
    },
    settle: (reservation, usedTokens, nowMs) => {
      chargeMemory(state, settlement(reservation, usedTokens), nowMs);
    },
  };
}

/** What a client is told that leaves out a header which the configuration demands. */
export const missingSelectorMessage = (header: string): string => `the header ${header} is needed for the rate limit of this model`;

/** What is still to be charged, or given back, when the tokens that were used are known. */
export function settlement({ tokens, buckets }: RateLimitReservation, usedTokens: number): BucketTake[] {
  const amount = usedTokens - tokens;
  if (amount === 0 || !Number.isFinite(amount)) return [];
  return buckets.map(({ key, overflowKey, capacity, unitMs }) => ({ key, overflowKey, capacity, unitMs, amount }));
}
