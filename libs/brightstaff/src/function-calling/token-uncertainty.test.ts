import { describe, expect, it } from 'vitest';
import { isUncertain, tokenUncertainty } from './token-uncertainty.ts';

describe('tokenUncertainty', () => {
  it('of nothing is nothing', () => {
    expect(tokenUncertainty([])).toEqual({ entropy: 0, variance: 0, probability: 0 });
  });

  it('is one bit without variance for a coin', () => {
    const { entropy, variance, probability } = tokenUncertainty([Math.log(0.5), Math.log(0.5)]);
    expect(entropy).toBeCloseTo(1, 12);
    expect(variance).toBeCloseTo(0, 12);
    expect(probability).toBeCloseTo(0.5, 12);
  });

  it('does not renormalise what the server lists', () => {
    const { entropy, variance } = tokenUncertainty([Math.log(0.9), Math.log(0.05)]);
    const expected = -(0.9 * Math.log2(0.9) + 0.05 * Math.log2(0.05));
    expect(entropy).toBeCloseTo(expected, 12);
    expect(variance).toBeCloseTo(0.9 * (Math.log2(0.9) + expected) ** 2 + 0.05 * (Math.log2(0.05) + expected) ** 2, 12);
  });

  it('leaves out what is no finite number', () => {
    const known = [Math.log(0.7), Math.log(0.3)];
    expect(tokenUncertainty([...known, -Infinity, Number.NaN])).toEqual(tokenUncertainty(known));
    expect(tokenUncertainty([Number.NaN]).probability).toBe(0);
  });

  it('counts a candidate of no weight as nothing', () => {
    expect(tokenUncertainty([0, -9999])).toEqual({ entropy: 0, variance: 0, probability: 1 });
  });
});

describe('isUncertain', () => {
  it.each([
    [0.001, 0.001, true],
    [0.00001, 0.00001, false],
    [0.001, 0.00001, false],
    [0.00001, 0.001, false],
    [0.0001, 0.0001, false],
    [0, 0, false],
  ])('entropy %d and variance %d: %s', (entropy, variance, expected) => {
    expect(isUncertain({ entropy, variance })).toBe(expected);
  });
});
