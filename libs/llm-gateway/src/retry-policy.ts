import type { EffectiveRetries, HttpHeaders, RetryCondition, UpstreamHead } from '@plano/common';
import { headerValue } from '@plano/common';
import type { BreakerOutcome } from './circuit-breaker.ts';

/** What went wrong with a sending, as far as it may be mended by another one. */
export type Trouble = RetryCondition | 'timeout';

/**
 * What an answer is to `retries.on` and `fallbacks[].on`; undefined for an answer that is final whatever they say: a good one, and what
 * cannot be mended by sending again (the deadline has passed, the host cannot sign).
 */
export function troubleOf(head: UpstreamHead): Trouble | undefined {
  if (head.ok) return head.status >= 400 ? head.status : undefined;
  if (head.final === true) return undefined;
  switch (head.reason) {
    case 'unreachable':
      return 'connect';
    case 'reset':
      return 'reset';
    case 'timeout':
      return 'timeout';
    case 'unsigned':
      return undefined;
  }
}

/** Whether the same model is asked again: not after a timeout, because the first request may still be worked on and paid for. */
export const isRetried = (trouble: Trouble, on: readonly RetryCondition[]): boolean => trouble !== 'timeout' && on.includes(trouble);

/** Whether an answer may be about the key alone, so that another endpoint with another key may give another one. */
export const isAboutKey = (trouble: Trouble): boolean => trouble === 401 || trouble === 403;

/** Whether another model is asked: an upstream that never answered counts as 504 there. */
export const isFallenBack = (trouble: Trouble, on: readonly RetryCondition[]): boolean =>
  on.includes(trouble === 'timeout' ? 504 : trouble);

/** What an answer says of its endpoint: that it is down or broken, not that it refuses this request or is busy. */
export function outcomeOf(head: UpstreamHead): BreakerOutcome {
  if (head.ok) return head.status >= 500 ? 'failure' : 'success';
  return head.reason === 'unsigned' || (head.final === true && head.reason === 'reset') ? 'unknown' : 'failure';
}

/**
 * Milliseconds to wait before the next sending: what the upstream asked for, up to the cap of the configuration; otherwise twice as long each
 * time, up to its own cap, of which the second half is random so that many clients do not come back at once.
 *
 * @param retry 0 for the first one.
 */
export function retryDelay(retries: EffectiveRetries, retry: number, headers: HttpHeaders | undefined, host: Chance): number {
  const asked = headers === undefined ? undefined : retryAfterMs(headers, host.now);
  if (asked !== undefined) return Math.min(asked, retries.retryAfterCapMs);
  const ceiling = Math.min(retries.capMs, retries.baseMs * 2 ** retry);
  return Math.round(ceiling / 2 + (host.random() * ceiling) / 2);
}

/** The host's clock and dice. */
export interface Chance {
  now(): number;
  random(): number;
}

/** `retry-after-ms` (OpenAI, Azure), else `retry-after` in seconds or as a date. Undefined when there is none that can be read. */
function retryAfterMs(headers: HttpHeaders, now: () => number): number | undefined {
  const precise = numberOf(headerValue(headers, 'retry-after-ms'));
  if (precise !== undefined) return precise;
  const value = headerValue(headers, 'retry-after');
  const seconds = numberOf(value);
  if (seconds !== undefined) return seconds * 1000;
  const date = value?.endsWith('GMT') === true ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}

const numberOf = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
