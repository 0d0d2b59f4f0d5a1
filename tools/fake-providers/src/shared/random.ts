/** A reproducible source of numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** An integer from 0 up to, but without, `limit`. */
  below(limit: number): number;
  /** `length` characters out of letters and digits, for ids. */
  token(length: number): string;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Makes a generator (mulberry32: 32 bits of state, good enough for test data, never for secrets). */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    token(length) {
      let text = '';
      for (let position = 0; position < length; position += 1) text += ALPHABET[below(ALPHABET.length)];
      return text;
    },
  };
}
