import * as env from './env';
import { classObject, enumerable, isRow, isSymbol, lengthOf, listItems, listLength, membersOf, nameOf, notPlain, objectClass, objectMembers, objectShape, shapeCount, textOf } from './layout';
import { skipPlain } from './read-json';
import { append, begin, engine, engineRuntime, nullValue, put, tagObject, tagOf, tagString, undefinedValue, written, writtenSize } from './values';
/* JSON of plain data as the engine's `JSON.stringify` writes it, in a fraction of the time. For anything else (functions, dates, accessors, names that
 * are numbers and so come first, lone surrogates, rare control characters, nesting that is too deep, no memory) the answer is undefined: then the engine has to do it itself. */
const tagFirst = -9, tagSymbol = -8, tagRope = -6, tagNull = 2, tagFloat = 8, cell: usize = memory.data(4); // a float has any other tag
export function writeJson(value: u64, depth: i32): u64 { return begin(0) && write(value, depth) ? env.JS_NewStringLen(engine, written, writtenSize) : undefinedValue; }
function write(value: u64, depth: i32): bool {
  const tag = tagOf(value), isFloat = tag < tagFirst || tag >= tagFloat, object = <usize>value, plain = tag == tagString ? textOf(object) : 0;
  if (plain != 0) return quote(plain, lengthOf(object), true);
  if (tag == tagObject) return depth > 0 && (load<u16>(object + objectClass) == classObject ? writeObject(object, depth - 1) : isRow(object) && writeList(object, depth - 1));
  if (tag == 0 && <i32>value >= 0) return digits(<u32>value);
  if (!isFloat && (tag <= tagSymbol || tag > tagNull)) return false;
  const text = env.JS_ToCStringLen2(engine, cell, value, 0);
  if (text == 0) return false;
  const size = load<u32>(cell), isWord = isFloat && load<u8>(text + size - 1) > 0x39; // NaN and Infinity have no form in JSON
  const good = tag == tagString || tag == tagRope ? quote(text, size, false) : !isWord && append(text, size);
  env.JS_FreeCString(engine, text);
  return good;
}
function writeObject(object: usize, depth: i32): bool {
  const shape = load<u32>(object + objectShape), end: usize = load<u32>(shape + shapeCount) << 3, members = membersOf(shape), values: usize = load<u32>(object + objectMembers);
  let good = put(0x7b);
  for (let at: usize = 0; good && at < end; at += 8) {
    const flags = load<u32>(members + at) >> 26, atom = load<u32>(members + at + 4), value = load<u64>(values + at);
    if (atom == 0 || (flags & enumerable) == 0 || (value == undefinedValue && (flags & notPlain) == 0)) continue;
    if ((flags & notPlain) != 0 || <i32>atom < 0) return false;
    const name = nameOf(engineRuntime, atom), text = textOf(name), first: u32 = text == 0 ? 0x30 : load<u8>(text); // the zero behind an empty one
    if (isSymbol(name) || first - 0x30 < 10) return false;
    good = (load<u8>(written + writtenSize - 1) == 0x7b || put(0x2c)) && quote(text, lengthOf(name), true) && put(0x3a) && write(value, depth);
  }
  return good && put(0x7d);
}
function writeList(list: usize, depth: i32): bool {
  const items: usize = load<u32>(list + listItems), end: usize = load<u32>(list + listLength) << 3;
  let good = put(0x5b);
  for (let at: usize = 0; good && at < end; at += 8) {
    const item = load<u64>(items + at);
    good = (at == 0 || put(0x2c)) && write(item == undefinedValue ? nullValue : item, depth);
  }
  return good && put(0x5d);
}
/** A string in its quotes. `short`: each character is a byte; else it is UTF-8, where the engine gives a lone surrogate as three bytes, which are none. */
function quote(text: usize, size: u32, short: bool): bool {
  const end = text + size;
  let from = text, good = put(0x22);
  for (let at = skipPlain(text, end); good && at < end; at = skipPlain(at + 1, end)) {
    const byte = load<u8>(at);
    if (byte >= 0x80 && !short) { if (byte == 0xed && load<u8>(at + 1) >= 0xa0) return false; else continue; }
    const escape: u8 = byte >= 0x20 ? byte : byte == 0x0a ? 0x6e : byte == 0x0d ? 0x72 : byte == 0x09 ? 0x74 : 0;
    good = escape != 0 && append(from, at - from) && (byte < 0x80 ? put(0x5c) && put(escape) : put(0xc0 | byte >> 6) && put(0x80 | byte & 0x3f));
    from = at + 1;
  }
  return good && append(from, end - from) && put(0x22);
}
/** A number that is an integer and not below 0. */
function digits(value: u32): bool { return (value < 10 || digits(value / 10)) && put(<u8>(0x30 + value % 10)); }
