// biome-ignore-all format: one line for each operation
import * as env from './env';
import * as operation from './operations';
import { append, argument, begin, bytes, engine, exception, float, int, integer, literal, nullValue, out, pairs, put, releaseArguments, size, tagObject, tagOf, taken, undefinedValue, written } from './values';
import { scanMembers } from './scan-members';
import { setBudget } from './watchdog';
import { random_get } from './wasi_snapshot_preview1';
import { writeJson } from './write-json';

/** The one native function of the script, `__host(operation, ...arguments)`. QuickJS calls it by its slot in the table, as a C function of its own. */
export function hostCall(_context: usize, _self: u64, _count: i32, values: usize): u64 {
  store<u64>(out, 0);
  const answer = perform(values);
  releaseArguments();
  return answer;
}

const version: usize = memory.data(4); // of the shared entry that was read last
function perform(v: usize): u64 {
  switch (int(v, 0)) {
    case operation.hostLog: return integer(env.proxy_log(int(v, 1), bytes(v, 2), size(2)));
    case operation.hostHeaders: return headers(int(v, 1));
    case operation.hostSetHeaders: return integer(env.proxy_set_header_map_pairs(int(v, 1), pairs(v, 2), size(2)));
    case operation.hostBuffer: return env.proxy_get_buffer_bytes(int(v, 1), int(v, 2), int(v, 3), out, out + 4) == 0 ? taken(false) : undefinedValue;
    case operation.hostSetBuffer: return orStatus(env.proxy_set_buffer_bytes(int(v, 1), int(v, 2), int(v, 3), bytes(v, 4), size(4)), <i32>size(4));
    case operation.hostLocalReply: return integer(env.proxy_send_local_response(int(v, 1), bytes(v, 2), size(2), bytes(v, 3), size(3), pairs(v, 4), size(4), -1));
    case operation.hostCall: return orStatus(env.proxy_http_call(bytes(v, 1), size(1), pairs(v, 2), size(2), bytes(v, 3), size(3), 0, 0, int(v, 4), out), load<i32>(out));
    case operation.hostContinue: return integer(env.proxy_continue_stream(int(v, 1)));
    case operation.hostClose: return integer(env.proxy_close_stream(int(v, 1)));
    case operation.hostDefineMetric: return orStatus(env.proxy_define_metric(int(v, 1), bytes(v, 2), size(2), out), load<i32>(out));
    case operation.hostAddToMetric: return integer(env.proxy_increment_metric(int(v, 1), <i64>float(v, 2)));
    case operation.hostRecordMetric: return integer(env.proxy_record_metric(int(v, 1), <u64>float(v, 2)));
    case operation.hostProperty: return env.proxy_get_property(bytes(v, 1), size(1), out, out + 4) == 0 ? taken(true) : undefinedValue;
    case operation.hostSetProperty: return integer(env.proxy_set_property(bytes(v, 1), size(1), bytes(v, 2), size(2)));
    case operation.hostSharedData: return env.proxy_get_shared_data(bytes(v, 1), size(1), out, out + 4, version) == 0 ? taken(true) : undefinedValue;
    case operation.hostSharedVersion: return env.JS_NewNumber(engine, <f64>load<u32>(version));
    case operation.hostSetSharedData: return integer(env.proxy_set_shared_data(bytes(v, 1), size(1), bytes(v, 2), size(2), int(v, 3)));
    case operation.hostRandomBytes: return begin(int(v, 1)) && random_get(written, int(v, 1)) == 0 ? env.JS_NewUint8ArrayCopy(engine, written, int(v, 1)) : undefinedValue;
    case operation.hostDecode: return decode(bytes(v, 1), size(1));
    case operation.hostEncode: return env.JS_NewUint8ArrayCopy(engine, bytes(v, 1), size(1));
    case operation.hostParseJson: return parseJson(argument(v, 1), bytes(v, 1), size(1), int(v, 2));
    case operation.hostScanMembers: return scanMembers(bytes(v, 1), size(1), int(v, 2));
    case operation.hostWriteJson: return writeJson(argument(v, 1), int(v, 2));
    case operation.hostSetContext: return integer(env.proxy_set_effective_context(int(v, 1)));
    case operation.hostSetLimits: setBudget(float(v, 1), float(v, 2)); env.JS_SetMemoryLimit(env.qjs_get_runtime_ptr(), <usize>float(v, 3)); return undefinedValue;
    case operation.hostMemoryBytes: return env.JS_NewNumber(engine, <f64>memory.size() * 65536);
    default: return undefinedValue;
  }
}
/** A number, or the status of a call that went wrong as a negative one. `value` is read after the call. */
function orStatus(status: i32, value: i32): u64 { return integer(status == 0 ? value : -status); }
/** A header map as a list `[name, value, name, value, …]`. */
function headers(map: i32): u64 {
  if (env.proxy_get_header_map_pairs(map, out, out + 4) != 0) return undefinedValue;
  const list = env.JS_NewArray(engine), start = load<u32>(out);
  if (start == 0) return list;
  const count = load<u32>(start) << 1;
  let at: usize = start + 4 + (count << 2);
  for (let i: u32 = 0; i < count; i++) {
    const length = load<u32>(start + 4 + (i << 2));
    env.JS_SetPropertyUint32(engine, list, i, env.JS_NewStringLen(engine, at, length));
    at += length + 1;
  }
  env.free(start);
  return list;
}
/** Text of bytes, or undefined when they are no UTF-8. */
function decode(text: usize, length: usize): u64 { return deepest(text, length, true) < 0 ? undefinedValue : env.JS_NewStringLen(engine, text, length); }
/*
 * Parses JSON text, a string or its bytes; undefined when it is nested too deep, null also for bytes that are no UTF-8. The engine's parser calls itself
 * for each level, and its own check sees only the stack in linear memory: the native stack of the machine that runs this module would overflow
 * first, which ends the whole filter. It wants a zero behind the text, which bytes do not have. */
function parseJson(value: u64, text: usize, length: usize, maxDepth: i32): u64 {
  if (text == 0) return exception;
  const isBytes = tagOf(value) == tagObject, depth = deepest(text, length, isBytes);
  if (depth > maxDepth) return undefinedValue;
  if (depth < 0 || (isBytes && !(begin(0) && append(text, length) && put(0)))) return nullValue;
  return env.JS_ParseJSON(engine, isBytes ? written : text, length, literal('json'));
}
/** How deep JSON text is nested; -1 for what is no UTF-8, if that is to be looked at. */
function deepest(start: usize, length: usize, strict: bool): i32 {
  const end = start + length;
  let depth = 0, most = 0, quoted = false;
  for (let at = start; at < end; ) {
    const byte = load<u8>(at++);
    if (byte >= 0x80 && strict) {
      const more: u32 = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3, second = load<u8>(at);
      const isRefused = (byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f) || (byte == 0xf0 && second < 0x90) || (byte == 0xf4 && second > 0x8f);
      if (more == 0 || at + more > end || isRefused) return -1;
      for (const next = at + more; at < next; at++) if (load<u8>(at) >> 6 != 2) return -1;
    } else if (byte == 0x22) quoted = !quoted;
    else if (quoted) at += <usize>(byte == 0x5c && at < end && load<u8>(at) < 0x80);
    else if (byte == 0x5b || byte == 0x7b) most = max(most, ++depth);
    else if (byte == 0x5d || byte == 0x7d) depth--;
  }
  return most;
}
