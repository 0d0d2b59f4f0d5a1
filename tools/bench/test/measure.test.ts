import { expect, it } from 'vitest';
import { measure } from '../src/measure.ts';

it('visits every variant in every round and compares it with the first', () => {
  const calls = { yard: 0, twice: 0 };
  const measured = measure(
    [
      { name: 'yard', run: () => ++calls.yard },
      { name: 'twice', operations: 2, run: () => ++calls.twice },
    ],
    { rounds: 7, sampleMilliseconds: 1 },
  );
  expect(measured.map(({ name, cost, ratio }) => [name, cost.count, ratio.count])).toEqual([
    ['yard', 7, 7],
    ['twice', 7, 7],
  ]);
  expect(measured[0]?.ratio).toMatchObject({ median: 1, minimum: 1, maximum: 1 });
  expect(measured[1]?.cost.median).toBeGreaterThan(0);
  expect(calls.twice).toBeGreaterThan(7);
});

it('warms every variant up, and collects before every sample', () => {
  const events: string[] = [];
  const spin = (name: string) => {
    events.push(name);
    const { user, system } = process.cpuUsage();
    for (;;) {
      const now = process.cpuUsage();
      if (now.user + now.system - user - system > 1000) return events.length;
    }
  };
  measure(
    [
      { name: 'yard', run: () => spin('yard') },
      { name: 'other', run: () => spin('other') },
    ],
    // One run is a sample: without the warm-up there would be no second one before the first that counts.
    { rounds: 2, sampleMilliseconds: 0.001, warmUpMilliseconds: 100, collect: () => events.push('collect') },
  );
  const first = events.indexOf('collect');
  expect(events.slice(0, first).filter((name) => name === 'other').length).toBeGreaterThan(1);
  expect(events.slice(first).filter((_, index) => index % 2 === 0)).toEqual(Array.from({ length: 4 }, () => 'collect'));
});
