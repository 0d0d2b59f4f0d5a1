import { jsonArrayDecoder, jsonArrayEncoder } from './json-array.ts';
import type { EventBoundaries, StreamFraming } from './stream-framing.ts';
import { decodeText } from './stream-framing.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const end = Uint8Array.of(closeBracket);

/** Follows strings and brackets, as the decoder does; calls back with where each element ends. */
function elementScanner(): (bytes: Uint8Array, ended: (at: number) => void) => void {
  let depth = 0;
  let inString = false;
  let escaped = false;
  return (bytes, ended) => {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = depth > 0;
      else if (byte === openBrace || (byte === openBracket && depth > 0)) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && depth > 0 && --depth === 0) ended(at + 1);
    }
  };
}

/** An element takes the separator before it along; the bracket that ends the array waits, so that an error can stand before it. */
function elementEnds(): EventBoundaries {
  const scan = elementScanner();
  return {
    push(bytes) {
      let last = 0;
      scan(bytes, (at) => (last = at));
      return last;
    },
    startOfLast(bytes, count) {
      const ends: number[] = [];
      elementScanner()(bytes, (at) => ends.push(at));
      return ends[ends.length - 1 - count] ?? 0;
    },
    finish(waiting, utf8) {
      const decoder = utf8.createDecoder();
      let text = '';
      for (const piece of waiting) text += decoder.decode(piece);
      return { frames: [], bytes: [], closing: text.trim() === ']' ? waiting : [end] };
    },
  };
}

/** Elements of a JSON array. */
export const jsonArrayFraming: StreamFraming = {
  id: 'json-array',
  contentType: 'application/json',
  decoder: (utf8, limit) => decodeText(jsonArrayDecoder(limit), utf8),
  encoder: jsonArrayEncoder,
  boundaries: elementEnds,
};
