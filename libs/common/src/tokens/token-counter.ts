import { approximateTokens } from './approximate-tokens.ts';
import { tokenFamily } from './token-family.ts';
import { createWordCounter, type WordCounter } from './word-counter.ts';

/** OpenAI's encodings, each a table of some ten megabytes. */
export type TokenEncoding = 'o200k_base' | 'cl100k_base';

/** An encoding with its table, as `gpt-tokenizer` has them. */
export interface Tokenizer {
  /** Tokens of a text; which special tokens are read as such is the options' matter. */
  countTokens(text: string, options: { allowedSpecial: Set<string>; disallowedSpecial: Set<string> }): number;
}

// Text that looks like a special token is text: nobody may end a prompt by writing `<|endoftext|>`.
const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/** Characters of one kind in a row that are merged at once: merging takes the square of the length. A cut costs a token at most. */
const longestRun = 64;
const longRuns = new RegExp(`[\\p{L}\\p{M}]{${longestRun + 1},}|[^\\s\\p{L}\\p{N}]{${longestRun + 1},}|\\s{${longestRun + 1},}`, 'gu');
const runPieces = new RegExp(`[^]{1,${longestRun}}`, 'gu');

/**
 * Makes a counter of tokens: exact for OpenAI's models and for those of which nothing is known, approximate for others. Tables are too large for
 * a library: the host loads them, when they are first needed.
 *
 * @example
 * const countTokens = createTokenCounter((encoding) => require(`gpt-tokenizer/encoding/${encoding}`));
 * countTokens('gpt-4o', 'How many tokens does this sentence have?'); // 8
 */
export function createTokenCounter(load: (encoding: TokenEncoding) => Tokenizer): (model: string, text: string) => number {
  const counters = new Map<TokenEncoding, WordCounter>();
  return (model, text) => {
    if (text === '') return 0;
    const family = tokenFamily(model);
    if (family !== 'o200k' && family !== 'cl100k') return approximateTokens(text, family);
    const encoding = family === 'o200k' ? 'o200k_base' : 'cl100k_base';
    let counter = counters.get(encoding);
    if (counter === undefined) {
      const tokenizer = load(encoding);
      counter = createWordCounter((word) => countWord(tokenizer, word));
      counters.set(encoding, counter);
    }
    return counter(text);
  };
}

function countWord(tokenizer: Tokenizer, word: string): number {
  if (word.length <= longestRun) return tokenizer.countTokens(word, asText);
  let tokens = 0;
  let from = 0;
  for (const { 0: run, index } of word.matchAll(longRuns)) {
    const [first = '', ...rest] = run.match(runPieces) ?? [];
    tokens += tokenizer.countTokens(word.slice(from, index) + first, asText);
    const last = rest.pop() ?? '';
    for (const piece of rest) tokens += tokenizer.countTokens(piece, asText);
    from = index + run.length - last.length;
  }
  return tokens + tokenizer.countTokens(from === 0 ? word : word.slice(from), asText);
}
