/** Cuts bytes into pieces of the given sizes; what is left is the last piece. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  if (at < bytes.length) pieces.push(bytes.slice(at));
  return pieces;
}

/** Cuts bytes into equal pieces. */
export function cutEvenly(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** Split sizes that every stream must survive: they fall inside UTF-8 characters, line ends and JSON. */
export const splitSizes = [1, 2, 3, 7, 64, 1_000_000];
