import { Buffer } from 'node:buffer';

/** Numbers in [0, below), the same for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const tokens = [
  ...[
    'null',
    'true',
    '-1',
    '1e999',
    '9007199254740993',
    '""',
    '[]',
    '{}',
    '{"',
    '":',
    ',',
    '\\u0000',
    '\\ud800',
    '"__proto__":{}',
    '\uFEFF',
  ],
  ...[
    '\n\n',
    '\r',
    'data: ',
    'event: error\n',
    'data: [DONE]\n\n',
    '[',
    ']',
    '\u{1F600}',
    '[[[[[[[[',
    '"type":"',
    '"index":-1',
    '"content":null',
  ],
].map((token) => Buffer.from(token));
const jsonToken = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|[[\]{}:,]/g;
const values = ['null', '0', '-1', '1e400', '""', '"x"', '[]', '{}', '[null]', '[{}]', 'true', '"\\ud800"', '{"type":"text"}'];

/** One to four changes: bytes, runs of bytes, JSON tokens, or a piece of another input. */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random, maxLength: number): Uint8Array {
  let bytes = Buffer.from(input);
  for (let i = 1 + random(4); i > 0; i--) bytes = change(bytes, other, random);
  return bytes.subarray(0, maxLength);
}

function change(bytes: Buffer<ArrayBuffer>, other: Uint8Array, random: Random): Buffer<ArrayBuffer> {
  const at = random(bytes.length + 1);
  const length = Math.min(1 + random(16), bytes.length - at);
  const insert = (piece: Uint8Array, removed = 0): Buffer<ArrayBuffer> =>
    Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + removed)]);
  switch (random(8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random(8));
      return bytes;
    case 1:
      return insert(Buffer.of(random(256)));
    case 2:
      return insert(new Uint8Array(0), length);
    case 3:
      return insert(bytes.subarray(at, at + length));
    case 4:
      return insert(tokens[random(tokens.length)] as Buffer);
    case 5: {
      const from = random(other.length + 1);
      return insert(other.subarray(from, from + 1 + random(64)), length);
    }
    default:
      return swapToken(bytes, random);
  }
}

function swapToken(bytes: Buffer<ArrayBuffer>, random: Random): Buffer<ArrayBuffer> {
  const text = bytes.toString('latin1');
  const found = [...text.matchAll(jsonToken)];
  const chosen = found[random(Math.max(1, found.length))];
  if (chosen === undefined) return bytes;
  const swapped = random(3) === 0 ? (found[random(found.length)]?.[0] ?? '') : (values[random(values.length)] as string);
  return Buffer.from(text.slice(0, chosen.index) + swapped + text.slice(chosen.index + chosen[0].length), 'latin1');
}
