import type { Random } from './random.ts';

/** How a body is cut into separate writes: not at all, or at seeded random places. */
export type Splits = 'none' | { readonly seed: number; readonly maxBytes: number };

/** True where a cut hurts most: between CR and LF, or inside a UTF-8 character. */
function isAwkward(bytes: Uint8Array, position: number): boolean {
  const byte = bytes[position] ?? 0;
  return (byte === 0x0a && bytes[position - 1] === 0x0d) || (byte & 0xc0) === 0x80;
}

/**
 * Cuts `bytes` into pieces of 1 to `maxBytes` bytes. Every second piece ends at an awkward place when there is one in reach, so that
 * readers which decode each piece by itself are found out.
 */
export function splitBytes(bytes: Uint8Array, maxBytes: number, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    let end = start + 1 + random.below(maxBytes);
    if (random.below(2) === 0) {
      for (let position = start + 1; position <= start + maxBytes && position < bytes.length; position += 1) {
        if (isAwkward(bytes, position)) {
          end = position;
          break;
        }
      }
    }
    pieces.push(bytes.subarray(start, Math.min(end, bytes.length)));
    start = end;
  }
  return pieces;
}
