import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';

const setting = { failures: 3, windowMs: 10_000, openMs: 5_000 };

function breakerAt() {
  let time = 1_000;
  const now = (): number => time;
  const breaker = createCircuitBreaker(setting);
  return {
    breaker,
    at: (ms: number) => {
      time = ms;
    },
    allows: () => breaker.allows(now),
    send: (outcome: 'success' | 'failure' | 'unknown') => breaker.leave(outcome, breaker.enter(), now),
    enter: () => breaker.enter(),
    leave: (outcome: 'success' | 'failure' | 'unknown', probe: boolean) => breaker.leave(outcome, probe, now),
  };
}

describe('a circuit breaker', () => {
  it('opens at the last of its failures within the window', () => {
    const { send, allows, at } = breakerAt();
    send('failure');
    at(6_000);
    send('failure');
    expect(allows()).toBe(true);
    at(11_000);
    send('failure');
    expect(allows()).toBe(false);
  });
  it('forgets failures that are older than the window', () => {
    const { send, allows, at } = breakerAt();
    for (const time of [1_000, 2_000, 11_001, 12_001, 21_003]) {
      at(time);
      send('failure');
    }
    expect(allows()).toBe(true);
  });
  it('does not forget failures for the successes between them', () => {
    const { send, allows } = breakerAt();
    for (const outcome of ['failure', 'success', 'failure', 'success', 'failure'] as const) send(outcome);
    expect(allows()).toBe(false);
  });
  it('lets one probe through when its time is over', () => {
    const { send, allows, at, enter, breaker } = breakerAt();
    for (let i = 0; i < 3; i++) send('failure');
    expect(breaker.openUntil()).toBe(6_000);
    at(5_999);
    expect(allows()).toBe(false);
    at(6_000);
    expect(allows()).toBe(true);
    expect(enter()).toBe(true);
    expect(allows()).toBe(false);
  });
  it.each([
    ['success', true, true],
    ['failure', false, false],
    ['unknown', true, false],
  ] as const)('a probe that ends with %s', (outcome, allowsOne, allowsMore) => {
    const { send, allows, at, enter, leave } = breakerAt();
    for (let i = 0; i < 3; i++) send('failure');
    at(6_000);
    leave(outcome, enter());
    expect(allows()).toBe(allowsOne);
    enter();
    expect(allows()).toBe(allowsMore);
  });
  it('opens for the whole time again after a probe that failed', () => {
    const { send, at, enter, leave, breaker } = breakerAt();
    for (let i = 0; i < 3; i++) send('failure');
    at(8_000);
    leave('failure', enter());
    expect(breaker.openUntil()).toBe(13_000);
  });
  it('takes no notice of what was under way when it opened', () => {
    const { send, enter, leave, breaker } = breakerAt();
    const early = enter();
    const other = enter();
    for (let i = 0; i < 3; i++) send('failure');
    leave('failure', early);
    leave('success', other);
    expect(breaker.openUntil()).toBe(6_000);
  });
});
