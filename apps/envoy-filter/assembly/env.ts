/* Imports of a module that AssemblyScript names after this file: Envoy's host functions (`proxy_*`), and the C API of QuickJS, merged into the same module.
 * Texts and bytes are pairs of a pointer and a size; `out` is where an answer is to be written. */
export declare function proxy_http_call(cluster: usize, cSize: usize, headers: usize, hSize: usize, body: usize, bSize: usize, trailers: usize, tSize: usize, ms: i32, out: usize): i32;
export declare function proxy_send_local_response(status: i32, details: usize, dSize: usize, body: usize, bSize: usize, headers: usize, hSize: usize, grpc: i32): i32;
export declare function proxy_get_shared_data(key: usize, size: usize, out: usize, outSize: usize, outCas: usize): i32; export declare function proxy_log(level: i32, text: usize, size: usize): i32;
export declare function proxy_set_shared_data(key: usize, size: usize, value: usize, valueSize: usize, cas: i32): i32; export declare function proxy_get_current_time_nanoseconds(out: usize): i32;
export declare function proxy_set_buffer_bytes(type: i32, start: i32, size: i32, data: usize, dataSize: usize): i32; export declare function proxy_increment_metric(id: i32, by: i64): i32;
export declare function proxy_get_buffer_bytes(type: i32, start: i32, max: i32, out: usize, outSize: usize): i32; export declare function proxy_record_metric(id: i32, value: u64): i32;
export declare function proxy_set_property(path: usize, size: usize, value: usize, valueSize: usize): i32; export declare function proxy_set_header_map_pairs(map: i32, pairs: usize, size: usize): i32;
export declare function proxy_get_property(path: usize, size: usize, out: usize, outSize: usize): i32; export declare function proxy_get_header_map_pairs(map: i32, out: usize, outSize: usize): i32;
export declare function proxy_define_metric(type: i32, name: usize, size: usize, out: usize): i32; export declare function proxy_set_effective_context(id: i32): i32;
export declare function proxy_continue_stream(type: i32): i32; export declare function proxy_close_stream(type: i32): i32; export declare function JS_ToFloat64(js: usize, out: usize, value: u64): i32;
export declare function JS_DefineSlowly(js: usize, object: u64, atom: u32, value: u64, flags: i32): i32; export declare function JS_ParseJSON(js: usize, text: usize, size: usize, name: usize): u64;
export declare function JS_Call(js: usize, callee: u64, self: u64, count: i32, values: usize): u64; export declare function JS_ToCStringLen2(js: usize, outSize: usize, value: u64, cesu8: i32): usize;
export declare function JS_SetPropertyUint32(js: usize, object: u64, index: u32, value: u64): i32; export declare function JS_NewUint8ArrayCopy(js: usize, bytes: usize, size: usize): u64;
export declare function JS_GetUint8Array(js: usize, outSize: usize, value: u64): usize; export declare function js_realloc_rt(rt: usize, pointer: usize, size: usize): usize;
export declare function JS_GetPropertyStr(js: usize, object: u64, name: usize): u64; export declare function JS_NewArrayFrom(js: usize, count: i32, values: usize): u64;
export declare function JS_NewStringLen(js: usize, text: usize, size: usize): u64; export declare function JS_ExecutePendingJob(rt: usize, outContext: usize): i32;
export declare function JS_NewAtomLen(js: usize, text: usize, size: usize): u32; export declare function JS_SetMemoryLimit(rt: usize, bytes: usize): void;
export declare function JS_FreeCString(js: usize, text: usize): void; export declare function JS_FreeSlowly(rt: usize, value: u64): void; export declare function JS_GetTypedArrayType(value: u64): i32;
export declare function JS_ValueToAtom(js: usize, value: u64): u32; export declare function JS_FreeValue(js: usize, value: u64): void; export declare function JS_NewNumber(js: usize, value: f64): u64;
export declare function qjs_set_interrupt_handler(on: i32): void; export declare function JS_FreeAtom(js: usize, atom: u32): void; export declare function JS_GetGlobalObject(js: usize): u64;
export declare function JS_GetException(js: usize): u64; export declare function JS_NewObject(js: usize): u64; export declare function qjs_get_context_ptr(): usize;
export declare function qjs_get_runtime_ptr(): usize; export declare function JS_NewArray(js: usize): u64; export declare function malloc(size: usize): usize;
export declare function free(pointer: usize): void;
