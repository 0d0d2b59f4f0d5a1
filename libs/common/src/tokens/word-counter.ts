import { ownText } from '../own-text.ts';

/*
 * OpenAI's tokenizers cut a text before white space that follows something else, whatever comes before or after; only line ends stay with the
 * punctuation in front of them. So words, each with the white space before it, can be counted apart, and most of them have been counted before.
 *
 * Words are remembered in two places each of a table of fixed size: a new word takes the first place, and what was there the second. A word that
 * is known costs no allocation, one that is not hardly more than its counting.
 */

/** Places of the table: a power of two. */
const places = 16_384;
/** UTF-16 units of the longest word that is remembered. */
const longestRemembered = 32;
/** UTF-16 units of the longest piece that is counted at once. */
const longestPiece = 512;
/** Where a longer one is cut: behind a letter, before something that belongs to no letter in front of it. */
const cut = /\p{L}(?=[^\p{L}\p{M}\p{N}'\s])/gu;

const hashStart = 0x811c9dc5;
const hashFactor = 0x01000193;

/** Counts a text word by word. */
export type WordCounter = (text: string) => number;

/**
 * Counts words by `count` and remembers 16,384 of them.
 *
 * @param count - tokens of one word, with the white space in front of it; called with at most 512 UTF-16 units. What it remembers of them keeps
 *   no more than these in memory.
 * @example
 * const words = createWordCounter((word) => tokenizer.countTokens(word));
 * words('to be or not to be'); // counts 'to', ' be', ' or', ' not', ' to'
 */
export function createWordCounter(count: (word: string) => number): WordCounter {
  const words = new Array<string>(places).fill('');
  const tokensOf = new Uint16Array(places);
  const countWord = (text: string, from: number, to: number, hash: number): number => {
    if (to - from > longestRemembered) return countLong(text, from, to, count);
    const first = (hash ^ (hash >>> 15)) & (places - 1);
    if (isAt(words[first] as string, text, from, to)) return tokensOf[first] as number;
    const second = first ^ 1;
    if (isAt(words[second] as string, text, from, to)) return tokensOf[second] as number;
    const word = ownText(text.slice(from, to));
    const tokens = count(word);
    words[second] = words[first] as string;
    tokensOf[second] = tokensOf[first] as number;
    words[first] = word;
    tokensOf[first] = tokens;
    return tokens;
  };
  return (text) => {
    let tokens = 0;
    let from = 0;
    let inSpace = true;
    let hash = hashStart;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const space = isSpace(code);
      if (space && !inSpace && !(isLineEnd(code) && !isWordCharacter(text.charCodeAt(at - 1)))) {
        tokens += countWord(text, from, at, hash);
        from = at;
        hash = hashStart;
      }
      inSpace = space;
      hash = Math.imul(hash ^ code, hashFactor);
    }
    return from === text.length ? tokens : tokens + countWord(text, from, text.length, hash);
  };
}

function isAt(word: string, text: string, from: number, to: number): boolean {
  if (word.length !== to - from) return false;
  for (let index = 0; index < word.length; index += 1) if (word.charCodeAt(index) !== text.charCodeAt(from + index)) return false;
  return true;
}

/** Counts a long word in pieces. A word without any place to cut it, such as base64, may have a token more for each piece. */
function countLong(text: string, from: number, to: number, count: (word: string) => number): number {
  let tokens = 0;
  let start = from;
  while (to - start > longestPiece) {
    const piece = ownText(text.slice(start, start + longestPiece));
    cut.lastIndex = longestPiece / 2;
    let end = cut.test(piece) ? cut.lastIndex : longestPiece;
    if (isLowSurrogate(text.charCodeAt(start + end))) end -= 1;
    tokens += count(piece.slice(0, end));
    start += end;
  }
  return tokens + count(ownText(text.slice(start, to)));
}

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
const isLineEnd = (code: number): boolean => code === 0x0a || code === 0x0d;

/** A letter or digit of ASCII: not all there are, but the usual ones. */
const isWordCharacter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39);

/** What `\s` of regular expressions matches. */
function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0xa0;
  if (code < 0x2000 || code > 0x3000) return code === 0x1680 || code === 0xfeff;
  return code <= 0x200a || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}
