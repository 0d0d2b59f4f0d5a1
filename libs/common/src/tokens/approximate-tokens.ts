import type { TokenFamily } from './token-family.ts';

/*
 * Tokens without a tokenizer: text is cut into runs of one kind of character, as tokenizers do before they look anything up, and each kind has a
 * price that was fitted to what the tokenizers of the families give for English, code, JSON and Chinese. What is published nowhere could not be
 * fitted: Gemini, Qwen, DeepSeek and Claude since version 3 have the prices of their nearest relatives. docs/limits.md has the errors.
 */

/** Prices in tokens. */
interface Prices {
  /** A run of Latin letters without accents. */
  readonly word: number;
  /** Each letter of it after the sixth. */
  readonly letter: number;
  /** Three digits. */
  readonly digits: number;
  /** A run of white space that is not a single space. */
  readonly space: number;
  /** The first character of a run of punctuation. */
  readonly mark: number;
  /** Each one after it. */
  readonly moreMarks: number;
  /** A Chinese character, or one of the Japanese scripts. */
  readonly ideograph: number;
  /** A letter with an accent, or of the Greek, Cyrillic, Hebrew or Arabic script. */
  readonly otherLetter: number;
  /** Typographic and Chinese punctuation, arrows, mathematical signs. */
  readonly sign: number;
  /** A character of an Indian script. */
  readonly indic: number;
  /** Everything else, by UTF-16 unit: Hangul, Thai, emoji. */
  readonly rest: number;
}

const o200k: Prices = {
  word: 0.99,
  letter: 0.144,
  digits: 1.32,
  space: 0.18,
  mark: 1.02,
  moreMarks: 0.05,
  ideograph: 0.855,
  otherLetter: 0.4,
  sign: 0.333,
  indic: 0.44,
  rest: 0.7,
};
const cl100k: Prices = {
  word: 0.98,
  letter: 0.149,
  digits: 1.39,
  space: 0.2,
  mark: 1.02,
  moreMarks: 0.02,
  ideograph: 1.24,
  otherLetter: 0.7,
  sign: 0.434,
  indic: 1.25,
  rest: 1.1,
};
const claude: Prices = {
  word: 1.05,
  letter: 0.173,
  digits: 1.09,
  space: 0.34,
  mark: 1.12,
  moreMarks: 0.05,
  ideograph: 1.12,
  otherLetter: 0.8,
  sign: 0.445,
  indic: 1,
  rest: 1,
};
const llama: Prices = {
  word: 0.99,
  letter: 0.151,
  digits: 1.4,
  space: 0.2,
  mark: 1.01,
  moreMarks: 0.02,
  ideograph: 0.894,
  otherLetter: 0.42,
  sign: 0.34,
  indic: 0.8,
  rest: 0.8,
};
const mistral: Prices = {
  word: 1.07,
  letter: 0.2,
  digits: 1.7,
  space: 0.68,
  mark: 1.22,
  moreMarks: 0.1,
  ideograph: 1.155,
  otherLetter: 0.65,
  sign: 0.694,
  indic: 1,
  rest: 1,
};

const pricesOf: Readonly<Record<TokenFamily, Prices>> = {
  o200k,
  cl100k,
  claude,
  llama,
  mistral,
  gemini: llama,
  qwen: llama,
  deepseek: llama,
};

/** Kinds of characters below 128; those above are told apart by range. */
const word = 1;
const digit = 2;
const space = 3;
const mark = 4;

const kinds = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) kinds[code] = word;
  else if (code >= 0x30 && code <= 0x39) kinds[code] = digit;
  else kinds[code] = code <= 0x20 ? space : mark;
}

/** Letters of a word that are part of its price. */
const wordLetters = 6;

/**
 * About how many tokens a text has; never 0 for a text that is not empty. Costs a look at each character.
 *
 * @example
 * approximateTokens('How many tokens does this sentence have?', 'o200k'); // 8
 */
export function approximateTokens(text: string, family: TokenFamily): number {
  if (text === '') return 0;
  const prices = pricesOf[family];
  let tokens = 0;
  for (let start = 0; start < text.length; ) {
    const code = text.charCodeAt(start);
    const kind = code < 128 ? (kinds[code] as number) : 0;
    if (kind === 0) {
      tokens += priceAbove127(code, prices);
      start += 1;
      continue;
    }
    let end = start + 1;
    while (end < text.length && kinds[text.charCodeAt(end)] === kind) end += 1;
    const length = end - start;
    if (kind === word) tokens += prices.word + Math.max(0, length - wordLetters) * prices.letter;
    else if (kind === digit) tokens += Math.ceil(length / 3) * prices.digits;
    else if (kind === mark) tokens += prices.mark + (length - 1) * prices.moreMarks;
    else if (length > 1 || code !== 0x20) tokens += prices.space;
    start = end;
  }
  return Math.max(1, Math.round(tokens));
}

function priceAbove127(code: number, prices: Prices): number {
  if (code >= 0x3040 && code <= 0x9fff) return prices.ideograph;
  if (code >= 0xc0 && code < 0x700) return prices.otherLetter;
  if ((code >= 0x2000 && code < 0x3040) || (code >= 0xff00 && code <= 0xffef)) return prices.sign;
  return code >= 0x900 && code < 0xe00 ? prices.indic : prices.rest;
}
