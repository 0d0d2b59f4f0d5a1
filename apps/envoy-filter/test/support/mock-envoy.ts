import { Buffer } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explainStack } from '../../scripts/explain-stack.ts';

/** The functions of a filter that Envoy calls. */
interface FilterExports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  proxy_on_memory_allocate(size: number): number;
  proxy_on_context_create(id: number, parent: number): void;
  proxy_on_configure(id: number, size: number): number;
  proxy_on_request_headers(id: number, count: number, end: number): number;
  proxy_on_request_body(id: number, size: number, end: number): number;
  proxy_on_request_trailers(id: number, count: number): number;
  proxy_on_response_headers(id: number, count: number, end: number): number;
  proxy_on_response_body(id: number, size: number, end: number): number;
  proxy_on_http_call_response(root: number, token: number, headers: number, size: number, trailers: number): void;
  proxy_on_log(id: number): void;
  proxy_on_delete(id: number): void;
}

type Pair = readonly [name: string, value: string];

/** An answer that a filter gave by itself. */
export interface LocalReply {
  readonly status: number;
  readonly headers: readonly Pair[];
  readonly body: string;
}

/** A call that a filter has started. */
interface FilterCall {
  readonly token: number;
  readonly cluster: string;
  readonly headers: readonly Pair[];
  readonly body: string;
  readonly timeoutMs: number;
}

/** What a filter sees of one stream, and what it did to it. */
export interface StreamState {
  readonly maps: Record<number, Pair[]>;
  readonly buffers: Record<number, Uint8Array>;
  readonly properties: Map<string, string>;
  readonly calls: FilterCall[];
  local: LocalReply | undefined;
  continued: number[];
  closed: number[];
}

/** A filter under test, with everything that it did outside streams. */
export interface MockEnvoy {
  readonly filter: FilterExports;
  readonly logs: string[];
  readonly metrics: Map<string, number[]>;
  /** Opens a stream and makes it the current one. */
  open(headers: readonly Pair[]): { id: number; state: StreamState };
  /** Makes a stream the current one. */
  enter(id: number): StreamState;
  /** What the clock says, in milliseconds. */
  nowMs: number;
}

const wasm = (name: string): string => fileURLToPath(new URL(`../../dist/${name}.wasm`, import.meta.url));
const compiled = new Map<string, WebAssembly.Module>();

function moduleOf(name: string): WebAssembly.Module {
  const found = compiled.get(name) ?? new WebAssembly.Module(readBuilt(wasm(name)));
  compiled.set(name, found);
  return found;
}

function readBuilt(file: string): Buffer<ArrayBuffer> {
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npx nx run envoy-filter:build\``);
  return readFileSync(file);
}

const rootId = 1;
const ok = 0;
const notFound = 1;
const badArgument = 2;
const casMismatch = 8;

/**
 * Runs a built filter as Envoy would, in this process: header maps, buffers, calls and metrics, and nothing of the network. The clock stands still
 * and randomness is always the same, so that two runs can be compared.
 *
 * @throws Error with what the filter logged when it refuses its configuration
 */
export function startFilter(
  name: 'llm_gateway' | 'prompt_gateway',
  configuration: string,
  module: WebAssembly.Module = moduleOf(name),
): MockEnvoy {
  const logs: string[] = [];
  const metrics = new Map<string, number[]>();
  const metricNames: string[] = [];
  const shared = new Map<string, { value: Uint8Array; version: number }>();
  const streams = new Map<number, StreamState>();
  let current = newState();
  let lastId = rootId;
  let lastToken = 0;
  const envoy: { nowMs: number } = { nowMs: 1_700_000_000_000 };

  const bytes = (): Uint8Array => new Uint8Array(filter.memory.buffer);
  const view = (): DataView => new DataView(filter.memory.buffer);
  const read = (start: number, size: number): Uint8Array => bytes().slice(start, start + size);
  const text = (start: number, size: number): string => Buffer.from(read(start, size)).toString('utf8');
  const give = (value: Uint8Array, out: number, outSize: number): number => {
    const start = filter.proxy_on_memory_allocate(Math.max(1, value.length));
    bytes().set(value, start);
    view().setUint32(out, start, true);
    view().setUint32(outSize, value.length, true);
    return ok;
  };
  const record = (id: number, value: number): number => {
    metrics.get(metricNames[id - 1] ?? '')?.push(value);
    return ok;
  };

  const env = {
    proxy_log(level: number, start: number, size: number) {
      logs.push(`${level} ${explainStack(text(start, size))}`);
      return ok;
    },
    proxy_get_header_map_pairs: (map: number, out: number, outSize: number) => give(encodePairs(current.maps[map] ?? []), out, outSize),
    proxy_set_header_map_pairs(map: number, start: number, size: number) {
      current.maps[map] = decodePairs(read(start, size));
      return ok;
    },
    proxy_get_buffer_bytes(type: number, start: number, size: number, out: number, outSize: number) {
      const buffer = type === 7 ? Buffer.from(configuration) : current.buffers[type];
      return buffer === undefined ? notFound : give(buffer.subarray(start, start + size), out, outSize);
    },
    proxy_set_buffer_bytes(type: number, start: number, size: number, data: number, dataSize: number) {
      const before = current.buffers[type] ?? new Uint8Array();
      const written = read(data, dataSize);
      // As Envoy does it: replace all, put in front, add behind; nothing in the middle.
      if (start === 0 && size === 0) current.buffers[type] = Buffer.concat([written, before]);
      else if (start === 0 && size >= before.length) current.buffers[type] = written;
      else if (start >= before.length) current.buffers[type] = Buffer.concat([before, written]);
      else return badArgument;
      return ok;
    },
    proxy_send_local_response(
      status: number,
      _details: number,
      _detailsSize: number,
      body: number,
      bodySize: number,
      headers: number,
      headersSize: number,
    ) {
      if (current.local !== undefined) return badArgument;
      current.local = { status, headers: headersSize === 0 ? [] : decodePairs(read(headers, headersSize)), body: text(body, bodySize) };
      return ok;
    },
    proxy_http_call(
      cluster: number,
      clusterSize: number,
      headers: number,
      headersSize: number,
      body: number,
      bodySize: number,
      _trailers: number,
      _trailersSize: number,
      timeoutMs: number,
      out: number,
    ) {
      const name = text(cluster, clusterSize);
      if (name.includes('nowhere')) return badArgument;
      const token = ++lastToken;
      current.calls.push({ token, cluster: name, headers: decodePairs(read(headers, headersSize)), body: text(body, bodySize), timeoutMs });
      view().setUint32(out, token, true);
      return ok;
    },
    proxy_continue_stream(side: number) {
      current.continued.push(side);
      return ok;
    },
    proxy_close_stream(side: number) {
      current.closed.push(side);
      return ok;
    },
    proxy_define_metric(_kind: number, start: number, size: number, out: number) {
      const metric = text(start, size);
      metrics.set(metric, []);
      view().setUint32(out, metricNames.push(metric), true);
      return ok;
    },
    proxy_increment_metric: (id: number, by: bigint) => record(id, Number(by)),
    proxy_record_metric: (id: number, value: bigint) => record(id, Number(value)),
    proxy_get_property(start: number, size: number, out: number, outSize: number) {
      const value = current.properties.get(text(start, size));
      return value === undefined ? notFound : give(Buffer.from(value), out, outSize);
    },
    proxy_set_property(start: number, size: number, value: number, valueSize: number) {
      current.properties.set(text(start, size), text(value, valueSize));
      return ok;
    },
    proxy_get_shared_data(start: number, size: number, out: number, outSize: number, outVersion: number) {
      const entry = shared.get(text(start, size));
      if (entry === undefined) return notFound;
      view().setUint32(outVersion, entry.version, true);
      return give(entry.value, out, outSize);
    },
    proxy_set_shared_data(start: number, size: number, value: number, valueSize: number, version: number) {
      const key = text(start, size);
      const entry = shared.get(key);
      if (version !== 0 && entry?.version !== version) return casMismatch;
      shared.set(key, { value: read(value, valueSize), version: (entry?.version ?? 0) + 1 });
      return ok;
    },
    proxy_get_current_time_nanoseconds(out: number) {
      view().setBigUint64(out, process.hrtime.bigint(), true);
      return ok;
    },
    proxy_set_effective_context(id: number) {
      current = streams.get(id) ?? current;
      return ok;
    },
  };
  const refused = (): number => 52;
  const wasi = {
    clock_time_get(_clock: number, _precision: bigint, out: number) {
      view().setBigUint64(out, BigInt(envoy.nowMs) * 1_000_000n, true);
      return 0;
    },
    random_get(start: number, size: number) {
      bytes().fill(0xab, start, start + size);
      return 0;
    },
    fd_close: refused,
    fd_fdstat_get: refused,
    fd_seek: refused,
    fd_write: refused,
  };
  const instance = new WebAssembly.Instance(module, { env, wasi_snapshot_preview1: wasi });
  const filter = instance.exports as FilterExports;
  filter._initialize();
  filter.proxy_on_context_create(rootId, 0);
  if (filter.proxy_on_configure(rootId, Buffer.byteLength(configuration)) !== 1) throw new Error(logs.join('\n'));

  return Object.assign(envoy, {
    filter,
    logs,
    metrics,
    open(headers: readonly Pair[]) {
      const id = ++lastId;
      current = newState();
      current.maps[0] = [...headers];
      streams.set(id, current);
      filter.proxy_on_context_create(id, rootId);
      return { id, state: current };
    },
    enter(id: number) {
      const state = streams.get(id);
      if (state === undefined) throw new Error(`There is no stream ${id}`);
      current = state;
      return state;
    },
  });
}

const newState = (): StreamState => ({
  maps: {},
  buffers: {},
  properties: new Map([['response\0code_details', 'via_upstream']]),
  calls: [],
  local: undefined,
  continued: [],
  closed: [],
});

/** The form of header maps in proxy-wasm: a count, the sizes, then names and values, each with a zero behind. */
function encodePairs(pairs: readonly Pair[]): Uint8Array {
  const texts = pairs.flat().map((text) => Buffer.from(text));
  const sizes = Buffer.alloc(4 + texts.length * 4);
  sizes.writeUInt32LE(pairs.length, 0);
  texts.forEach((text, index) => sizes.writeUInt32LE(text.length, 4 + index * 4));
  return Buffer.concat([sizes, ...texts.flatMap((text) => [text, Buffer.alloc(1)])]);
}

function decodePairs(bytes: Uint8Array): Pair[] {
  const data = Buffer.from(bytes);
  const count = data.readUInt32LE(0);
  const pairs: Pair[] = [];
  let at = 4 + count * 8;
  const next = (index: number): string => {
    const size = data.readUInt32LE(4 + index * 4);
    const value = data.toString('utf8', at, at + size);
    at += size + 1;
    return value;
  };
  for (let i = 0; i < count; i++) pairs.push([next(i * 2), next(i * 2 + 1)]);
  return pairs;
}
