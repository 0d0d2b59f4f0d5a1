import { type HermesError, invalidRequest } from '../hermes-error.ts';
import { joinBytes } from '../join-bytes.ts';
import type { Utf8 } from './utf8.ts';

// Edits of a JSON object in its own bytes. JSON.parse and JSON.stringify are not lossless (9007199254740993 becomes
// …992, 1.0 becomes 1, 1e400 becomes null) and cost ten times as much. Top level: every byte is checked. Below it, only
// strings and brackets are followed: broken JSON inside a member reaches the upstream, which answers for it.

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/** Where a top-level member stands: byte offsets, `end` exclusive. */
export interface MemberSpan {
  key: string;
  keyStart: number;
  start: number;
  end: number;
}

/** Levels of nesting that are accepted unless the caller says otherwise. */
export const defaultDepthLimit = 256;

const broken = (): HermesError => invalidRequest('', 'The body is not a valid JSON object');
const tooDeep = (limit: number): HermesError => invalidRequest('', `The body is nested deeper than ${limit} levels`);

/**
 * The members of the object that `bytes` holds, in order, duplicates included.
 *
 * @throws HermesError (400) for anything but one object, and for nesting deeper than `depthLimit`.
 */
export function scanMembers(
  bytes: Uint8Array,
  utf8: Pick<Utf8, 'decode' | 'memberOffsets'>,
  depthLimit: number = defaultDepthLimit,
): MemberSpan[] {
  const spans: MemberSpan[] = [];
  const offsets = utf8.memberOffsets?.(bytes, depthLimit);
  if (typeof offsets === 'number') throw offsets === 1 ? tooDeep(depthLimit) : broken();
  if (offsets !== undefined) {
    for (let i = 0; i < offsets.length; i += 4) {
      const keyStart = offsets[i + 1] as number;
      const key = (offsets[i] as string | undefined) ?? readKey(bytes, keyStart, endOfString(bytes, keyStart), utf8.decode);
      spans.push({ key, keyStart, start: offsets[i + 2] as number, end: offsets[i + 3] as number });
    }
    return spans;
  }
  let at = skipSpace(bytes, hasByteOrderMark(bytes) ? 3 : 0);
  if (bytes[at] !== openBrace) throw broken();
  at = skipSpace(bytes, at + 1);
  if (bytes[at] !== closeBrace) {
    for (;;) {
      if (bytes[at] !== quote) throw broken();
      const keyStart = at;
      const keyEnd = endOfString(bytes, keyStart);
      at = skipSpace(bytes, keyEnd);
      if (bytes[at] !== colon) throw broken();
      const start = skipSpace(bytes, at + 1);
      const end = endOfValue(bytes, start, depthLimit);
      spans.push({ key: readKey(bytes, keyStart, keyEnd, utf8.decode), keyStart, start, end });
      at = skipSpace(bytes, end);
      if (bytes[at] === closeBrace) break;
      if (bytes[at] !== comma) throw broken();
      at = skipSpace(bytes, at + 1);
    }
  }
  if (skipSpace(bytes, at + 1) !== bytes.length) throw broken();
  return spans;
}

/**
 * The elements of the array that begins at `from`, such as the value of a member; none when something else begins there.
 *
 * @throws HermesError (400) for an array that is broken or nested deeper than `depthLimit`.
 * @example
 * scanElements(bytes, spans[0].start); // [{ start: 13, end: 44 }]
 */
export function scanElements(bytes: Uint8Array, from: number, depthLimit: number = defaultDepthLimit): { start: number; end: number }[] {
  const elements: { start: number; end: number }[] = [];
  if (bytes[from] !== openBracket) return elements;
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === closeBracket) return elements;
  for (;;) {
    const end = endOfValue(bytes, at, depthLimit);
    elements.push({ start: at, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === closeBracket) return elements;
    if (bytes[at] !== comma) throw broken();
    at = skipSpace(bytes, at + 1);
  }
}

/** One edit: `text` in place of the bytes from `start` to `end`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Applies edits (ascending, not overlapping) and leaves every other byte as it is. */
export function applyEdits(bytes: Uint8Array, edits: readonly Edit[], encode: (text: string) => Uint8Array): Uint8Array {
  if (edits.length === 0) return bytes;
  const texts: Uint8Array[] = [];
  let size = bytes.length;
  for (const edit of edits) {
    const text = encode(edit.text);
    texts.push(text);
    size += text.length - (edit.end - edit.start);
  }
  const out = new Uint8Array(size);
  let read = 0;
  let write = 0;
  for (let i = 0; i < edits.length; i++) {
    const { start, end } = edits[i] as Edit;
    const text = texts[i] as Uint8Array;
    out.set(bytes.subarray(read, start), write);
    write += start - read;
    out.set(text, write);
    write += text.length;
    read = end;
  }
  out.set(bytes.subarray(read), write);
  return out;
}

/**
 * Sets top-level members and no other byte. All duplicates of a key are set, because which one wins differs between
 * parsers; a key that is not there is added as the last member; `undefined` removes the member.
 */
export function spliceMembers(
  bytes: Uint8Array,
  spans: readonly MemberSpan[],
  values: Readonly<Record<string, string | undefined>>,
  encode: (text: string) => Uint8Array,
): Uint8Array {
  const edits: Edit[] = [];
  const found = new Set<string>();
  let kept = 0;
  let removed = false;
  for (const span of spans) {
    if (!Object.hasOwn(values, span.key)) {
      kept++;
      continue;
    }
    found.add(span.key);
    const text = values[span.key];
    if (text === undefined) removed = true;
    else {
      kept++;
      edits.push({ start: span.start, end: span.end, text });
    }
  }
  if (removed) return rebuild(bytes, spans, values, found, encode);
  let added = '';
  for (const key in values) {
    const text = values[key];
    if (found.has(key) || text === undefined) continue;
    added += `${kept++ === 0 ? '' : ','}${JSON.stringify(key)}:${text}`;
  }
  if (added !== '') {
    const last = spans[spans.length - 1];
    const end = last === undefined ? skipSpace(bytes, hasByteOrderMark(bytes) ? 3 : 0) + 1 : last.end;
    edits.push({ start: end, end, text: added });
  }
  return applyEdits(bytes, edits, encode);
}

// Removing a member moves a comma with it; the members that stay keep their own bytes.
function rebuild(
  bytes: Uint8Array,
  spans: readonly MemberSpan[],
  values: Readonly<Record<string, string | undefined>>,
  found: ReadonlySet<string>,
  encode: (text: string) => Uint8Array,
): Uint8Array {
  const pieces: Uint8Array[] = [encode('{')];
  let first = true;
  const add = (...parts: Uint8Array[]): void => {
    if (!first) pieces.push(encode(','));
    first = false;
    for (const part of parts) pieces.push(part);
  };
  for (const { key, keyStart, start, end } of spans) {
    if (!Object.hasOwn(values, key)) add(bytes.subarray(keyStart, end));
    else if (values[key] !== undefined) add(bytes.subarray(keyStart, start), encode(values[key]));
  }
  for (const key in values) if (!found.has(key) && values[key] !== undefined) add(encode(`${JSON.stringify(key)}:${values[key]}`));
  pieces.push(encode('}'));
  return joinBytes(pieces);
}

/**
 * Refuses JSON text that is nested too deep, before a recursive reader meets it.
 *
 * @throws HermesError (400)
 */
export function checkDepth(text: string, limit: number = defaultDepthLimit): void {
  // Most bodies do not open enough objects and lists to be too deep, however they are nested.
  if (opens(text, '{', limit) + opens(text, '[', limit) <= limit) return;
  let depth = 0;
  let at = 0;
  const { length } = text;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = text.indexOf('"', at + 1);
      while (at > 0 && text.charCodeAt(at - 1) === backslash && isEscaped(text, at)) at = text.indexOf('"', at + 1);
      if (at === -1) return; // JSON.parse will say what is wrong
    } else if (code === openBrace || code === openBracket) {
      if (++depth > limit) throw tooDeep(limit);
    } else if (code === closeBrace || code === closeBracket) depth--;
    at++;
  }
}

/** How often a character stands in a text, counted until there are more than `enough`. */
function opens(text: string, character: string, enough: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= enough; at = text.indexOf(character, at + 1)) count++;
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let slash = at;
  while (text.charCodeAt(slash - 1) === backslash) slash--;
  return ((at - slash) & 1) === 1;
}

const shortKey = 32;

function readKey(bytes: Uint8Array, start: number, end: number, decode: (bytes: Uint8Array) => string): string {
  // A native decoder costs more than a dozen plain characters are worth.
  if (end - start <= shortKey) {
    const codes: number[] = [];
    for (let i = start + 1; i < end - 1; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x80 || byte === backslash) break;
      codes.push(byte);
    }
    if (codes.length === end - start - 2) return String.fromCharCode.apply(undefined, codes);
  }
  const text = decode(bytes.subarray(start + 1, end - 1));
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw broken();
  }
}

export const hasByteOrderMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at];
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at];
  return at;
}

const shortString = 16;

function endOfString(bytes: Uint8Array, start: number): number {
  // A native search costs more than looking at so few bytes, and most strings of a request are names.
  const near = start + shortString;
  let from = start + 1;
  while (from < near) {
    const byte = bytes[from];
    if (byte === quote) return from + 1;
    from += byte === backslash ? 2 : 1;
  }
  let end = bytes.indexOf(quote, from);
  while (end !== -1) {
    let slash = end;
    while (slash > from && bytes[slash - 1] === backslash) slash--;
    if (((end - slash) & 1) === 0) return end + 1;
    end = bytes.indexOf(quote, end + 1);
  }
  throw broken();
}

function endOfValue(bytes: Uint8Array, start: number, depthLimit: number): number {
  let at = start;
  let depth = 0;
  const { length } = bytes;
  while (at < length) {
    const byte = bytes[at] as number;
    if (byte === quote) {
      at = endOfString(bytes, at);
      if (depth === 0) return at;
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      if (++depth >= depthLimit) throw tooDeep(depthLimit);
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return endOfScalar(bytes, start, at);
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === comma || byte <= 0x20)) return endOfScalar(bytes, start, at);
    at++;
  }
  throw broken();
}

function endOfScalar(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] as number;
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  if (end === start || !(isNumber || first === 0x74 || first === 0x66 || first === 0x6e)) throw broken();
  return end;
}
