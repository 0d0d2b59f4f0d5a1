import * as env from './env';
import * as operation from './operations';
// biome-ignore format: names
import { bytes, engine, exception, float, int, integer, literal, out, pairs, releaseArguments, size, taken, undefinedValue } from './values';
import { endOfString, scanMembers } from './scan-members';
import { setBudget } from './watchdog';
import { random_get } from './wasi_snapshot_preview1';

/**
 * The one native function of the script, `__host(operation, ...arguments)`. QuickJS calls it through a slot of the function table that the build
 * fixes, so its four parameters are those of a C function of QuickJS and cannot be others.
 */
export function hostCall(_context: usize, _self: u64, _count: i32, values: usize): u64 {
  store<u64>(out, 0);
  const answer = perform(values);
  releaseArguments();
  return answer;
}

// biome-ignore format: one line for each operation
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
    case operation.hostSharedData: return env.proxy_get_shared_data(bytes(v, 1), size(1), out, out + 4, out + 8) == 0 ? versioned(load<u32>(out + 8)) : undefinedValue;
    case operation.hostSetSharedData: return integer(env.proxy_set_shared_data(bytes(v, 1), size(1), bytes(v, 2), size(2), int(v, 3)));
    case operation.hostRandomBytes:
      store<u32>(out + 4, int(v, 1));
      store<u32>(out, env.malloc(load<u32>(out + 4)));
      random_get(load<u32>(out), load<u32>(out + 4));
      return taken(false);
    case operation.hostDecode: return env.JS_NewStringLen(engine, bytes(v, 1), size(1));
    case operation.hostEncode: return env.JS_NewArrayBufferCopy(engine, bytes(v, 1), size(1));
    case operation.hostParseJson: return parseJson(bytes(v, 1), size(1), int(v, 2));
    case operation.hostScanMembers: return scanMembers(bytes(v, 1), size(1), int(v, 2));
    case operation.hostSetContext: return integer(env.proxy_set_effective_context(int(v, 1)));
    case operation.hostSetLimits:
      setBudget(float(v, 1), float(v, 2));
      env.JS_SetMemoryLimit(env.qjs_get_runtime_ptr(), <usize>float(v, 3));
      return undefinedValue;
    case operation.hostMemoryBytes: return env.JS_NewNumber(engine, <f64>memory.size() * 65536);
    default: return undefinedValue;
  }
}

/** A number, or the status of a call that went wrong as a negative one. `value` is read after the call. */
function orStatus(status: i32, value: i32): u64 {
  return integer(status == 0 ? value : -status);
}

/** A header map as a list `[name, value, name, value, …]`. */
function headers(map: i32): u64 {
  if (env.proxy_get_header_map_pairs(map, out, out + 4) != 0) return undefinedValue;
  const list = env.JS_NewArray(engine);
  const start = load<u32>(out);
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

/** `[value, version]` of an entry that all workers share. */
function versioned(version: u32): u64 {
  const entry = env.JS_NewArray(engine);
  env.JS_SetPropertyUint32(engine, entry, 0, taken(true));
  env.JS_SetPropertyUint32(engine, entry, 1, env.JS_NewNumber(engine, <f64>version));
  return entry;
}

/**
 * Parses JSON text, or gives undefined when it is nested too deep. The engine's parser calls itself for each level, and its own check sees only
 * the stack in linear memory: the native stack of the machine that runs this module would overflow first, which ends the whole filter.
 */
function parseJson(text: usize, length: usize, maxDepth: i32): u64 {
  if (text == 0) return exception;
  return depthOf(text, length) > maxDepth ? undefinedValue : env.JS_ParseJSON(engine, text, length, literal('json'));
}

function depthOf(start: usize, length: usize): i32 {
  const end = start + length;
  let depth = 0;
  let deepest = 0;
  let at = start;
  while (at < end) {
    const byte = load<u8>(at++);
    if (byte == 0x22) at = endOfString(at - 1, end);
    else if (byte == 0x5b || byte == 0x7b) {
      if (++depth > deepest) deepest = depth;
    } else if (byte == 0x5d || byte == 0x7d) depth--;
  }
  return deepest;
}
