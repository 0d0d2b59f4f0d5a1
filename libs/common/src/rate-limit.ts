import type { EffectiveRateLimit } from './config/effective-routing.ts';
import { isSecretHeader } from './pii.ts';

/*
 * Buckets by the generic cell rate algorithm: of each bucket only one number is kept, the time at which it will be full again. Taking `n` of a
 * limit of `N` a unit moves that time by n/N of a unit, and is allowed as long as it does not get more than one unit ahead of now. So a bucket
 * refills all the time, holds N at most, and one that is full again need not be kept at all.
 *
 * Memory is bounded: when there are too many buckets, values not seen before share one bucket of their limit. Emptied buckets are never thrown
 * away in their favour, because then a client could have its own refilled by making up values.
 */

/** Buckets, apart from the limits, so that a new configuration keeps those whose limit is unchanged. */
export interface RateLimitState {
  /** When each bucket is full again, in milliseconds; least recently used first. */
  readonly fullAt: Map<string, number>;
  readonly maxBuckets: number;
}

/** An empty state; `maxBuckets` is 100,000 unless given. */
export function createRateLimitState(maxBuckets = 100_000): RateLimitState {
  return { fullAt: new Map(), maxBuckets };
}

/** A request as far as limits go. */
export interface LimitedRequest {
  /** Names of the model, full and bare: a limit may use either. */
  readonly models: readonly string[];
  /** Value of a request header by its lower-case name. */
  header(name: string): string | undefined;
  /** Tokens known so far: those of the input. */
  readonly tokens: number;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: number;
}

/** What was taken, to be settled when the answer's tokens are known. */
export interface RateLimitReservation {
  readonly tokens: number;
  readonly buckets: readonly { readonly key: string; readonly capacity: number; readonly unitMs: number }[];
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

/** Applies the limits of a configuration. */
export interface RateLimiter {
  /** Takes the request and its tokens from every bucket that applies, or nothing at all. */
  reserve(request: LimitedRequest): RateLimitDecision;
  /** Charges what the answer used beyond the reservation, or gives back what it did not. Never refuses: what is used is used. */
  settle(reservation: RateLimitReservation, usedTokens: number, nowMs: number): void;
}

interface Take {
  readonly key: string;
  readonly capacity: number;
  readonly unitMs: number;
  readonly amount: number;
  readonly kind: 'tokens' | 'requests';
  readonly limit: EffectiveRateLimit;
  readonly value: string;
}

/**
 * A limiter over a state. The header that tells clients apart is the configuration's choice; of the limits with one header, the one that names
 * the request's value applies, else the one for every value.
 *
 * @example
 * const limiter = createRateLimiter(config.rateLimits, state);
 * const decision = limiter.reserve({ models: ['openai/gpt-4o', 'gpt-4o'], header: (name) => headers[name], tokens: 120, nowMs });
 * if (!decision.ok) respond(429, decision.message);
 */
export function createRateLimiter(limits: readonly EffectiveRateLimit[], state: RateLimitState): RateLimiter {
  const byModel = groupLimits(limits);

  const takesOf = (request: LimitedRequest): Take[] | { readonly missing: string } => {
    const takes: Take[] = [];
    const seen = new Set<ModelLimits>();
    for (const model of request.models) {
      const group = byModel.get(model);
      if (group === undefined || seen.has(group)) continue;
      seen.add(group);
      for (const [header, { values, every }] of group) {
        const value = request.header(header);
        const limit = value === undefined ? undefined : values.get(value);
        if (limit !== undefined) addTakes(takes, limit, '', value!, request.tokens);
        else if (value !== undefined && every !== undefined) addTakes(takes, every, bucketValue(value), value, request.tokens);
        else if (value === undefined) {
          const policy = every ?? [...values.values()].find((candidate) => candidate.onMissingSelector === 'reject');
          if (policy?.onMissingSelector === 'reject') return { missing: header };
          if (every?.onMissingSelector === 'share') addTakes(takes, every, sharedValue, '', request.tokens);
        }
      }
    }
    return takes;
  };

  return {
    reserve: (request) => {
      const takes = takesOf(request);
      if (!Array.isArray(takes))
        return { ok: false, message: `the header ${takes.missing} is needed for the rate limit of this model`, retryAfterMs: null };
      const placed: Take[] = [];
      for (const take of takes) {
        const key = placeOf(state, take, request.nowMs);
        const wait = waitOf(state.fullAt.get(key), take, request.nowMs);
        if (wait !== 0) return refusal(take, request.tokens, wait);
        placed.push({ ...take, key });
      }
      for (const take of placed) move(state, take.key, (take.amount / take.capacity) * take.unitMs, request.nowMs);
      const buckets = placed.filter((take) => take.kind === 'tokens').map(({ key, capacity, unitMs }) => ({ key, capacity, unitMs }));
      return { ok: true, reservation: { tokens: request.tokens, buckets } };
    },
    settle: (reservation, usedTokens, nowMs) => {
      const difference = usedTokens - reservation.tokens;
      if (difference === 0 || !Number.isFinite(difference)) return;
      for (const { key, capacity, unitMs } of reservation.buckets) move(state, key, (difference / capacity) * unitMs, nowMs);
    },
  };
}

type ModelLimits = Map<string, { values: Map<string, EffectiveRateLimit>; every: EffectiveRateLimit | undefined }>;

function groupLimits(limits: readonly EffectiveRateLimit[]): Map<string, ModelLimits> {
  const byModel = new Map<string, ModelLimits>();
  for (const limit of limits) {
    const group: ModelLimits = byModel.get(limit.model) ?? new Map();
    byModel.set(limit.model, group);
    const { key, value } = limit.selector;
    const selector = group.get(key) ?? { values: new Map<string, EffectiveRateLimit>(), every: undefined };
    group.set(key, selector);
    // Of two limits with one selector the first holds.
    if (value === null) selector.every ??= limit;
    else if (!selector.values.has(value)) selector.values.set(value, limit);
  }
  return byModel;
}

const sharedValue = '\u0000shared';
const overflowValue = '\u0000overflow';

function addTakes(takes: Take[], limit: EffectiveRateLimit, bucket: string, value: string, tokens: number): void {
  const { unitMs } = limit.limit;
  for (const [kind, amount] of [
    ['tokens', Math.max(0, tokens)],
    ['requests', 1],
  ] as const) {
    const capacity = limit.limit[kind];
    if (capacity !== null) takes.push({ key: bucket, capacity, unitMs, amount, kind, limit, value });
  }
}

/** The definition is part of the key: a limit that changes begins anew. */
function keyOf(take: Take, bucket: string): string {
  const { model, selector } = take.limit;
  return JSON.stringify([model, selector.key, selector.value, take.kind, take.capacity, take.unitMs, bucket]);
}

/** Where the take goes: its own bucket, or the shared one when there is no room for another. */
function placeOf(state: RateLimitState, take: Take, nowMs: number): string {
  const own = keyOf(take, take.key);
  if (state.fullAt.has(own) || state.fullAt.size < state.maxBuckets) return own;
  let looked = 0;
  for (const [key, fullAt] of state.fullAt) {
    if (fullAt <= nowMs) {
      state.fullAt.delete(key);
      return own;
    }
    looked += 1;
    if (looked === 16) break;
  }
  return keyOf(take, overflowValue);
}

/** Milliseconds until the take is allowed: 0 now, null never. */
function waitOf(fullAt: number | undefined, take: Take, nowMs: number): number | null {
  if (take.amount > take.capacity) return null;
  const ahead = Math.max(fullAt ?? nowMs, nowMs) + (take.amount / take.capacity) * take.unitMs - nowMs - take.unitMs;
  // A millionth of a millisecond is what adding up fractions may be off by.
  return ahead <= 1e-6 ? 0 : ahead;
}

function move(state: RateLimitState, key: string, byMs: number, nowMs: number): void {
  const fullAt = Math.max(state.fullAt.get(key) ?? nowMs, nowMs) + byMs;
  state.fullAt.delete(key);
  if (fullAt > nowMs) state.fullAt.set(key, fullAt);
}

function refusal(take: Take, tokens: number, retryAfterMs: number | null): RateLimitDecision {
  const { model, selector } = take.limit;
  const value = isSecretHeader(selector.key) ? '***' : take.value.slice(0, 80);
  const message = `exceeded limit provider=${model}, selector=Header { key: ${JSON.stringify(selector.key)}, value: ${JSON.stringify(value)} }, tokens_used=${tokens}`;
  return { ok: false, message, retryAfterMs };
}

/** A header may be 64 KiB long; a bucket's name is not. */
function bucketValue(value: string): string {
  if (value.length <= 128) return `=${value}`;
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index += 1) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  return `#${value.slice(0, 64)}${value.slice(-32)}${value.length}:${hash >>> 0}`;
}
