import { afterEach, expect, it, vi } from 'vitest';
import { wallNow } from './wall-clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('follows the system’s clock within a minute, and until then only the monotonic one', () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  vi.advanceTimersByTime(120_000);
  const before = wallNow();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(10);
  expect(wallNow() - before).toBeCloseTo(10, 3);
  vi.advanceTimersByTime(61_000);
  expect(Math.abs(wallNow() - Date.now())).toBeLessThan(1);
});
