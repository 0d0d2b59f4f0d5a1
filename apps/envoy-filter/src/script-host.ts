import * as operation from './operations.ts';
import type { EnvoyHost, HeaderPairs, MetricKind } from './host.ts';

/** The one native function, which the shim provides. It is there at run time only: no module may call it at its top level. */
declare const __host: (operation: number, ...values: readonly unknown[]) => unknown;

const levels = { info: 2, warning: 3, error: 4, critical: 5 } as const;
const metricKinds: Readonly<Record<MetricKind, number>> = { counter: 0, gauge: 1, histogram: 2 };

/** The host inside Envoy. */
export const scriptHost: EnvoyHost = {
  log: (level, text) => void __host(operation.hostLog, levels[level], text),
  headers: (map) => (__host(operation.hostHeaders, map) as HeaderPairs | undefined) ?? [],
  setHeaders: (map, pairs) => void __host(operation.hostSetHeaders, map, pairs),
  buffer(type, start, size) {
    const bytes = size === 0 ? undefined : (__host(operation.hostBuffer, type, start, size) as Uint8Array | undefined);
    return bytes ?? new Uint8Array();
  },
  setBuffer(type, start, size, data) {
    const written = __host(operation.hostSetBuffer, type, start, size, data) as number;
    if (written < 0) throw new Error(`Envoy refuses the contents of buffer ${type} (${-written})`);
    return written;
  },
  localReply: (status, details, body, headers) => void __host(operation.hostLocalReply, status, details, body, headers),
  call(cluster, headers, body, timeoutMs) {
    const token = __host(operation.hostCall, cluster, headers, body, timeoutMs) as number;
    return token < 0 ? undefined : token;
  },
  continueStream: (side) => void __host(operation.hostContinue, side),
  closeStream: (side) => void __host(operation.hostClose, side),
  defineMetric(kind, name) {
    const id = __host(operation.hostDefineMetric, metricKinds[kind], name) as number;
    if (id < 0) throw new Error(`Envoy does not define the metric ${name} (${-id})`);
    return id;
  },
  addToMetric: (id, by) => void __host(operation.hostAddToMetric, id, by),
  recordMetric: (id, value) => void __host(operation.hostRecordMetric, id, value),
  property: (path) => __host(operation.hostProperty, path) as string | undefined,
  setProperty: (name, value) => void __host(operation.hostSetProperty, name, value),
  sharedData(key) {
    const value = __host(operation.hostSharedData, key) as string | undefined;
    return value === undefined ? undefined : { value, version: __host(operation.hostSharedVersion) as number };
  },
  setSharedData: (key, value, version) => __host(operation.hostSetSharedData, key, value, version) === 0,
  randomBytes: (size) => __host(operation.hostRandomBytes, size) as Uint8Array,
  decode: (bytes) => __host(operation.hostDecode, bytes) as string | undefined,
  encode: (text) => __host(operation.hostEncode, text) as Uint8Array,
  parseBytes: (bytes) => __host(operation.hostParseJson, bytes, deepestJson),
  memberOffsets: (bytes, depthLimit) => __host(operation.hostScanMembers, bytes, depthLimit) as ReturnType<EnvoyHost['memberOffsets']>,
  setContext: (id) => void __host(operation.hostSetContext, id),
  setLimits: (watchdogMs, watchdogNsPerByte, heapBytes) => void __host(operation.hostSetLimits, watchdogMs, watchdogNsPerByte, heapBytes),
  memoryBytes: () => __host(operation.hostMemoryBytes) as number,
};

/** JSON nested deeper would end the whole filter (see the shim); what a gateway accepts is far below. */
const deepestJson = 1024;

/**
 * Replaces what the snapshot of the heap makes unsafe, and what the engine is slow at. `JSON.parse` gets a limit of depth, because the engine's parser
 * would overflow the native stack, and is native. `JSON.stringify` of plain data is native. `Math.random` gets a seed at its first use, because every worker would
 * otherwise repeat the same numbers.
 */
export function hardenScript(): void {
  const { parse, stringify } = JSON;
  JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]): unknown => {
    const value = __host(operation.hostParseJson, typeof text === 'string' ? text : String(text), deepestJson);
    if (value === undefined) throw new SyntaxError(`The text is not JSON, or nested deeper than ${deepestJson} levels`);
    return reviver === undefined ? value : parse(text, reviver);
  };
  JSON.stringify = (value: unknown, replacer?: unknown, space?: string | number): string => {
    const text = replacer === undefined && space === undefined ? __host(operation.hostWriteJson, value, deepestJson) : undefined;
    return (text as string | undefined) ?? stringify(value, replacer as Parameters<typeof stringify>[1], space);
  };
  let seed: Uint32Array | undefined;
  Math.random = () => {
    seed ??= new Uint32Array(scriptHost.randomBytes(16).buffer as ArrayBuffer);
    return nextRandom(seed) / 4_294_967_296;
  };
}

/** xorshift128: good enough for what needs no secret, such as jitter. */
function nextRandom(state: Uint32Array): number {
  const [x = 1, y = 0, z = 0, w = 0] = state;
  const mixed = w ^ (w << 11) ^ ((w ^ (w << 11)) >>> 8);
  const next = (mixed ^ x ^ (x >>> 19)) >>> 0;
  state.set([next, x, y, z]);
  return next;
}
