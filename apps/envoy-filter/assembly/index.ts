/* The proxy-wasm shim: Envoy's callbacks to one function of the script, `__pluginEvent`, and one function of ours, `__host`, back to Envoy's host
 * functions. It decides nothing about gateways. The script has already run in the heap that it is merged with: nothing starts but what is below. */
import * as env from './env';
import { hostCall } from './host-calls'; import { defineMember, freeValue } from './detours';
import * as operation from '../src/operations';
import { engine, engineRuntime, exception, integer, literal, out, tagObject, tagOf, undefinedValue } from './values';
import { startWatching } from './watchdog'; export { host_interrupt } from './watchdog';
const callValues: usize = memory.data(64), pluginEvent: u64 = findPluginEvent();
env.qjs_set_interrupt_handler(1);
// @ts-ignore: HOST_SLOT is a constant of the build
if (<i32>hostCall.index != HOST_SLOT || <i32>defineMember.index != HOST_SLOT + 1 || <i32>freeValue.index != HOST_SLOT + 2) unreachable();
function findPluginEvent(): u64 {
  const global = env.JS_GetGlobalObject(engine);
  return env.JS_GetPropertyStr(engine, global, literal('__pluginEvent')); // the global object lives as long as all
}
// What QuickJS imports and the filter does not need.
export function host_call(_a: i32, _b: i32, _c: i32, _d: i32, _e: i32): i32 { return 0; }
export function host_promise_rejection(_a: i32, _b: i32, _c: i32): void {} export function host_module_load(_a: i32, _b: i32): i32 { return 0; }
export function host_module_normalize(_a: i32, _b: i32): i32 { return 0; } export function host_get_timezone_offset(_a: i32, _b: i32): i32 { return 0; }
/** Hands an event to the script; its number is what Envoy is told. */
function emit(event: i32, id: i32, first: i32, second: i32, bodyBytes: i32): i32 {
  store<u64>(callValues, integer(event)); store<u64>(callValues + 8, integer(id));
  store<u64>(callValues + 16, integer(first)); store<u64>(callValues + 24, integer(second)); store<u64>(callValues + 32, integer(bodyBytes));
  startWatching(bodyBytes);
  const answer = env.JS_Call(engine, pluginEvent, undefinedValue, 5, callValues), told = answer == exception ? fail(event, id) : <i32>answer;
  env.JS_FreeValue(engine, answer);
  while (env.JS_ExecutePendingJob(engineRuntime, out) > 0) {}
  return told;
}
/** An error that the script did not catch, or could not (time): logged, and told to the script. If it fails again the client gets a plain 500. */
function fail(event: i32, id: i32): i32 {
  logException();
  if (event < operation.eventRequestHeaders || event > operation.eventFailure) return 0;
  if (event != operation.eventFailure) return emit(operation.eventFailure, id, event, 0, 0);
  const body = '{"error":{"message":"The gateway failed to handle this request","type":"server_error","param":null,"code":"internal"}}';
  env.proxy_send_local_response(500, 0, 0, literal(body), body.length, 0, 0, -1);
  return 1;
}
function logException(): void {
  const error = env.JS_GetException(engine), stack = tagOf(error) == tagObject ? env.JS_GetPropertyStr(engine, error, literal('stack')) : undefinedValue;
  logText(error);
  if (stack != undefinedValue) logText(stack);
}
/** Logs a value and frees it. */
function logText(value: u64): void {
  const text = env.JS_ToCStringLen2(engine, out, value, 0);
  if (text == 0) env.JS_FreeValue(engine, env.JS_GetException(engine));
  else { env.proxy_log(5, text, load<u32>(out)); env.JS_FreeCString(engine, text); }
  env.JS_FreeValue(engine, value);
}
export function proxy_abi_version_0_2_1(): void {} export function proxy_on_memory_allocate(size: usize): usize { return env.malloc(size); }
export function proxy_on_context_create(id: i32, parent: i32): void { emit(operation.eventContext, id, parent, 0, 0); } export function proxy_on_configure(root: i32, size: i32): i32 { return emit(operation.eventConfigure, root, size, 0, size); }
export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { return emit(operation.eventRequestHeaders, id, count, end, 0); }
export function proxy_on_request_body(id: i32, size: i32, end: i32): i32 { return emit(operation.eventRequestBody, id, size, end, size); }
export function proxy_on_request_trailers(id: i32, count: i32): i32 { return emit(operation.eventRequestTrailers, id, count, 0, 0); }
export function proxy_on_response_headers(id: i32, count: i32, end: i32): i32 { return emit(operation.eventResponseHeaders, id, count, end, 0); }
export function proxy_on_response_body(id: i32, size: i32, end: i32): i32 { return emit(operation.eventResponseBody, id, size, end, size); }
export function proxy_on_response_trailers(id: i32, count: i32): i32 { return emit(operation.eventResponseTrailers, id, count, 0, 0); }
export function proxy_on_http_call_response(root: i32, token: i32, headers: i32, bodySize: i32, _trailers: i32): void { emit(operation.eventCallReply, root, token, headers, bodySize); }
export function proxy_on_vm_start(_root: i32, _size: i32): i32 { return 1; } export function proxy_on_done(_id: i32): i32 { return 1; }
export function proxy_on_log(id: i32): void { emit(operation.eventLog, id, 0, 0, 0); } export function proxy_on_delete(id: i32): void { emit(operation.eventDelete, id, 0, 0, 0); }
