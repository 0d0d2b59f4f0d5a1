import * as env from './env';
import { defineMember } from './detours'; import { everyFlag } from './layout';
import { append, begin, engine, exception, integer, literal, nullValue, push, pushed, put, tagObject, tagOf, undefinedValue, written, writtenSize } from './values';
/* JSON is read here, because the engine's parser looks at each character several times. What is rare is left to it, one value at a time: numbers that
 * are no small integers, and strings with escapes by number. What follows reads on from `at`. */
const failed: u64 = exception, no: u64 = 1 << 32, yes: u64 = no | 1;
const comma = 0x2c, quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d, broken = 0, tooDeep = 1, skipped = 2;
let at: usize = 0, end: usize = 0, isBytes = false;
/* The value of JSON text, a string or its bytes; undefined when it is broken, nested too deep, or no UTF-8. The depth must have a limit: all this calls
 * itself for each level, and an overflow of the native stack ends the whole filter. */
export function parseJson(value: u64, text: usize, length: usize, maxDepth: i32): u64 {
  if (text == 0) return exception;
  at = text; end = text + length; isBytes = tagOf(value) == tagObject;
  const found = readValue(maxDepth);
  if (found != failed && next() == 0 && at == end) return found;
  env.JS_FreeValue(engine, found); env.JS_FreeValue(engine, env.JS_GetException(engine)); // what the engine said of one value
  return undefinedValue;
}
/** The byte behind white space, and `take` goes behind it; 0 at the end. */
function next(): u32 {
  for (; at < end; at++) { const byte = load<u8>(at); if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return byte; }
  return 0;
}
function take(): u32 { const byte = next(); at++; return byte; }
function readValue(depth: i32): u64 {
  const byte = next(), word = at + 4 <= end ? load<u32>(at) : 0, start = at;
  if (byte == quote) return readString();
  if (byte == openBrace || byte == openBracket) {
    at++;
    return depth == 0 ? failed : readMembers(byte == openBrace ? env.JS_NewObject(engine) : env.JS_NewArray(engine), byte == openBrace, depth - 1);
  }
  if (word == 0x6c6c756e || word == 0x65757274) { at += 4; return word == 0x65757274 ? yes : nullValue; } // "null", "true"
  if (word == 0x736c6166 && at + 4 < end && load<u8>(at + 4) == 0x65) { at += 5; return no; } // "fals", "e"
  let number: u64 = 0;
  while (at < end && at < start + 10 && <u32>load<u8>(at) - 0x30 < 10) number = number * 10 + load<u8>(at++) - 0x30;
  if (at > start && (byte != 0x30 || at == start + 1) && number >> 31 == 0 && endsScalar()) return number;
  while (!endsScalar()) at++;
  return byEngine(start);
}
function endsScalar(): bool { const byte: u32 = at < end ? load<u8>(at) : 0; return byte <= 0x20 || byte == comma || byte == closeBracket || byte == closeBrace; }
/** What stands between an address and here, as the engine reads it, which wants a zero behind it. */
function byEngine(start: usize): u64 { return begin(0) && append(start, at - start) && put(0) ? env.JS_ParseJSON(engine, written, at - start, literal('json')) : failed; }
/** An object or a list, behind its bracket. */
function readMembers(into: u64, isObject: bool, depth: i32): u64 {
  const close = isObject ? closeBrace : closeBracket;
  for (let count: u32 = 0, byte: u32 = next() == close ? take() : comma; byte != close; byte = take()) {
    const name = isObject && byte == comma && next() == quote ? readName() : 0, isPlaced = isObject ? name != 0 && take() == 0x3a : byte == comma;
    const item = isPlaced ? readValue(depth) : failed;
    const isSet = item != failed && (isObject ? defineMember(engine, into, name, item, everyFlag) : env.JS_SetPropertyUint32(engine, into, count++, item)) >= 0;
    env.JS_FreeAtom(engine, name);
    if (!isSet) { env.JS_FreeValue(engine, into); return failed; }
  }
  return into;
}
function readName(): u32 {
  const start = at + 1, close = skipPlain(start, end);
  if (close < end && load<u8>(close) == quote) { at = close + 1; return env.JS_NewAtomLen(engine, start, close - start); }
  const text = readString(), name = text == failed ? 0 : env.JS_ValueToAtom(engine, text);
  env.JS_FreeValue(engine, text);
  return name;
}
function readString(): u64 {
  const start = ++at;
  let wide = false, escaped = false, strange = false;
  for (at = skipPlain(at, end); at < end && load<u8>(at) != quote; at = skipPlain(at + 1, end)) {
    const byte = load<u8>(at);
    if (byte < 0x20) return failed;
    wide = wide || byte >= 0x80;
    if (byte == backslash) { escaped = true; strange = unescaped(load<u8>(++at)) == 0 || strange; }
  }
  const close = at++;
  const good = close < end && (!wide || isUtf8(start, close - start));
  if (close >= end || (isBytes && !good)) return failed;
  if (strange || !good) return byEngine(start - 1); // a text may have a lone surrogate
  if (!escaped) return env.JS_NewStringLen(engine, start, close - start);
  let fits = begin(0);
  for (let from = start; fits && from < close; ) {
    let to = skipPlain(from, close);
    while (to < close && load<u8>(to) >= 0x80) to = skipPlain(to + 1, close);
    fits = append(from, to - from) && (to == close || put(unescaped(load<u8>(to + 1))));
    from = to + 2;
  }
  return fits ? env.JS_NewStringLen(engine, written, writtenSize) : failed;
}
/** What a letter stands for behind a backslash; 0 for a number. */
function unescaped(byte: u8): u8 {
  return byte == quote || byte == backslash || byte == 0x2f ? byte : byte == 0x6e ? 0x0a : byte == 0x74 ? 0x09 : byte == 0x72 ? 0x0d : byte == 0x62 ? 0x08 : byte == 0x66 ? 0x0c : 0;
}
/** Where a string has something else than characters that stand for themselves and are one byte: its quote, an escape, a longer one. Eight at a time. */
export function skipPlain(start: usize, end: usize): usize {
  const ones: u64 = 0x0101010101010101;
  for (; start + 8 <= end; start += 8) {
    const eight = load<u64>(start);
    if (((eight - ones * 0x20) | ((eight ^ (ones * quote)) - ones) | ((eight ^ (ones * backslash)) - ones) | eight) & (ones * 0x80)) break;
  }
  while (start < end) { const byte = load<u8>(start); if (byte < 0x20 || byte == quote || byte == backslash || byte >= 0x80) break; start++; }
  return start;
}
export function isUtf8(start: usize, size: usize): bool {
  for (let at = start, end = start + size; at < end; ) {
    if (at + 8 <= end && (load<u64>(at) & 0x8080808080808080) == 0) { at += 8; continue; }
    const byte = load<u8>(at++), second = load<u8>(at);
    if (byte < 0x80) continue;
    const more: u32 = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    const isRefused = (byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f) || (byte == 0xf0 && second < 0x90) || (byte == 0xf4 && second > 0x8f);
    if (more == 0 || at + more > end || isRefused) return false;
    for (const next = at + more; at < next; at++) if (load<u8>(at) >> 6 != 2) return false;
  }
  return true;
}
/* Where the members of a JSON object stand in its bytes, as `scanMembers` of hermesllm finds them. Both take and refuse the same. The answer is a list
 * `[key, keyStart, start, end, …]`, a key undefined when it has more than plain ASCII; 0 for broken text, 1 for nesting that is too deep. */
export function scanMembers(start: usize, size: usize, depthLimit: i32): u64 {
  const marked = size > 2 && (load<u32>(start) & 0xffffff) == 0xbfbbef;
  at = marked ? start + 3 : start; end = start + size;
  let byte = take(), why: i32 = begin(0) ? skipped : broken;
  if (byte == openBrace) byte = next() == closeBrace ? take() : comma;
  while (byte == comma && next() == quote) {
    const key = at, keyEnd = endOfString();
    const hasValue = take() == 0x3a && next() != 0, from = at;
    why = hasValue ? skipValue(depthLimit) : broken;
    if (why != skipped) break;
    push(skipPlain(key + 1, keyEnd) == keyEnd - 1 ? env.JS_NewStringLen(engine, key + 1, keyEnd - key - 2) : undefinedValue);
    push(integer(<i32>(key - start))); push(integer(<i32>(from - start))); push(integer(<i32>(at - start)));
    byte = take();
  }
  const list = pushed();
  if (byte == closeBrace && next() == 0 && at == end) return list;
  env.JS_FreeValue(engine, list);
  return integer(why == tooDeep ? tooDeep : broken);
}
function skipValue(depthLimit: i32): i32 {
  const first = load<u8>(at), isScalar = first == 0x2d || <u32>first - 0x30 < 10 || first == 0x74 || first == 0x66 || first == 0x6e;
  for (let depth = 0; at < end; ) {
    const byte = load<u8>(at);
    if (byte == quote) { if (endOfString() <= end && depth == 0) return skipped; }
    else if (depth == 0 && endsScalar()) return isScalar ? skipped : broken;
    else if (++at && (byte == closeBrace || byte == closeBracket)) { if (--depth == 0) return skipped; }
    else if ((byte == openBrace || byte == openBracket) && ++depth >= depthLimit) return tooDeep;
  }
  return broken;
}
/** Goes behind a string; behind the end of all when it does not end. */
function endOfString(): usize {
  for (at = skipPlain(at + 1, end); at < end && load<u8>(at) != quote; ) at = skipPlain(at + (load<u8>(at) == backslash ? 2 : 1), end);
  return at = (at < end ? at : end) + 1;
}
