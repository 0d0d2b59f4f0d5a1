import type { EffectiveRetries, HttpHeaders, UpstreamHead } from '@plano/common';
import { describe, expect, it } from 'vitest';
import { isFallenBack, isRetried, outcomeOf, retryDelay, troubleOf } from './retry-policy.ts';

const status = (code: number): UpstreamHead => ({ ok: true, status: code, headers: {} });
const failure = (reason: 'unreachable' | 'timeout' | 'reset' | 'unsigned', final = false): UpstreamHead => ({
  ok: false,
  reason,
  message: '',
  final,
});
const retries: EffectiveRetries = {
  max: 5,
  baseMs: 500,
  capMs: 5_000,
  on: ['connect', 'reset', 429, 500, 502, 503, 504, 529],
  retryAfterCapMs: 30_000,
};

describe('what may be mended', () => {
  it.each([
    ['a request that no host can send', failure('reset', true), undefined, false, false, 'unknown'],
    ['a good answer', status(200), undefined, false, false, 'success'],
    ['a redirect', status(302), undefined, false, false, 'success'],
    ['a wrong request', status(400), 400, false, false, 'success'],
    ['too many requests', status(429), 429, true, true, 'success'],
    ['a broken server', status(500), 500, true, true, 'failure'],
    ['an overloaded one', status(529), 529, true, true, 'failure'],
    ['a server that cannot', status(501), 501, false, false, 'failure'],
    ['no connection', failure('unreachable'), 'connect', true, true, 'failure'],
    ['a broken connection', failure('reset'), 'reset', true, true, 'failure'],
    ['silence', failure('timeout'), 'timeout', false, true, 'failure'],
    ['the deadline', failure('timeout', true), undefined, false, false, 'failure'],
    ['no signature', failure('unsigned'), undefined, false, false, 'unknown'],
  ] as const)('%s', (_name, head, trouble, retried, fallenBack, outcome) => {
    const found = troubleOf(head);
    expect(found).toBe(trouble);
    expect(found !== undefined && isRetried(found, retries.on)).toBe(retried);
    expect(found !== undefined && isFallenBack(found, retries.on)).toBe(fallenBack);
    expect(outcomeOf(head)).toBe(outcome);
  });
});

describe('the time between two sendings', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  const delay = (retry: number, random: number, headers: HttpHeaders = {}): number =>
    retryDelay(retries, retry, headers, { now: () => now, random: () => random });

  it.each([
    [0, 0, 250],
    [0, 0.999999, 500],
    [1, 0, 500],
    [1, 0.5, 750],
    [3, 0.5, 3_000],
    [4, 0, 2_500],
    [40, 0.999999, 5_000],
  ])('doubles with each retry, half of it by chance: retry %i, %f → %i ms', (retry, random, expected) => {
    expect(delay(retry, random)).toBe(expected);
  });
  it.each<[string, HttpHeaders, number]>([
    ['seconds', { 'retry-after': '3' }, 3_000],
    ['a fraction', { 'retry-after': '0.5' }, 500],
    ['none at all', { 'retry-after': '0' }, 0],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:07 GMT' }, 7_000],
    ['a date that has passed', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
    ['milliseconds, which are more precise', { 'retry-after-ms': '120', 'retry-after': '1' }, 120],
    ['more than the cap', { 'retry-after': '86400' }, 30_000],
    ['nonsense', { 'retry-after': 'soon' }, 250],
    ['a negative number', { 'retry-after': '-1' }, 250],
  ])('is what the upstream asks for: %s', (_name, headers, expected) => {
    expect(delay(0, 0, headers)).toBe(expected);
  });
});
