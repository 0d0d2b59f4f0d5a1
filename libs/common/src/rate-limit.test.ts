import { describe, expect, it } from 'vitest';
import type { EffectiveRateLimit } from './config/effective-routing.ts';
import { createRateLimiter, createRateLimitState, type RateLimitDecision, type RateLimiter } from './rate-limit.ts';

function limit(details: Partial<EffectiveRateLimit> = {}): EffectiveRateLimit {
  return {
    model: 'openai/gpt-4o',
    selector: { key: 'x-user', value: null },
    limit: { tokens: 100, requests: null, unitMs: 1000 },
    onMissingSelector: 'share',
    ...details,
  };
}

const models = ['openai/gpt-4o', 'gpt-4o'];

function ask(limiter: RateLimiter, tokens: number, nowMs: number, headers: Record<string, string> = { 'x-user': 'a' }): RateLimitDecision {
  return limiter.reserve({ models, header: (name) => headers[name], tokens, nowMs });
}

function verdict(decision: RateLimitDecision): string {
  return decision.ok ? 'ok' : `wait ${decision.retryAfterMs}`;
}

describe('a bucket', () => {
  it('C-1: holds its tokens, refuses more, and refills with time', () => {
    const limiter = createRateLimiter([limit()], createRateLimitState());
    expect(verdict(ask(limiter, 100, 0))).toBe('ok');
    expect(verdict(ask(limiter, 10, 0))).toBe('wait 100');
    expect(verdict(ask(limiter, 10, 99))).toBe('wait 1');
    expect(verdict(ask(limiter, 10, 100))).toBe('ok');
    expect(verdict(ask(limiter, 100, 10_000))).toBe('ok');
  });

  it('takes nothing for what it refuses', () => {
    const limiter = createRateLimiter([limit()], createRateLimitState());
    expect(verdict(ask(limiter, 90, 0))).toBe('ok');
    expect(verdict(ask(limiter, 20, 0))).toBe('wait 100');
    expect(verdict(ask(limiter, 10, 0))).toBe('ok');
  });

  it('never allows more than it holds', () => {
    expect(verdict(ask(createRateLimiter([limit()], createRateLimitState()), 101, 0))).toBe('wait null');
  });

  it('L-4: lets a request without tokens through', () => {
    const limiter = createRateLimiter([limit()], createRateLimitState());
    ask(limiter, 100, 0);
    expect(verdict(ask(limiter, 0, 0))).toBe('ok');
  });

  it('C-2: over a day is a day, not an hour', () => {
    const limiter = createRateLimiter([limit({ limit: { tokens: 24, requests: null, unitMs: 86_400_000 } })], createRateLimitState());
    expect(verdict(ask(limiter, 24, 0))).toBe('ok');
    expect(verdict(ask(limiter, 1, 3_599_999))).toBe('wait 1');
    expect(verdict(ask(limiter, 1, 3_600_000))).toBe('ok');
  });

  it('allows exactly its capacity in small steps', () => {
    const limiter = createRateLimiter([limit({ limit: { tokens: 7, requests: null, unitMs: 1000 } })], createRateLimitState());
    let allowed = 0;
    for (let index = 0; index < 20; index += 1) if (ask(limiter, 1, 0).ok) allowed += 1;
    expect(allowed).toBe(7);
  });
});

describe('requests beside tokens', () => {
  it('are both counted, and neither is taken when one refuses', () => {
    const limiter = createRateLimiter([limit({ limit: { tokens: 100, requests: 2, unitMs: 1000 } })], createRateLimitState());
    expect(verdict(ask(limiter, 10, 0))).toBe('ok');
    expect(verdict(ask(limiter, 95, 0))).toBe('wait 50');
    expect(verdict(ask(limiter, 10, 0))).toBe('ok');
    expect(verdict(ask(limiter, 10, 0))).toBe('wait 500');
  });
});

describe('settling', () => {
  it('charges what the answer used, even beyond the limit', () => {
    const limiter = createRateLimiter([limit()], createRateLimitState());
    const decision = ask(limiter, 10, 0);
    if (!decision.ok) throw new Error(decision.message);
    limiter.settle(decision.reservation, 210, 0);
    expect(verdict(ask(limiter, 10, 0))).toBe('wait 1200');
  });

  it('gives back what was not used', () => {
    const limiter = createRateLimiter([limit()], createRateLimitState());
    const decision = ask(limiter, 100, 0);
    if (!decision.ok) throw new Error(decision.message);
    limiter.settle(decision.reservation, 0, 0);
    expect(verdict(ask(limiter, 100, 0))).toBe('ok');
  });
});

describe('which bucket', () => {
  const vip = limit({ selector: { key: 'x-user', value: 'vip' }, limit: { tokens: 500, requests: null, unitMs: 1000 } });

  it('is one for each value', () => {
    const limiter = createRateLimiter([limit()], createRateLimitState());
    expect(verdict(ask(limiter, 100, 0, { 'x-user': 'a' }))).toBe('ok');
    expect(verdict(ask(limiter, 100, 0, { 'x-user': 'b' }))).toBe('ok');
    expect(ask(limiter, 1, 0, { 'x-user': 'a' }).ok).toBe(false);
  });

  it('is the named one before that of every value', () => {
    const limiter = createRateLimiter([limit(), vip], createRateLimitState());
    expect(verdict(ask(limiter, 400, 0, { 'x-user': 'vip' }))).toBe('ok');
    expect(verdict(ask(limiter, 400, 0, { 'x-user': 'joe' }))).toBe('wait null');
  });

  it('is found by the bare name of the model', () => {
    const limiter = createRateLimiter([limit({ model: 'gpt-4o' })], createRateLimitState());
    expect(verdict(ask(limiter, 101, 0))).toBe('wait null');
  });

  it('is none for another model', () => {
    const limiter = createRateLimiter([limit({ model: 'gpt-5' })], createRateLimitState());
    expect(verdict(ask(limiter, 101, 0))).toBe('ok');
  });

  it('is every one whose header is there', () => {
    const team = limit({ selector: { key: 'x-team', value: null }, limit: { tokens: 50, requests: null, unitMs: 1000 } });
    const limiter = createRateLimiter([limit(), team], createRateLimitState());
    expect(verdict(ask(limiter, 50, 0, { 'x-user': 'a', 'x-team': 't' }))).toBe('ok');
    expect(ask(limiter, 1, 0, { 'x-user': 'b', 'x-team': 't' }).ok).toBe(false);
    expect(verdict(ask(limiter, 50, 0, { 'x-user': 'a', 'x-team': 'u' }))).toBe('ok');
  });

  it('without the header follows the configuration', () => {
    const none = {};
    const of = (onMissingSelector: EffectiveRateLimit['onMissingSelector']) =>
      createRateLimiter([limit({ onMissingSelector })], createRateLimitState());
    const share = of('share');
    expect(verdict(ask(share, 100, 0, none))).toBe('ok');
    expect(verdict(ask(share, 1, 0, none))).toBe('wait 10');
    expect(verdict(ask(of('ignore'), 101, 0, none))).toBe('ok');
    const rejected = ask(of('reject'), 1, 0, none);
    expect(rejected.ok ? '' : rejected.message).toBe('the header x-user is needed for the rate limit of this model');
  });

  it('without the header is shared also where limits name values only', () => {
    const limiter = createRateLimiter([vip], createRateLimitState());
    expect(verdict(ask(limiter, 500, 0, {}))).toBe('ok');
    expect(ask(limiter, 1, 0, {}).ok).toBe(false);
    expect(verdict(ask(limiter, 500, 0, { 'x-user': 'vip' }))).toBe('ok');
    expect(verdict(ask(limiter, 501, 0, { 'x-user': 'joe' }))).toBe('ok');
    const ignored = createRateLimiter([{ ...vip, onMissingSelector: 'ignore' }], createRateLimitState());
    expect(verdict(ask(ignored, 501, 0, {}))).toBe('ok');
  });
});

describe('the text of a refusal', () => {
  it('is the one that clients know', () => {
    const decision = ask(createRateLimiter([limit()], createRateLimitState()), 101, 0);
    expect(decision.ok ? '' : decision.message).toBe(
      'exceeded limit provider=openai/gpt-4o, selector=Header { key: "x-user", value: "a" }, tokens_used=101',
    );
  });

  it('does not show a credential', () => {
    const limiter = createRateLimiter([limit({ selector: { key: 'authorization', value: null } })], createRateLimitState());
    expect(JSON.stringify(ask(limiter, 101, 0, { authorization: 'Bearer sk-secret' }))).not.toContain('sk-secret');
  });
});

describe('memory', () => {
  it('is bounded, and made-up values do not refill a bucket', () => {
    const state = createRateLimitState(10);
    const limiter = createRateLimiter([limit()], state);
    expect(verdict(ask(limiter, 100, 0, { 'x-user': 'first' }))).toBe('ok');
    let allowed = 0;
    for (let index = 0; index < 1000; index += 1) if (ask(limiter, 100, 0, { 'x-user': `made-up-${index}` }).ok) allowed += 1;
    expect(allowed).toBe(10);
    expect(state.fullAt.size).toBe(11);
    expect(ask(limiter, 1, 0, { 'x-user': 'first' }).ok).toBe(false);
    expect(verdict(ask(limiter, 100, 1000, { 'x-user': 'late' }))).toBe('ok');
    expect(state.fullAt.size).toBe(11);
  });

  it('keeps the names of buckets short', () => {
    const state = createRateLimitState();
    const limiter = createRateLimiter([limit()], state);
    ask(limiter, 1, 0, { 'x-user': 'x'.repeat(60_000) });
    ask(limiter, 1, 0, { 'x-user': `${'x'.repeat(59_999)}y` });
    expect(state.fullAt.size).toBe(2);
    for (const key of state.fullAt.keys()) expect(key.length).toBeLessThan(300);
  });

  it('C-1: outlives a new configuration, but not a new definition', () => {
    const state = createRateLimitState();
    ask(createRateLimiter([limit()], state), 100, 0);
    expect(ask(createRateLimiter([limit()], state), 1, 0).ok).toBe(false);
    expect(ask(createRateLimiter([limit({ limit: { tokens: 200, requests: null, unitMs: 1000 } })], state), 200, 0).ok).toBe(true);
  });
});
