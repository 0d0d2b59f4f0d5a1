import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SilenceWatch, Watched } from './silence-watch.ts';
import { createSilenceWatch } from './silence-watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watched(watch: SilenceWatch, silenceMs: number, then: () => void = () => {}): Watched & { silences: number } {
  const one = {
    silenceMs,
    silentSince: 0,
    place: -1,
    silences: 0,
    onSilence() {
      one.silences++;
      then();
    },
  };
  watch.add(one);
  return one;
}

describe('a watch for silence', () => {
  it('tells once of what is silent for too long, not before its time and at most two looks late', () => {
    const one = watched(createSilenceWatch(1600), 1600);
    vi.advanceTimersByTime(1600);
    expect(one.silences).toBe(0);
    vi.advanceTimersByTime(200);
    expect(one).toMatchObject({ silences: 1, place: -1 });
    vi.advanceTimersByTime(5000);
    expect(one.silences).toBe(1);
  });

  it('begins anew when something is heard', () => {
    const one = watched(createSilenceWatch(1600), 1600);
    for (let heard = 0; heard < 5; heard++) {
      vi.advanceTimersByTime(1500);
      one.silentSince = 0;
    }
    expect(one.silences).toBe(0);
    vi.advanceTimersByTime(1800);
    expect(one.silences).toBe(1);
  });

  it('bounds the silence of each by its own limit, and none where there is no limit', () => {
    const watch = createSilenceWatch(100);
    const [short, long, endless] = [watched(watch, 100), watched(watch, 1000), watched(watch, 0)];
    vi.advanceTimersByTime(500);
    expect([short.silences, long.silences]).toEqual([1, 0]);
    vi.advanceTimersByTime(100_000);
    expect([short.silences, long.silences, endless.silences]).toEqual([1, 1, 0]);
  });

  it('forgets what is removed, whatever is removed or added meanwhile', () => {
    const watch = createSilenceWatch(100);
    const late: Watched[] = [];
    const first = watched(watch, 100);
    const second = watched(watch, 100);
    const others = [first, second, watched(watch, 100), watched(watch, 100)];
    watch.remove(first);
    watch.remove(first);
    watched(watch, 100, () => {
      watch.remove(second);
      late.push(watched(watch, 100));
    });
    vi.advanceTimersByTime(120);
    expect(others.map(({ silences }) => silences)).toEqual([0, 0, 1, 1]);
    expect(others.map(({ place }) => place)).toEqual([-1, -1, -1, -1]);
    expect(late.map(({ place }) => place)).toEqual([0]);
  });

  it('has no timer while there is nothing to watch', () => {
    const watch = createSilenceWatch(100);
    expect(vi.getTimerCount()).toBe(0);
    const one = watched(watch, 100);
    expect(vi.getTimerCount()).toBe(1);
    watch.remove(one);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });
});
