import type { JsonObject } from '../codec.ts';
import { isObject, listOf } from '../read.ts';

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // A surrogate pair is four bytes for two code units.
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** UTF-8 bytes of a text, or of the texts of a list of parts joined by line breaks; 0 for anything else. */
export function textBytes(content: unknown): number {
  if (typeof content === 'string') return utf8Length(content);
  let bytes = 0;
  let texts = 0;
  for (const part of listOf(content)) {
    if (!isObject(part) || typeof part['text'] !== 'string') continue;
    bytes += utf8Length(part['text']);
    texts++;
  }
  return bytes + Math.max(0, texts - 1);
}

/** The usual rule of thumb. */
export const tokensOfBytes = (bytes: number): number => Math.floor(bytes / 4);

const marker = (ttl: string | undefined): JsonObject => (ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl });

// The API refuses a marker on empty text.
const canCarry = (part: unknown, types: readonly string[]): part is JsonObject =>
  isObject(part) && types.includes(part['type'] as string) && part['text'] !== '';

/** Content with `cache_control` on its last part of one of the types; text becomes a list of one part. Undefined when there is none. */
export function withMarker(content: unknown, types: readonly string[], ttl?: string): readonly unknown[] | undefined {
  if (typeof content === 'string') return content === '' ? undefined : [{ type: 'text', text: content, cache_control: marker(ttl) }];
  const parts = listOf(content);
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i];
    if (!canCarry(part, types)) continue;
    const changed = parts.slice();
    changed[i] = { ...part, cache_control: marker(ttl) };
    return changed;
  }
  return undefined;
}
