// Gemini counts bytes of UTF-8 where the hub counts UTF-16 units.

/** Bytes of the character that begins at `at`; half a pair counts as the replacement character does. */
function bytesAt(text: string, at: number): number {
  const code = text.codePointAt(at) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

export function byteLength(text: string, end = text.length): number {
  let bytes = 0;
  for (let at = 0; at < end; ) {
    const size = bytesAt(text, at);
    bytes += size;
    at += size === 4 ? 2 : 1;
  }
  return bytes;
}

export interface ByteOffsets {
  /** Bytes of the whole text. */
  readonly total: number;
  /** The UTF-16 offset of a byte; undefined outside of the text. A byte inside a character stands for its begin. */
  toUnits(byte: number): number | undefined;
}

/** Looks offsets up in one text, of which every byte's is noted: a lookup costs the same anywhere. */
export function byteOffsets(text: string): ByteOffsets {
  const units: number[] = [];
  for (let unit = 0; unit < text.length; ) {
    const size = bytesAt(text, unit);
    for (let i = 0; i < size; i++) units.push(unit);
    unit += size === 4 ? 2 : 1;
  }
  const total = units.push(text.length) - 1;
  return { total, toUnits: (byte) => units[byte] };
}
