import { createRequire } from 'node:module';
import type { TokenEncoding, Tokenizer } from '@plano/common';
import { createTokenCounter } from '@plano/common';
import type { setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';

interface LoadedTokenizer extends Tokenizer {
  readonly setMergeCacheSize: typeof setMergeCacheSize;
}

const require = createRequire(import.meta.url);
const loaded = new Map<TokenEncoding, LoadedTokenizer>();

/**
 * Runs of letters without a space that each encoding remembers: those of Chinese, for instance. More make texts that never repeat dearer. Words with
 * a space before them are remembered by the counter itself.
 */
const rememberedRuns = 1_000;

/**
 * Reads an encoding's table, which takes some tenths of a second, once. The start of the gateway does so when the configuration needs it, so
 * that no request has to wait.
 */
export function loadTokenizer(encoding: TokenEncoding): Tokenizer {
  let tokenizer = loaded.get(encoding);
  if (tokenizer === undefined) {
    tokenizer = require(`gpt-tokenizer/encoding/${encoding}`) as LoadedTokenizer;
    tokenizer.setMergeCacheSize(rememberedRuns);
    loaded.set(encoding, tokenizer);
  }
  return tokenizer;
}

/** Tokens of a text for a model; see {@link createTokenCounter}. */
export const countTokens: (model: string, text: string) => number = createTokenCounter(loadTokenizer);
