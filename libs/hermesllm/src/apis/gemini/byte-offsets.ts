// Gemini counts bytes of UTF-8 where the hub counts UTF-16 units.

const step = 1024;

/** Bytes of the character that begins at `at`; half a pair counts as the replacement character does. */
function bytesAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return isPair(text, at) ? 4 : 3;
}

function isPair(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xd800 || code > 0xdbff) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

export function byteLength(text: string, end = text.length): number {
  let bytes = 0;
  for (let at = 0; at < end; at += isPair(text, at) ? 2 : 1) bytes += bytesAt(text, at);
  return bytes;
}

export interface ByteOffsets {
  /** Bytes of the whole text. */
  readonly total: number;
  /** The UTF-16 offset of a byte; undefined outside of the text. A byte inside a character stands for its begin. */
  toUnits(byte: number): number | undefined;
}

/** Looks offsets up in one text; every 1024 characters are noted, so that a lookup costs the same anywhere. */
export function byteOffsets(text: string): ByteOffsets {
  const marks: { unit: number; byte: number }[] = [];
  let byte = 0;
  let count = 0;
  for (let unit = 0; unit < text.length; unit += isPair(text, unit) ? 2 : 1) {
    if (count++ % step === 0) marks.push({ unit, byte });
    byte += bytesAt(text, unit);
  }
  const total = byte;
  return {
    total,
    toUnits(wanted) {
      if (!(wanted >= 0 && wanted <= total)) return undefined;
      if (wanted === total) return text.length;
      let low = 0;
      let high = marks.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((marks[middle] as { byte: number }).byte <= wanted) low = middle;
        else high = middle - 1;
      }
      let { unit, byte: at } = marks[low] as { unit: number; byte: number };
      for (;;) {
        const size = bytesAt(text, unit);
        if (at + size > wanted) return unit;
        at += size;
        unit += isPair(text, unit) ? 2 : 1;
      }
    },
  };
}
