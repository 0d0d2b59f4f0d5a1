import { expect, it } from 'vitest';
import { curve, growth, type MemorySample, tenths } from '../src/soak-memory.ts';

const samples: MemorySample[] = [0.02, 0.11, 0.15, 0.19, 0.55, 0.93, 0.97, 1].map((done, index) => ({
  done,
  megabytes: 100 + index,
  files: 40 - index,
}));

it('takes the median of each tenth, the end being part of the last', () => {
  expect(tenths(samples, 'megabytes')).toEqual([100, 102, NaN, NaN, NaN, 104, NaN, NaN, NaN, 106]);
  expect(curve(samples, 'megabytes')).toBe(' 100 102 NaN NaN NaN 104 NaN NaN NaN 106');
});

it('holds the last tenth against the one after the first', () => {
  expect(growth(samples, 'megabytes')).toBe(4);
  expect(growth(samples, 'files')).toBe(-4);
  expect(growth(samples.slice(0, 3), 'megabytes')).toBeNaN();
});
