import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Diversion } from './divert-function.ts';
import { divertFunction } from './divert-function.ts';
import { giveObjectsRoom } from './give-objects-room.ts';
import { leaveOutDumps } from './leave-out-dumps.ts';
import { rewriteEngine } from './rewrite-engine.ts';

/** QuickJS as a module whose memory is, from the start, the heap in which a script has run. */
export interface EngineSnapshot {
  readonly module: Uint8Array;
  /** Pages of 64 KiB that the heap takes; the memory of the shim begins behind them. */
  readonly heapPages: number;
  /** The slot of the function table where the script expects its native function. */
  readonly hostSlot: number;
}

// V8's native stack is what really ends, and QuickJS sees only its own: with this size every recursion of a script ends in an exception.
const stackBytes = 128 * 1024;
const exception = 6n << 32n;
const compileOnly = 1 << 5;
const asBytecode = 1 << 0;
const withoutSource = 1 << 4;

/**
 * Runs a script at build time and keeps what it leaves. Top-level code must be pure: the native function is not there yet, so a call of it fails
 * the build. One engine compiles and another one runs, so that the parser leaves no traces in the heap.
 *
 * @throws Error with the stack of the script when it throws
 */
export function snapshotEngine(code: string, name: string): EngineSnapshot {
  const engine = leaveOutDumps(giveObjectsRoom(readFileSync(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm')))));
  const bytecode = compile(instantiate(engine), code, name);
  const running = instantiate(engine);
  const { api, context, memory, table } = running;
  const hostSlot = table.length;
  const global = api.JS_GetGlobalObject(context);
  const label = running.put('__host\0');
  api.JS_SetPropertyStr(context, global, label, api.JS_NewCFunction2(context, hostSlot, label, 1, 0, 0));
  api.JS_FreeValue(context, global);
  const script = running.put(bytecode);
  const result = api.JS_EvalFunction(context, api.JS_ReadObject(context, script, bytecode.length, asBytecode));
  refuseException(running, result, name);
  const cell = running.put('1234');
  while (api.JS_ExecutePendingJob(api.qjs_get_runtime_ptr(), cell) > 0);
  for (const pointer of [label, script, cell]) api.free(pointer);
  api.JS_RunGC(api.qjs_get_runtime_ptr());
  const heap = new Uint8Array(memory.buffer);
  const heapPages = heap.length / 65_536;
  const shorter = diversions(hostSlot).reduce(divertFunction, engine as Uint8Array);
  return { module: rewriteEngine(shorter, { heap, pages: heapPages + 1, slots: hostSlot + 3 }), heapPages, hostSlot };
}

/** Functions of the engine that functions of the shim take the place of, by their slots. */
const diversions = (hostSlot: number): Diversion[] => [
  { name: 'JS_DefinePropertyValue', parameters: 5, slot: hostSlot + 1, original: 'JS_DefineSlowly' },
  { name: 'JS_FreeValueRT', parameters: 2, slot: hostSlot + 2, original: 'JS_FreeSlowly' },
  { name: 'JS_FreeValue', parameters: 2, slot: hostSlot + 2 },
];

function compile(running: RunningEngine, code: string, name: string): Uint8Array {
  const { api, context, memory } = running;
  const size = running.put('1234');
  const source = running.put(`${code}\0`);
  const compiled = api.JS_Eval(context, source, Buffer.byteLength(code), running.put(`${name}\0`), compileOnly);
  refuseException(running, compiled, name);
  const start = api.JS_WriteObject(context, size, compiled, asBytecode | withoutSource);
  return new Uint8Array(memory.buffer).slice(start, start + new DataView(memory.buffer).getUint32(size, true));
}

interface EngineApi extends WebAssembly.Exports {
  _initialize(): void;
  qjs_init(): number;
  qjs_set_max_stack_size(bytes: number): void;
  qjs_get_context_ptr(): number;
  qjs_get_runtime_ptr(): number;
  malloc(size: number): number;
  free(pointer: number): void;
  JS_GetGlobalObject(context: number): bigint;
  JS_NewCFunction2(context: number, slot: number, name: number, length: number, prototype: number, magic: number): bigint;
  JS_SetPropertyStr(context: number, object: bigint, name: number, value: bigint): number;
  JS_GetPropertyStr(context: number, object: bigint, name: number): bigint;
  JS_FreeValue(context: number, value: bigint): void;
  JS_Eval(context: number, code: number, size: number, name: number, flags: number): bigint;
  JS_WriteObject(context: number, outSize: number, value: bigint, flags: number): number;
  JS_ReadObject(context: number, bytes: number, size: number, flags: number): bigint;
  JS_EvalFunction(context: number, value: bigint): bigint;
  JS_GetException(context: number): bigint;
  JS_ToCStringLen2(context: number, outSize: number, value: bigint, cesu8: number): number;
  JS_ExecutePendingJob(runtime: number, outContext: number): number;
  JS_RunGC(runtime: number): void;
}

interface RunningEngine {
  readonly api: EngineApi;
  readonly context: number;
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  /** Puts bytes, or text as UTF-8, into the engine's memory. */
  put(value: string | Uint8Array): number;
}

/** Nothing that QuickJS may ask of a system is answered; time stands still and chance is always the same, so that two builds come out alike. */
function instantiate(engine: Uint8Array<ArrayBuffer>): RunningEngine {
  const zero = (): number => 0;
  const refused = (): number => 52;
  const view = (): DataView => new DataView((instance.exports['memory'] as WebAssembly.Memory).buffer);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(engine), {
    env: {
      host_get_timezone_offset: zero,
      host_interrupt: zero,
      host_promise_rejection: zero,
      host_module_normalize: zero,
      host_module_load: zero,
      host_call: zero,
    },
    wasi_snapshot_preview1: {
      clock_time_get: (_clock: number, _precision: bigint, out: number) => {
        view().setBigUint64(out, 0n, true);
        return 0;
      },
      // The filter seeds itself at run time.
      random_get: (pointer: number, size: number) => {
        new Uint8Array(view().buffer, pointer, size).fill(1);
        return 0;
      },
      fd_close: refused,
      fd_fdstat_get: refused,
      fd_seek: refused,
      fd_write: refused,
    },
  });
  const api = instance.exports as EngineApi;
  api._initialize();
  if (api.qjs_init() !== 0) throw new Error('QuickJS does not start');
  api.qjs_set_max_stack_size(stackBytes);
  return {
    api,
    context: api.qjs_get_context_ptr(),
    memory: instance.exports['memory'] as WebAssembly.Memory,
    table: instance.exports['__indirect_function_table'] as WebAssembly.Table,
    put(value) {
      const bytes = Buffer.from(value);
      const pointer = api.malloc(bytes.length);
      new Uint8Array(view().buffer, pointer, bytes.length).set(bytes);
      return pointer;
    },
  };
}

function refuseException({ api, context, memory, put }: RunningEngine, value: bigint, name: string): void {
  if (BigInt.asUintN(64, value) !== exception) return;
  const read = (text: bigint): string => {
    const pointer = api.JS_ToCStringLen2(context, 0, text, 0);
    const bytes = new Uint8Array(memory.buffer);
    return new TextDecoder().decode(bytes.slice(pointer, bytes.indexOf(0, pointer)));
  };
  const error = api.JS_GetException(context);
  throw new Error(`The script ${name} failed: ${read(error)}\n${read(api.JS_GetPropertyStr(context, error, put('stack\0')))}`);
}
