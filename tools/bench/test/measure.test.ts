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
