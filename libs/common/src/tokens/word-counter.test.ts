import { describe, expect, it } from 'vitest';
import { createWordCounter } from './word-counter.ts';

/** A counter that counts characters, and what it was asked for. */
function counting() {
  const asked: string[] = [];
  const counter = createWordCounter((word) => {
    asked.push(word);
    return word.length;
  });
  return { asked, counter };
}

describe('createWordCounter', () => {
  it('counts each word once, with the white space in front of it', () => {
    const { asked, counter } = counting();
    expect(counter('to be, or not  to be, or')).toBe(24);
    expect(asked).toEqual(['to', ' be,', ' or', ' not', '  to']);
    expect(counter(' be, to')).toBe(7);
    expect(asked).toEqual(['to', ' be,', ' or', ' not', '  to', ' to']);
  });

  it('leaves line ends with the punctuation before them, as tokenizers do', () => {
    const { asked, counter } = counting();
    counter('a;\n  b\nc\u3000d ');
    expect(asked).toEqual(['a;\n  b', '\nc', '\u3000d', ' ']);
  });

  it('counts all of a text of white space, and nothing of none', () => {
    const { asked, counter } = counting();
    expect(counter(' \n\t ')).toBe(4);
    expect(counter('')).toBe(0);
    expect(asked).toEqual([' \n\t ']);
  });

  it('remembers a bounded number of words', () => {
    const { asked, counter } = counting();
    counter('first');
    for (let index = 0; index < 100_000; index += 1) counter(`w${index}`);
    counter('first');
    expect(asked.filter((word) => word === 'first')).toHaveLength(2);
  });

  it('counts long words in pieces, behind a letter where it can, and never cuts a character in two', () => {
    const { asked, counter } = counting();
    const sentence = `${'海'.repeat(299)}，`;
    expect(counter(sentence.repeat(4))).toBe(1200);
    expect(asked).toEqual([sentence.slice(0, -1), `，${sentence.slice(0, -1)}`, `，${sentence.slice(0, -1)}`, `，${sentence}`]);
    asked.length = 0;
    expect(counter(`x${'🌊'.repeat(1000)}`)).toBe(2001);
    for (const piece of asked) expect(piece).not.toMatch(/[\ud800-\udfff]/u);
    expect(Math.max(...asked.map((piece) => piece.length))).toBeLessThanOrEqual(512);
  });
});
