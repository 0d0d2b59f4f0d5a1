import { describe, expect, it } from 'vitest';
import { median, percentile, ratios, summarize } from '../src/statistics.ts';

describe('median', () => {
  it.each([
    { values: [3], expected: 3 },
    { values: [9, 1, 5], expected: 5 },
    { values: [10, 2, 4, 100], expected: 7 },
  ])('of $values is $expected', ({ values, expected }) => expect(median(values)).toBe(expected));

  it('of nothing is not a number', () => expect(median([])).toBeNaN());

  it('leaves its input in order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  it.each([
    { share: 0.5, expected: 50 },
    { share: 0.99, expected: 99 },
    { share: 1, expected: 100 },
    { share: 0, expected: 1 },
  ])('$share of 1 to 100 is $expected', ({ share, expected }) => expect(percentile(hundred, share)).toBe(expected));

  it('sorts by value, not by spelling', () => expect(percentile([10, 9, 100], 0.5)).toBe(10));
  it('of nothing is not a number', () => expect(percentile([], 0.5)).toBeNaN());
});

describe('ratios', () => {
  it('compares rounds with themselves and leaves out what has no partner', () => {
    const values = new Map([
      [1, 20],
      [2, 30],
      [3, 99],
    ]);
    const base = new Map([
      [1, 10],
      [2, 20],
      [4, 1],
    ]);
    expect(ratios(values, base)).toEqual([2, 1.5]);
  });

  it('does not divide by zero', () => expect(ratios(new Map([[1, 5]]), new Map([[1, 0]]))).toEqual([]));
});

it('summarize tells median, extremes and count', () => {
  expect(summarize([4, 1, 3])).toEqual({ median: 3, minimum: 1, maximum: 4, count: 3 });
  expect(summarize([]).minimum).toBeNaN();
});
