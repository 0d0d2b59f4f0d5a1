import * as env from './env';

/*
 * Values of QuickJS, which on a 32-bit machine are 64 bits: a tag above, an integer or a pointer below. Nothing here uses the heap of
 * AssemblyScript, because memory belongs to the allocator of QuickJS; what must be kept for a moment stands in static cells.
 */
export const undefinedValue: u64 = (3 as u64) << 32;
export const exception: u64 = (6 as u64) << 32;
const tagObject: i32 = -1;

/** The engine's context. */
export const engine: usize = env.qjs_get_context_ptr();
/** Out parameters of host functions: a pointer, a size, and 16 more bytes. */
export const out: usize = memory.data(32);
const outLength: usize = out + 16;
const scratch: usize = memory.data(256);
/** For each of eight arguments: pointer, size, and what owns the memory (1 a string of the engine, 2 an allocation of ours). */
const cells: usize = memory.data(96);

export function tagOf(value: u64): i32 {
  return <i32>(value >> 32);
}
export function integer(value: i32): u64 {
  return <u64>(<u32>value);
}
/** A short ASCII literal as a C string; valid until the next one. */
export function literal(text: string): usize {
  const from = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) store<u8>(scratch + i, <u8>load<u16>(from + ((<usize>i) << 1)));
  store<u8>(scratch + text.length, 0);
  return scratch;
}

function argument(values: usize, index: i32): u64 {
  return load<u64>(values + ((<usize>index) << 3));
}
export function float(values: usize, index: i32): f64 {
  const value = argument(values, index);
  if (tagOf(value) == 0) return <f64>(<i32>value);
  return env.JS_ToFloat64(engine, outLength, value) == 0 ? load<f64>(outLength) : 0;
}
export function int(values: usize, index: i32): i32 {
  return <i32>float(values, index);
}
function keep(index: i32, pointer: usize, size: usize, owner: i32): usize {
  const cell = cells + <usize>index * 12;
  store<u32>(cell, pointer);
  store<u32>(cell + 4, size);
  store<u32>(cell + 8, pointer == 0 ? 0 : owner);
  return pointer;
}
/** Size of an argument that `bytes` or `pairs` has read. */
export function size(index: i32): usize {
  return load<u32>(cells + <usize>index * 12 + 4);
}
/** Frees what the arguments of one host call own. */
export function releaseArguments(): void {
  for (let cell = cells; cell < cells + 96; cell += 12) {
    const owner = load<u32>(cell + 8);
    if (owner == 1) env.JS_FreeCString(engine, load<u32>(cell));
    else if (owner == 2) env.free(load<u32>(cell));
    store<u32>(cell + 8, 0);
  }
}

/** A string as UTF-8, or the bytes of a Uint8Array; empty for undefined. */
export function bytes(values: usize, index: i32): usize {
  const value = argument(values, index);
  if (value == undefinedValue) return keep(index, 0, 0, 0);
  store<u32>(outLength, 0);
  if (tagOf(value) == tagObject && env.JS_GetTypedArrayType(value) >= 0) {
    const start = env.JS_GetUint8Array(engine, outLength, value);
    return keep(index, start, load<u32>(outLength), 0);
  }
  const text = env.JS_ToCStringLen2(engine, outLength, value, 0);
  return keep(index, text, load<u32>(outLength), 1);
}
/** A list `[name, value, name, value, …]` in the form in which proxy-wasm takes header maps. */
export function pairs(values: usize, index: i32): usize {
  const list = argument(values, index);
  if (tagOf(list) != tagObject) return keep(index, 0, 0, 0);
  const count = <i32>env.JS_GetPropertyStr(engine, list, literal('length'));
  let total: usize = 4;
  for (let i = 0; i < count; i++) total += 5 + textOf(list, i, 0);
  const start = env.malloc(total);
  if (start == 0) return keep(index, 0, 0, 0);
  store<u32>(start, count >> 1);
  let at: usize = start + 4 + ((<usize>count) << 2);
  for (let i = 0; i < count; i++) {
    const length = textOf(list, i, at);
    store<u32>(start + 4 + ((<usize>i) << 2), length);
    at += length;
    store<u8>(at++, 0);
  }
  return keep(index, start, at - start, 2);
}
/** Size of a text of a list, which is copied to an address unless that is zero. */
function textOf(list: u64, index: i32, to: usize): usize {
  const item = env.JS_GetPropertyUint32(engine, list, index);
  const text = env.JS_ToCStringLen2(engine, outLength, item, 0);
  const length: usize = text == 0 ? 0 : load<u32>(outLength);
  if (to != 0) memory.copy(to, text, length);
  if (text != 0) env.JS_FreeCString(engine, text);
  env.JS_FreeValue(engine, item);
  return length;
}
/** The host's answer in `out` as text, or as an ArrayBuffer; frees it. */
export function taken(asText: bool): u64 {
  const start = load<u32>(out);
  const length = load<u32>(out + 4);
  const value = asText ? env.JS_NewStringLen(engine, start, length) : env.JS_NewArrayBufferCopy(engine, start, length);
  if (start != 0) env.free(start);
  return value;
}
