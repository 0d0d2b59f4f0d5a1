import { describe, expect, it } from 'vitest';
import { shorten } from './shorten.ts';

describe('shorten', () => {
  const table: [string, string, number, string][] = [
    ['a text that fits', 'abc', 3, 'abc'],
    ['one byte too many', 'abcd', 3, 'abc...'],
    ['two-byte characters', 'ééé', 5, 'éé...'],
    ['three-byte characters', '東京都', 8, '東京...'],
    ['C-18: four-byte characters are not halved', 'a😀b', 4, 'a...'],
    ['four-byte characters that fit', 'a😀b', 6, 'a😀b'],
    ['nothing', '', 0, ''],
  ];
  it.each(table)('%s', (_name, text, maxBytes, expected) => {
    expect(shorten(text, maxBytes)).toBe(expected);
  });

  it('has 80 bytes unless told', () => {
    expect(shorten('x'.repeat(80))).toBe('x'.repeat(80));
    expect(shorten('x'.repeat(81))).toBe(`${'x'.repeat(80)}...`);
  });
});
