import type { EffectiveCircuitBreaker } from '@plano/common';

/*
 * One breaker guards one endpoint. It is closed, open or half-open:
 *
 * closed     everything passes. The times of the last `failures` failures are kept; when the oldest of them is within the window of the newest,
 *            the breaker opens. A success forgets nothing: an endpoint that fails half of its requests fails.
 * open       nothing passes for `openMs`. What is still under way from before may end as it likes.
 * half-open  after that time one request passes, the probe. Its success closes the breaker, its failure opens it anew; a probe that ends
 *            without telling anything (its client went away) makes room for another one.
 *
 * The clock is handed in. A closed breaker never looks at it, so a healthy endpoint costs one comparison a request.
 */

/** Keeps requests from an endpoint that fails; see {@link createCircuitBreaker}. */
export interface CircuitBreaker {
  /** Whether a request may be sent now. Changes nothing. */
  allows(now: () => number): boolean;
  /** A request is sent: whether it is the probe. Only after `allows`. */
  enter(): boolean;
  /** The request ended well, badly, or without telling anything about the endpoint. */
  leave(outcome: BreakerOutcome, probe: boolean, now: () => number): void;
  /** When the next request may be tried, as milliseconds of the clock; 0 while closed. */
  openUntil(): number;
}

/** What a request told about its endpoint. */
export type BreakerOutcome = 'success' | 'failure' | 'unknown';

/**
 * Creates a closed breaker.
 *
 * @example
 * const breaker = createCircuitBreaker({ failures: 5, windowMs: 30_000, openMs: 15_000 });
 * if (breaker.allows(host.now)) {
 *   const probe = breaker.enter();
 *   breaker.leave((await send()) ? 'success' : 'failure', probe, host.now);
 * }
 */
export function createCircuitBreaker({ failures, windowMs, openMs }: EffectiveCircuitBreaker): CircuitBreaker {
  const times: number[] = [];
  let openUntil = 0;
  let probing = false;

  function open(nowMs: number): void {
    openUntil = nowMs + openMs;
    times.length = 0;
  }

  function fail(nowMs: number): void {
    times.push(nowMs);
    if (times.length > failures) times.shift();
    if (times.length === failures && nowMs - (times[0] as number) <= windowMs) open(nowMs);
  }

  return {
    allows: (now) => openUntil === 0 || (!probing && now() >= openUntil),
    enter() {
      if (openUntil === 0) return false;
      probing = true;
      return true;
    },
    leave(outcome, probe, now) {
      if (probe) {
        probing = false;
        if (outcome === 'success') openUntil = 0;
        else if (outcome === 'failure') open(now());
      } else if (outcome === 'failure' && openUntil === 0) fail(now());
    },
    openUntil: () => openUntil,
  };
}
