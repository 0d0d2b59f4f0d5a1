import { createRequire } from 'node:module';
import { approximateTokens, tokenFamily } from '@plano/common';
import type { countTokens as count, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';

/** OpenAI's encodings, each a table of some ten megabytes. */
type Encoding = 'o200k_base' | 'cl100k_base';

interface Tokenizer {
  readonly countTokens: typeof count;
  readonly setMergeCacheSize: typeof setMergeCacheSize;
}

const require = createRequire(import.meta.url);
const loaded = new Map<Encoding, Tokenizer>();

/** Remembered words of each encoding. */
const rememberedWords = 10_000;

/**
 * Reads an encoding's table, which takes some tenths of a second, once. The start of the gateway does so when the configuration needs it, so
 * that no request has to wait.
 */
export function loadTokenizer(encoding: Encoding): Tokenizer {
  let tokenizer = loaded.get(encoding);
  if (tokenizer === undefined) {
    tokenizer = require(`gpt-tokenizer/encoding/${encoding}`) as Tokenizer;
    tokenizer.setMergeCacheSize(rememberedWords);
    loaded.set(encoding, tokenizer);
  }
  return tokenizer;
}

// Text that looks like a special token is text: nobody may end a prompt by writing `<|endoftext|>`.
const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/** Characters of one kind in a row that are merged at once: merging takes the square of the length. A cut costs a token at most. */
const longestRun = 64;
const longRuns = new RegExp(`[\\p{L}\\p{M}]{${longestRun + 1},}|[^\\s\\p{L}\\p{N}]{${longestRun + 1},}|\\s{${longestRun + 1},}`, 'gu');
const runPieces = new RegExp(`[^]{1,${longestRun}}`, 'gu');

/**
 * Tokens of a text: exactly for OpenAI's models and for those of which nothing is known, approximately for others.
 *
 * @example
 * countTokens('gpt-4o', 'How many tokens does this sentence have?'); // 8
 */
export function countTokens(model: string, text: string): number {
  if (text === '') return 0;
  const family = tokenFamily(model);
  if (family !== 'o200k' && family !== 'cl100k') return approximateTokens(text, family);
  const tokenizer = loadTokenizer(family === 'o200k' ? 'o200k_base' : 'cl100k_base');
  let tokens = 0;
  let from = 0;
  for (const { 0: run, index } of text.matchAll(longRuns)) {
    const [first = '', ...rest] = run.match(runPieces) ?? [];
    tokens += tokenizer.countTokens(text.slice(from, index) + first, asText);
    const last = rest.pop() ?? '';
    for (const piece of rest) tokens += tokenizer.countTokens(piece, asText);
    from = index + run.length - last.length;
  }
  return tokens + tokenizer.countTokens(from === 0 ? text : text.slice(from), asText);
}
