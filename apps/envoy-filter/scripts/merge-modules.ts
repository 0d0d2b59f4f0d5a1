import { copyFileSync, writeFileSync } from 'node:fs';
import { runTool } from './run-tool.ts';

/** The files that are merged, and where to. */
export interface MergeOptions {
  readonly engine: string;
  readonly shim: string;
  /** Path without an ending for files in between. */
  readonly work: string;
  readonly target: string;
  readonly optimise: boolean;
}

const features = [
  'bulk-memory',
  'bulk-memory-opt',
  'sign-ext',
  'mutable-globals',
  'nontrapping-float-to-int',
  'multivalue',
  'reference-types',
  'call-indirect-overlong',
].map((name) => `--enable-${name}`);

/*
 * Envoy's V8 compiles a module once, without having seen it run, so it inlines nothing. Functions of up to 30 instructions are inlined here, and
 * without calls of their own up to 60: twice as much gains nothing to speak of, and costs 22 MB of memory in the compiler for each filter. A last
 * pass and not a part of `-O4`, which takes ten times as long for 2 %.
 */
const inlining = [
  ...['--optimize-level', '3', '--always-inline-max-function-size', '30', '--flexible-inline-max-function-size', '60'],
  ...['--inline-functions-with-loops', '--inlining', '--remove-unused-module-elements'],
  ...['--simplify-locals-nostructure', '--vacuum', '--coalesce-locals', '--vacuum'],
];

/** The first 1024 bytes of memory are the far end of a stack of a megabyte: an address and what is added to it may be taken together. */
const lowMemory = ['--low-memory-unused'];

/** What proxy-wasm calls; everything that these do not reach is dropped. */
const exported = [
  'memory',
  '_initialize',
  'proxy_abi_version_0_2_1',
  'proxy_on_memory_allocate',
  'proxy_on_context_create',
  'proxy_on_vm_start',
  'proxy_on_configure',
  'proxy_on_request_headers',
  'proxy_on_request_body',
  'proxy_on_request_trailers',
  'proxy_on_response_headers',
  'proxy_on_response_body',
  'proxy_on_response_trailers',
  'proxy_on_http_call_response',
  'proxy_on_done',
  'proxy_on_log',
  'proxy_on_delete',
];

/** Makes one module of the engine and the shim: both are `env` to each other, and what neither has remains an import of Envoy's. */
export async function mergeModules({ engine, shim, work, target, optimise }: MergeOptions): Promise<void> {
  await runTool('binaryen', 'wasm-merge', [...features, engine, 'env', shim, 'env', '-o', `${work}.merged.wasm`]);
  const roots = exported.map((name) => `export ${name}`);
  const graph = [{ name: 'host', root: true, reaches: roots }, ...exported.map((name) => ({ name: `export ${name}`, export: name }))];
  writeFileSync(`${work}.graph.json`, JSON.stringify(graph));
  await runTool('binaryen', 'wasm-metadce', [...features, `${work}.merged.wasm`, '-f', `${work}.graph.json`, '-o', `${work}.small.wasm`]);
  if (!optimise) return copyFileSync(`${work}.small.wasm`, target);
  await runTool('binaryen', 'wasm-opt', [...features, ...lowMemory, '-O2', `${work}.small.wasm`, '-o', `${work}.optimised.wasm`]);
  await runTool('binaryen', 'wasm-opt', [...features, ...lowMemory, ...inlining, `${work}.optimised.wasm`, '-o', target]);
}
