/**
 * The text when it has at most `maxBytes` bytes in UTF-8 (80 by default), else its beginning within that many bytes and `...`; a character is
 * never cut in two. Half of a surrogate pair counts as the three bytes of U+FFFD.
 *
 * @example
 * shorten('a'.repeat(100)); // 80 times a, then ...
 */
export function shorten(text: string, maxBytes = 80): string {
  if (text.length * 3 <= maxBytes) return text;
  let bytes = 0;
  let index = 0;
  while (index < text.length) {
    const codePoint = text.codePointAt(index)!;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) return `${text.slice(0, index)}...`;
    index += codePoint < 0x10000 ? 1 : 2;
  }
  return text;
}
