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
      return piece.length / 4;
    });
    expect(count).toBe(250);
    expect(seen).toHaveLength(64);
    expect(seen.join('')).toHaveLength(128);
    expect(seen[0]).toBe(text.slice(0, 2));
    expect(seen).toContain(text.slice(-2));
  });

  it.each([
    ['of Chinese characters', 2, 40_000, 10_000],
    ['of Chinese characters, longer than the limit', 2, 400_000, 10_000],
    ['of random words', 0.5, 40_000, 10_000],
    ['of English words', 0.24, 40_000, 10_000],
  ])('finds no more tokens than a quarter of the limit, and one piece, in a text %s', (_name, perCharacter, length, most) => {
    let found = 0;
    let largest = 0;
    const count = countSampled('海'.repeat(length), 40_000, (piece) => {
      const tokens = piece.length * perCharacter;
      found += tokens;
      largest = Math.max(largest, tokens);
      return tokens;
    });
    expect(found).toBeLessThanOrEqual(most + largest);
    expect(largest).toBeLessThanOrEqual((40_000 / 64 + 1) * perCharacter);
    expect(count).toBe(length * perCharacter);
  });

  it('judges a text that changes its kind by pieces from all over it when the tokens are used up', () => {
    const text = 'a'.repeat(20_000) + '海'.repeat(20_000);
    const count = countSampled(text, 40_000, (piece) => [...piece].reduce((sum, letter) => sum + (letter === 'a' ? 0.25 : 2), 0));
    expect(Math.abs(count / 45_000 - 1)).toBeLessThan(0.1);
  });

  it('counts a text within both limits exactly, in pieces that are cut where a tokenizer cuts', () => {
    const text = Array.from({ length: 6_000 }, (_, index) => `word${'abcdefghij'[index % 10]}`).join(' ');
    const seen: string[] = [];
    const words = countSampled(text, 40_000, (piece) => {
      seen.push(piece);
      return piece.match(/ ?[a-z]+/g)?.length ?? 0;
    });
    expect(words).toBe(6_000);
    expect(seen).toHaveLength(64);
    expect(seen.join('')).toHaveLength(text.length);
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
        return text.length / 4;
      },
    };
    expect(countTokens(host, 'gpt-4o', 'x'.repeat(10_000), 640)).toBe(2500);
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
