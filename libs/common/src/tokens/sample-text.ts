/*
 * What counting costs depends on the text: a tokenizer looks an English word up, and builds a word of random letters or Chinese characters from
 * its bytes, at ten times the cost a character. Work is best told by what it gave: a token costs about the same in every text, within a factor of
 * five. So two limits hold: on the characters that are looked at, and on the tokens that are found in them. A long text is counted in pieces, in an
 * order that spreads them over the whole text early on; when the tokens are used up, what was seen stands for the rest.
 */

/** Pieces of a long text. */
const pieces = 64;
/** Their order: each next one lies where least is known yet. */
const order: readonly number[] = Array.from({ length: pieces }, (_, index) => {
  let reversed = 0;
  for (let bit = 1; bit < pieces; bit <<= 1) reversed = (reversed << 1) | ((index & bit) === 0 ? 0 : 1);
  return reversed;
});

/** Characters to a token of English text: what may be counted of other texts is no more work. */
const charactersPerToken = 4;
/** No text has more tokens to a character. */
const mostTokensPerCharacter = 3;
/** Characters that are counted whole in any case: some milliseconds. */
const alwaysWhole = 4_096;

/**
 * Counts a text within bounds: at most `maxCharacters` characters are looked at, and no more once a quarter as many tokens are found. What is
 * left is judged by pieces that are spread evenly. What it gives for a text of one kind is as good as counting; for one that changes its kind it
 * is as good as up to 64 samples are.
 *
 * @example
 * countSampled(text, 400_000, (piece) => approximateTokens(piece, 'claude'));
 */
export function countSampled(text: string, maxCharacters: number, count: (text: string) => number): number {
  const { length } = text;
  const mostTokens = maxCharacters / charactersPerToken;
  if (length <= maxCharacters && (length <= alwaysWhole || length * mostTokensPerCharacter <= mostTokens)) return count(text);
  const number = Math.min(pieces, maxCharacters);
  let counted = 0;
  let characters = 0;
  for (const index of order) {
    if (index >= number) continue;
    const piece = length <= maxCharacters ? neighbour(text, index, number) : sample(text, index, number, maxCharacters);
    counted += count(piece);
    characters += piece.length;
    if (counted >= mostTokens) break;
  }
  return Math.max(1, Math.round((counted * length) / Math.max(1, characters)));
}

/** One of the pieces that together are the text. */
function neighbour(text: string, index: number, number: number): string {
  const end = index + 1 === number ? text.length : wordBoundary(text, Math.floor((text.length * (index + 1)) / number));
  return text.slice(index === 0 ? 0 : wordBoundary(text, Math.floor((text.length * index) / number)), end);
}

/** One of the pieces that are spread over the text: the first is its start, the last one its end. */
function sample(text: string, index: number, number: number, maxCharacters: number): string {
  const length = Math.floor(maxCharacters / number);
  const from = number === 1 ? 0 : Math.round(((text.length - length) * index) / (number - 1));
  return text.slice(boundary(text, from), boundary(text, from + length));
}

/** Characters in which a place is looked for that a tokenizer cuts anyway. */
const looksAhead = 64;

/** The next place where a cut costs no token: before a space between letters. */
function wordBoundary(text: string, place: number): number {
  for (let at = Math.max(1, place); at < place + looksAhead; at += 1)
    if (text.charCodeAt(at) === 0x20 && isLetter(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at + 1))) return at;
  return boundary(text, place);
}

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

/** The place itself, or the one after it if it is between the halves of a surrogate pair. */
function boundary(text: string, place: number): number {
  const code = text.charCodeAt(place);
  return code >= 0xdc00 && code <= 0xdfff && place > 0 ? place + 1 : place;
}
