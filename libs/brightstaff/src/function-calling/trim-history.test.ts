import { describe, expect, it } from 'vitest';
import { approximateTokens, trimHistory } from './trim-history.ts';

/** `u40`: a user message of 40 tokens. */
const messages = (text: string) =>
  text.split(' ').map((word) => ({
    role: { s: 'system', u: 'user', a: 'assistant', t: 'tool' }[word[0] as 's'],
    content: 'abcd'.repeat(Number(word.slice(1))),
    word,
  }));
const kept = (text: string, budget: number): string =>
  trimHistory(messages(text), budget)
    .map(({ word }) => word)
    .join(' ');

describe('trimHistory', () => {
  it.each([
    ['keeps what fits', 's10 u10 a10 u10', 41, 's10 u10 a10 u10'],
    ['stops at the user message that reaches the budget', 's10 u10 a10 u10', 40, 's10 u10 a10 u10'],
    ['drops what is older', 's10 u9 a9 u10 a10 u10', 40, 's10 u10 a10 u10'],
    ['counts the system message', 's30 u1 a1 u10', 40, 's30 u10'],
    ['goes on to a user message when another one reaches the budget', 's1 u5 a5 u1 a50 u1', 40, 's1 u1 a50 u1'],
    ['keeps the newest message however long', 's1 u5 a5 u500', 40, 's1 u500'],
    ['keeps all when there is no user message to begin with', 's1 a50 a50', 40, 's1 a50 a50'],
    ['works without a system message', 'u9 a9 u10 a10 u20', 40, 'u10 a10 u20'],
  ])('%s', (_name, history, budget, expected) => {
    expect(kept(history, budget)).toBe(expected);
  });

  it('takes nothing from nothing', () => {
    expect(trimHistory([], 10)).toEqual([]);
  });
});

describe('approximateTokens', () => {
  it.each(['', 'abc', 'abcd', 'é'.repeat(4), '日本語テキスト', '😀😀'])('counts a quarter of the bytes of %j', (text) => {
    expect(approximateTokens(text)).toBe(Math.floor(Buffer.byteLength(text) / 4));
  });
});
