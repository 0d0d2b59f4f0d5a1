import { describe, expect, it } from 'vitest';
import { approximateTokens } from './approximate-tokens.ts';
import { countTokens } from './count-tokens.ts';
import { countSampled } from './sample-text.ts';

describe('approximateTokens', () => {
  it('is 0 for nothing and never 0 for something', () => {
    expect(approximateTokens('', 'claude')).toBe(0);
    for (const text of [' ', '\n', 'a', '.', '\u0000', '𐍈']) expect(approximateTokens(text, 'o200k')).toBeGreaterThan(0);
  });

  it('costs a look at each character, whatever they are', () => {
    expect(approximateTokens('A'.repeat(100_000), 'o200k')).toBeGreaterThan(10_000);
    expect(approximateTokens('海'.repeat(1000), 'o200k')).toBe(855);
    expect(approximateTokens('🌊'.repeat(10), 'o200k')).toBe(14);
  });
});

describe('countSampled', () => {
  const length = (text: string): number => text.length;

  it('counts what is within the limit as it is', () => {
    const seen: string[] = [];
    expect(countSampled('abc', 3, (text) => seen.push(text))).toBe(1);
    expect(seen).toEqual(['abc']);
  });

  it('looks at no more than the limit, at both ends and in between', () => {
    const seen: string[] = [];
    const text = Array.from({ length: 1000 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('');
    const count = countSampled(text, 128, (piece) => {
      seen.push(piece);
      return piece.length;
    });
    expect(count).toBe(1000);
    expect(seen).toHaveLength(64);
    expect(seen.join('')).toHaveLength(128);
    expect(seen[0]).toBe(text.slice(0, 2));
    expect(seen[63]).toBe(text.slice(-2));
  });

  it('never cuts a character in two', () => {
    countSampled('🌊'.repeat(1001), 999, (piece) => {
      expect(piece).not.toMatch(/[\ud800-\udfff]/u);
      return 1;
    });
  });

  it('works with a limit of 1', () => {
    expect(countSampled('abcdef', 1, length)).toBe(6);
  });
});

describe('countTokens', () => {
  it('asks the host, in samples where the text is too long', () => {
    let characters = 0;
    const host = {
      countTokens: (_model: string, text: string) => {
        characters += text.length;
        return text.length / 2;
      },
    };
    expect(countTokens(host, 'gpt-4o', 'x'.repeat(10_000), 640)).toBe(5000);
    expect(characters).toBe(640);
    expect(countTokens(host, 'gpt-4o', '', 640)).toBe(0);
  });

  it('does without', () => {
    expect(countTokens({}, 'gpt-4o', 'How many tokens does this sentence have?', 1000)).toBe(8);
  });

  it('is never 0 for a text: an error of a tokenizer must not be a free request (C-16)', () => {
    expect(countTokens({ countTokens: () => 0 }, 'gpt-4.5-preview', 'x', 1000)).toBe(1);
  });
});
