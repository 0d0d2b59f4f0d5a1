import type { Random } from './random.ts';

const words = (
  'the gateway reads a request and finds which provider should answer it then it writes the answer back as soon as the first byte arrives ' +
  'when an upstream is slow or broken another one is asked and the client sees a single reply weather in the city was mild on Tuesday with ' +
  'light wind from the west so the team moved the meeting outside and wrote down three decisions about storage cost and the new schedule'
).split(' ');
const foreign = ['é', 'naïve', '東京', 'größer', '😀'];

/**
 * Text of at least `length` characters with what makes escaping work: a quotation mark, a backslash or a line break about every
 * thirtieth word. With `ascii: false` about every twelfth word has two-, three- or four-byte characters.
 */
export function prose(length: number, ascii: boolean, random: Random): string {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  let text = '';
  while (text.length < length) {
    const chance = random();
    if (text !== '') text += chance < 0.02 ? '.\n' : ' ';
    if (!ascii && random() < 1 / 12) text += pick(foreign);
    else if (chance > 0.99) text += `"${pick(words)}"`;
    else if (chance > 0.98) text += `${pick(words)}\\${pick(words)}`;
    else text += pick(words);
  }
  return text;
}
