/** A token and the log-probabilities of its candidates, its own first. */
export interface ArchToken {
  readonly text: string;
  readonly logprobs: readonly number[];
}

const certain = [0, -30, -31];
const uncertain = [Math.log(0.6), Math.log(0.3), Math.log(0.1)];

/** Cuts a text about as the model's tokenizer does. Of what stands between `⟦` and `⟧` the model is not certain. */
export function archTokens(text: string): ArchToken[] {
  const tokens: ArchToken[] = [];
  for (const [index, part] of text.split(/[⟦⟧]/).entries()) {
    for (const [token] of part.matchAll(/_[A-Za-z]+| ?[A-Za-z]+|\d| ?[^\sA-Za-z0-9_]+|_| |\s+/g)) {
      tokens.push({ text: token, logprobs: index % 2 === 1 ? uncertain : certain });
    }
  }
  return tokens;
}

/** The text without the marks of doubt. */
export const plainText = (text: string): string => text.replace(/[⟦⟧]/g, '');
