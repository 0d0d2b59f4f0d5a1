import * as env from './env';
import { isRow, lengthOf, listItems, listLength, textOf } from './layout';
/* Values of QuickJS, which on a 32-bit machine are 64 bits: a tag above, an integer or a pointer below. Nothing here uses the heap of
 * AssemblyScript, because memory belongs to the allocator of QuickJS; what must be kept for a moment stands in static cells. */
export const nullValue: u64 = 2 << 32, undefinedValue: u64 = 3 << 32, exception: u64 = 6 << 32, tagObject: i32 = -1, tagString: i32 = -7;
/** The engine's context, and its runtime. */
export const engine: usize = env.qjs_get_context_ptr(), engineRuntime: usize = env.qjs_get_runtime_ptr();
/** Out parameters of host functions: a pointer, a size, and 16 more bytes. */
export const out: usize = memory.data(32);
const outLength: usize = out + 16, scratch: usize = memory.data(256);
/** For each of eight arguments: pointer, size, and the string of the engine that owns the memory, if one does. */
const cells: usize = memory.data(96), lastCell = 7;
export function tagOf(value: u64): i32 { return <i32>(value >> 32); } export function integer(value: i32): u64 { return <u64>(<u32>value); }
/** A short ASCII literal as a C string; valid until the next one. */
export function literal(text: string): usize {
  const from = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) store<u8>(scratch + i, <u8>load<u16>(from + ((<usize>i) << 1)));
  store<u8>(scratch + text.length, 0); return scratch;
}
export function argument(values: usize, index: i32): u64 { return load<u64>(values + ((<usize>index) << 3)); }
export function float(values: usize, index: i32): f64 {
  const value = argument(values, index);
  return tagOf(value) == 0 ? <f64>(<i32>value) : env.JS_ToFloat64(engine, outLength, value) == 0 ? load<f64>(outLength) : 0;
}
export function int(values: usize, index: i32): i32 { const value = argument(values, index); return tagOf(value) == 0 ? <i32>value : <i32>float(values, index); }
function keep(index: i32, pointer: usize, size: usize, owner: usize = 0): usize {
  const cell = cells + <usize>index * 12;
  store<u32>(cell, pointer); store<u32>(cell + 4, size); store<u32>(cell + 8, owner); return pointer;
}
/** Size of an argument that `bytes` or `pairs` has read. */
export function size(index: i32): usize { return load<u32>(cells + <usize>index * 12 + 4); }
function release(cell: usize): void { if (load<u32>(cell + 8) != 0) env.JS_FreeCString(engine, load<u32>(cell + 8)); store<u32>(cell + 8, 0); }
/** Frees what the arguments of one host call own. */
export function releaseArguments(): void { for (let cell = cells; cell < cells + 96; cell += 12) release(cell); }
/** What is being written, in memory of the engine that grows and stays. */
export let written: usize = 0, writtenSize: usize = 0; let room: usize = 0;
/** Begins to write behind a number of bytes that are filled in later. False here and below: there is no memory. */
export function begin(size: usize): bool { writtenSize = 0; return append(0, size); }
/** Adds bytes from an address, or what has been there. */
export function append(from: usize, size: usize): bool {
  const end = writtenSize + size;
  if (end > room) {
    const grown = env.js_realloc_rt(engineRuntime, written, end + (end >> 1) + 4096);
    if (grown == 0) return false;
    written = grown; room = end + (end >> 1) + 4096;
  }
  if (from != 0) memory.copy(written + writtenSize, from, size);
  writtenSize = end;
  return true;
}
export function put(byte: u8): bool { const fits = append(0, 1); if (fits) store<u8>(written + writtenSize - 1, byte); return fits; }
/** Adds a value of the engine's, for `pushed` to make a list of them all. */
export function push(value: u64): bool { const fits = append(0, 8); if (fits) store<u64>(written + writtenSize - 8, value); return fits; }
export function pushed(): u64 { return env.JS_NewArrayFrom(engine, <i32>(writtenSize >> 3), written); }
/** A string as UTF-8, or the bytes of a Uint8Array; empty for undefined. */
export function bytes(values: usize, index: i32): usize { return read(argument(values, index), index); }
function read(value: u64, index: i32): usize {
  const plain = asciiOf(value);
  if (value == undefinedValue || plain != 0) return keep(index, plain, plain == 0 ? 0 : lengthOf(<usize>value));
  const isBytes = tagOf(value) == tagObject && env.JS_GetTypedArrayType(value) >= 0;
  const start = isBytes ? env.JS_GetUint8Array(engine, outLength, value) : env.JS_ToCStringLen2(engine, outLength, value, 0);
  return keep(index, start, start == 0 ? 0 : load<u32>(outLength), isBytes ? 0 : start);
}
/** Where the characters of a string stand that are all ASCII, and so UTF-8 as they are; 0 for any other value. Looks at eight at a time, zeros taken for what is behind. */
function asciiOf(value: u64): usize {
  const text = tagOf(value) == tagString ? textOf(<usize>value) : 0;
  let left: i32 = text == 0 ? 0 : lengthOf(<usize>value);
  for (let at = text; left > 0; left -= 8, at += 8) if ((load<u64>(at) & (<u64>0x8080808080808080 >> (left < 8 ? 64 - (left << 3) : 0))) != 0) return 0;
  return text;
}
/** A list `[name, value, name, value, …]` in the form in which proxy-wasm takes header maps; valid until something else is written. */
export function pairs(values: usize, index: i32): usize {
  const value = argument(values, index), list = <usize>value;
  if (tagOf(value) != tagObject || !isRow(list)) return keep(index, 0, 0);
  const count = load<u32>(list + listLength);
  let fits = begin(4 + (count << 2));
  for (let i: u32 = 0; fits && i < count; i++) {
    const text = read(load<u64>(load<u32>(list + listItems) + (i << 3)), lastCell);
    store<u32>(written + 4 + (i << 2), size(lastCell));
    fits = append(text, size(lastCell)) && put(0);
    release(cells + lastCell * 12);
  }
  if (!fits) return keep(index, 0, 0);
  store<u32>(written, count >> 1); return keep(index, written, writtenSize);
}
/** The host's answer in `out` as text, or as a Uint8Array; frees it. */
export function taken(asText: bool): u64 {
  const start = load<u32>(out), length = load<u32>(out + 4);
  const value = asText ? env.JS_NewStringLen(engine, start, length) : env.JS_NewUint8ArrayCopy(engine, start, length);
  env.free(start);
  return value;
}
