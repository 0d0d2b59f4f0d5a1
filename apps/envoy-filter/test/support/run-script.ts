import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compileShim } from '../../scripts/compile-shim.ts';
import { mergeModules } from '../../scripts/merge-modules.ts';
import { snapshotEngine } from '../../scripts/snapshot-engine.ts';

const root = resolve(import.meta.dirname, '../..');
const logLevel = 2;

/**
 * Builds a module of functions without parameters, as a filter is built, and runs them there.
 *
 * @returns what each returned, as the engine's own writer of JSON has it
 */
export async function runInEngine(bodies: readonly (() => unknown)[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plano-engine-'));
  try {
    const work = join(folder, 'script');
    const run = `for (const body of [${bodies.map(String).join(',\n')}]) __host(0, ${logLevel}, JSON.stringify(body()));`;
    const script = `globalThis.__pluginEvent = () => { ${run} return 0; };`;
    const { module, heapPages, hostSlot } = snapshotEngine(script, 'script.js');
    writeFileSync(`${work}.engine.wasm`, module);
    await compileShim({ root, target: `${work}.shim.wasm`, heapPages, hostSlot });
    await mergeModules({ engine: `${work}.engine.wasm`, shim: `${work}.shim.wasm`, work, target: `${work}.wasm`, optimise: false });
    return logOf(readFileSync(`${work}.wasm`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function logOf(module: Uint8Array<ArrayBuffer>): string[] {
  const logs: string[] = [];
  const answers = new Proxy({}, { get: () => () => 0 }) as WebAssembly.ModuleImports;
  const env: WebAssembly.ModuleImports = new Proxy(
    { proxy_log: (_level: number, start: number, size: number) => logs.push(Buffer.from(memory.buffer, start, size).toString()) },
    { get: (known, name) => (name === 'proxy_log' ? known.proxy_log : () => 0) },
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), { env, wasi_snapshot_preview1: answers });
  const memory = instance.exports['memory'] as WebAssembly.Memory;
  (instance.exports['_initialize'] as () => void)();
  (instance.exports['proxy_on_log'] as (id: number) => void)(1);
  return logs;
}
