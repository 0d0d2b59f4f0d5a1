import type { HostCapabilities } from '../exchange.ts';
import { approximateTokens } from './approximate-tokens.ts';
import { countSampled } from './sample-text.ts';
import { tokenFamily } from './token-family.ts';

/** What an image counts as, and any other medium: a picture of 1024 by 1024 pixels with GPT-4o; Claude counts up to 1600. */
export const tokensOfMedium = 765;

/**
 * Tokens of a text for a model: by the host's tokenizer, or approximated where the host has none. Of texts longer than `maxCharacters` samples
 * are counted.
 *
 * @example
 * countTokens(host, 'gpt-4o', 'How many tokens does this sentence have?', 400_000); // 8
 */
export function countTokens(host: Pick<HostCapabilities, 'countTokens'>, model: string, text: string, maxCharacters: number): number {
  if (text === '') return 0;
  const { countTokens: exact } = host;
  if (exact !== undefined)
    return Math.max(
      1,
      countSampled(text, maxCharacters, (piece) => exact(model, piece)),
    );
  const family = tokenFamily(model);
  return countSampled(text, maxCharacters, (piece) => approximateTokens(piece, family));
}
