// biome-ignore-all format: chains of what must all go well
import * as env from './env';
import { skipPlain } from './read-json';
import { append, begin, engine, nullValue, put, tagObject, tagOf, undefinedValue, written, writtenSize } from './values';

/*
 * JSON of plain data as the engine's `JSON.stringify` writes it, in a fraction of the time. For anything else (functions, dates, lone surrogates, rare
 * control characters, nesting that is too deep, no memory) the answer is undefined: then the engine has to do it itself. */
const tagFirst = -9, tagSymbol = -8, tagString = -7, tagRope = -6, tagNull = 2, tagFloat = 8; // of values in QuickJS; a float has any other tag
const plainObject: u32 = 1, plainArray: u32 = 2, enumerableStrings = 17; // two of its classes; which properties are asked for
const cells: usize = memory.data(16);
export function writeJson(value: u64, depth: i32): u64 {
  return begin(0) && write(value, depth) ? env.JS_NewStringLen(engine, written, writtenSize) : undefinedValue;
}
function write(value: u64, depth: i32): bool {
  const tag = tagOf(value), isFloat = tag < tagFirst || tag >= tagFloat, kind = tag == tagObject && depth > 0 ? env.JS_GetClassID(value) : 0;
  if (kind != 0) return kind == plainObject ? writeObject(value, depth - 1) : kind == plainArray && writeArray(value, depth - 1);
  if (tag == 0 && <i32>value >= 0) return digits(<u32>value);
  if (!isFloat && (tag <= tagSymbol || tag == tagObject || tag > tagNull)) return false;
  const text = env.JS_ToCStringLen2(engine, cells, value, 0);
  if (text == 0) return false;
  const size = load<u32>(cells), isWord = isFloat && load<u8>(text + size - 1) > 0x39; // NaN and Infinity have no form in JSON
  const good = tag == tagString || tag == tagRope ? quote(text, size) : !isWord && append(text, size);
  env.JS_FreeCString(engine, text);
  return good;
}
function writeObject(value: u64, depth: i32): bool {
  if (env.JS_GetOwnPropertyNames(engine, cells, cells + 4, value, enumerableStrings) != 0) return false;
  const names = load<u32>(cells), count = load<u32>(cells + 4);
  let good = put(0x7b);
  for (let i: u32 = 0; good && i < count; i++) {
    const atom = load<u32>(names + (i << 3) + 4), member = env.JS_GetProperty(engine, value, atom);
    if (member == undefinedValue) continue;
    const name = env.JS_AtomToCStringLen(engine, cells, atom);
    good = name != 0 && (load<u8>(written + writtenSize - 1) == 0x7b || put(0x2c)) && quote(name, load<u32>(cells)) && put(0x3a) && write(member, depth);
    if (name != 0) env.JS_FreeCString(engine, name);
    env.JS_FreeValue(engine, member);
  }
  env.JS_FreePropertyEnum(engine, names, count);
  return good && put(0x7d);
}
function writeArray(value: u64, depth: i32): bool {
  if (env.JS_GetLength(engine, value, cells) != 0) return false;
  const count = load<u32>(cells);
  let good = put(0x5b);
  for (let i: u32 = 0; good && i < count; i++) {
    const item = env.JS_GetPropertyUint32(engine, value, i);
    good = (i == 0 || put(0x2c)) && write(item == undefinedValue ? nullValue : item, depth);
    env.JS_FreeValue(engine, item);
  }
  return good && put(0x5d);
}
/** A string in its quotes. The engine gives a lone surrogate as three bytes, which are no UTF-8. */
function quote(text: usize, size: u32): bool {
  const end = text + size;
  let from = text, good = put(0x22);
  for (let at = skipPlain(text, end); good && at < end; at = skipPlain(at + 1, end)) {
    const byte = load<u8>(at);
    if (byte == 0xed && load<u8>(at + 1) >= 0xa0) return false;
    if (byte >= 0x80) continue;
    const escape: u8 = byte >= 0x20 ? byte : byte == 0x0a ? 0x6e : byte == 0x0d ? 0x72 : byte == 0x09 ? 0x74 : 0;
    good = escape != 0 && append(from, at - from) && put(0x5c) && put(escape);
    from = at + 1;
  }
  return good && append(from, end - from) && put(0x22);
}
/** A number that is an integer and not below 0. */
function digits(value: u32): bool { return (value < 10 || digits(value / 10)) && put(<u8>(0x30 + value % 10)); }
