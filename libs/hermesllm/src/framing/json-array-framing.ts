import { joinBytes } from '../join-bytes.ts';
import { elementScanner, jsonArrayDecoder, jsonArrayEncoder } from './json-array.ts';
import type { EventBoundaries, StreamFraming } from './stream-framing.ts';
import { decodeText } from './stream-framing.ts';

const end = Uint8Array.of(0x5d);

function endsOf(bytes: Uint8Array, scan: ReturnType<typeof elementScanner>): number[] {
  const ends: number[] = [];
  for (let i = 0; i < bytes.length; i++) if (scan(bytes[i] as number) === 'end') ends.push(i + 1);
  return ends;
}

/** An element takes the separator before it along; the bracket that ends the array waits, so that an error can stand before it. */
function elementEnds(): EventBoundaries {
  const scan = elementScanner();
  return {
    push: (bytes) => endsOf(bytes, scan).at(-1) ?? 0,
    startOfLast: (bytes, count) => endsOf(bytes, elementScanner()).at(-1 - count) ?? 0,
    finish: (waiting, utf8) => ({ frames: [], bytes: [], closing: utf8.decode(joinBytes(waiting)).trim() === ']' ? waiting : [end] }),
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
