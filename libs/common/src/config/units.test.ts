import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize } from './units.ts';

describe('parseDuration', () => {
  const table: [string, number | null][] = [
    ['500ms', 500],
    ['5s', 5000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['0.005s', 5],
    ['1.5s', 1500],
    [' 5 s ', 5000],
    ['596h', 2_145_600_000],
    ['597h', null],
    ['0s', null],
    ['0.1ms', null],
    ['-5s', null],
    ['5', null],
    ['5 seconds', null],
    ['1d', null],
    ['s', null],
    ['', null],
    ['1e3s', null],
  ];
  it.each(table)('%j', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('parseSize', () => {
  const table: [string, number | null][] = [
    ['1B', 1],
    ['64KiB', 65_536],
    ['32MiB', 33_554_432],
    ['1GiB', 1_073_741_824],
    ['1kb', 1000],
    ['1.5MB', 1_500_000],
    ['0B', null],
    ['64', null],
    ['64K', null],
    ['64 kilobytes', null],
    ['99999999999999GiB', null],
    ['', null],
  ];
  it.each(table)('%j', (text, expected) => {
    expect(parseSize(text)).toBe(expected);
  });
});
