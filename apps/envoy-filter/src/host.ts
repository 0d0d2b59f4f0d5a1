/** Which side of a stream: for `continueStream` and `closeStream`. */
export const requestSide = 0;
export const responseSide = 1;

/** Header maps. */
export const requestHeaders = 0;
export const responseHeaders = 2;
export const responseTrailers = 3;
export const callReplyHeaders = 6;

/** Buffers. */
export const requestBody = 0;
export const responseBody = 1;
export const callReplyBody = 4;
export const pluginConfiguration = 7;

/** What a callback tells Envoy. */
export const proceed = 0;
export const pause = 1;

/** Kinds of metrics. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** Names and values in turn: `[name, value, name, value, …]`. */
export type HeaderPairs = readonly string[];

/** What Envoy does for a filter: the host functions of proxy-wasm that Plano needs, and the native help of the engine. */
export interface EnvoyHost {
  log(level: 'info' | 'warning' | 'error' | 'critical', text: string): void;
  headers(map: number): HeaderPairs;
  /** Replaces a whole map. */
  setHeaders(map: number, pairs: HeaderPairs): void;
  /** A copy of bytes of a buffer. */
  buffer(type: number, start: number, size: number): Uint8Array;
  /**
   * Replaces bytes of a buffer; returns how many were written. Envoy replaces all of them, or puts in front (`start` and `size` 0), or adds behind
   * (`start` at the end), and nothing else.
   *
   * @throws Error when Envoy refuses
   */
  setBuffer(type: number, start: number, size: number, data: string | Uint8Array): number;
  /** Answers the client from here. `details` is for the access log. */
  localReply(status: number, details: string, body: string | Uint8Array, headers: HeaderPairs): void;
  /** Sends a request to a cluster; its token, or undefined when it cannot even be tried. */
  call(cluster: string, headers: HeaderPairs, body: string | Uint8Array, timeoutMs: number): number | undefined;
  continueStream(side: number): void;
  closeStream(side: number): void;
  /** The number of a metric, the same one for a name that is known. */
  defineMetric(kind: MetricKind, name: string): number;
  addToMetric(id: number, by: number): void;
  /** Value of a gauge, or one more value of a histogram. */
  recordMetric(id: number, value: number): void;
  /** A property as text, by the parts of its path with zeros between them; undefined when it is not there. */
  property(path: string): string | undefined;
  setProperty(name: string, value: string): void;
  /** An entry that all workers share, with its version. */
  sharedData(key: string): { readonly value: string; readonly version: number } | undefined;
  /** Writes an entry unless somebody else has written it since `version`; 0 for one that was not there. False: it was. */
  setSharedData(key: string, value: string, version: number): boolean;
  randomBytes(size: number): Uint8Array;
  /** UTF-8 to text, undefined for what is broken; `encode` does not check: see `native-utf8.ts`. */
  decode(bytes: Uint8Array): string | undefined;
  /** The value of JSON in bytes; undefined for what is broken, nested too deep, or no UTF-8. */
  parseBytes(bytes: Uint8Array): unknown;
  encode(text: string): Uint8Array;
  /** See `Utf8.memberOffsets` of hermesllm. */
  memberOffsets(bytes: Uint8Array, depthLimit: number): readonly (string | number | undefined)[] | number;
  /** Makes what follows about another stream; needed in the reply of a call, which comes to the root. */
  setContext(id: number): void;
  /** Milliseconds an event may take, nanoseconds more for each byte of its body, and bytes of the script's heap. */
  setLimits(watchdogMs: number, watchdogNsPerByte: number, heapBytes: number): void;
  /** Bytes of the module's memory. */
  memoryBytes(): number;
}
