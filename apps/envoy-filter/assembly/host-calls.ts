import * as env from './env';
import * as operation from '../src/operations';
import { argument, begin, bytes, engine, engineRuntime, float, int, integer, out, pairs, push, pushed, releaseArguments, size, taken, undefinedValue, written } from './values';
import { isUtf8, parseJson, scanMembers } from './read-json';
import { setBudget } from './watchdog'; import { writeJson } from './write-json'; import { random_get } from './wasi_snapshot_preview1';
/** The one native function of the script, `__host(operation, ...arguments)`. QuickJS calls it by its slot in the table, as a C function of its own. */
export function hostCall(_context: usize, _self: u64, _count: i32, values: usize): u64 {
  store<u64>(out, 0);
  const answer = perform(values);
  releaseArguments(); return answer;
}
const version: usize = memory.data(4); // of the shared entry that was read last
function perform(v: usize): u64 {
  switch (int(v, 0)) {
    case operation.hostLog: return integer(env.proxy_log(int(v, 1), bytes(v, 2), size(2))); case operation.hostHeaders: return headers(int(v, 1));
    case operation.hostSetHeaders: return integer(env.proxy_set_header_map_pairs(int(v, 1), pairs(v, 2), size(2))); case operation.hostSetContext: return integer(env.proxy_set_effective_context(int(v, 1)));
    case operation.hostBuffer: return env.proxy_get_buffer_bytes(int(v, 1), int(v, 2), int(v, 3), out, out + 4) == 0 ? taken(false) : undefinedValue;
    case operation.hostSetBuffer: return orStatus(env.proxy_set_buffer_bytes(int(v, 1), int(v, 2), int(v, 3), bytes(v, 4), size(4)), <i32>size(4));
    case operation.hostLocalReply: return integer(env.proxy_send_local_response(int(v, 1), bytes(v, 2), size(2), bytes(v, 3), size(3), pairs(v, 4), size(4), -1));
    case operation.hostCall: return orStatus(env.proxy_http_call(bytes(v, 1), size(1), pairs(v, 2), size(2), bytes(v, 3), size(3), 0, 0, int(v, 4), out), load<i32>(out));
    case operation.hostContinue: return integer(env.proxy_continue_stream(int(v, 1))); case operation.hostClose: return integer(env.proxy_close_stream(int(v, 1)));
    case operation.hostDefineMetric: return orStatus(env.proxy_define_metric(int(v, 1), bytes(v, 2), size(2), out), load<i32>(out));
    case operation.hostAddToMetric: return integer(env.proxy_increment_metric(int(v, 1), <i64>float(v, 2))); case operation.hostRecordMetric: return integer(env.proxy_record_metric(int(v, 1), <u64>float(v, 2)));
    case operation.hostProperty: return env.proxy_get_property(bytes(v, 1), size(1), out, out + 4) == 0 ? taken(true) : undefinedValue;
    case operation.hostSetProperty: return integer(env.proxy_set_property(bytes(v, 1), size(1), bytes(v, 2), size(2)));
    case operation.hostSharedData: return env.proxy_get_shared_data(bytes(v, 1), size(1), out, out + 4, version) == 0 ? taken(true) : undefinedValue;
    case operation.hostSharedVersion: return env.JS_NewNumber(engine, <f64>load<u32>(version)); case operation.hostSetSharedData: return integer(env.proxy_set_shared_data(bytes(v, 1), size(1), bytes(v, 2), size(2), int(v, 3)));
    case operation.hostRandomBytes: return begin(int(v, 1)) && random_get(written, int(v, 1)) == 0 ? env.JS_NewUint8ArrayCopy(engine, written, int(v, 1)) : undefinedValue;
    case operation.hostDecode: return isUtf8(bytes(v, 1), size(1)) ? env.JS_NewStringLen(engine, bytes(v, 1), size(1)) : undefinedValue;
    case operation.hostEncode: return env.JS_NewUint8ArrayCopy(engine, bytes(v, 1), size(1)); case operation.hostParseJson: return parseJson(argument(v, 1), bytes(v, 1), size(1), int(v, 2));
    case operation.hostScanMembers: return scanMembers(bytes(v, 1), size(1), int(v, 2)); case operation.hostWriteJson: return writeJson(argument(v, 1), int(v, 2));
    case operation.hostSetLimits: setBudget(float(v, 1), float(v, 2)); env.JS_SetMemoryLimit(engineRuntime, <usize>float(v, 3)); return undefinedValue;
    case operation.hostMemoryBytes: return env.JS_NewNumber(engine, <f64>memory.size() * 65536); default: return undefinedValue;
  }
}
/** A number, or the status of a call that went wrong as a negative one. `value` is read after the call. */
function orStatus(status: i32, value: i32): u64 { return integer(status == 0 ? value : -status); }
/** A header map as a list `[name, value, name, value, …]`. */
function headers(map: i32): u64 {
  if (env.proxy_get_header_map_pairs(map, out, out + 4) != 0) return undefinedValue;
  const start = load<u32>(out), count: u32 = start == 0 ? 0 : load<u32>(start) << 1;
  let at: usize = start + 4 + (count << 2);
  begin(0);
  for (let i: u32 = 0, length: u32 = 0; i < count; i++, at += length + 1) {
    length = load<u32>(start + 4 + (i << 2));
    push(env.JS_NewStringLen(engine, at, length));
  }
  env.free(start); return pushed();
}
