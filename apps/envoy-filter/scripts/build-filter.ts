import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleScript } from './bundle-script.ts';
import { compileShim } from './compile-shim.ts';
import { mergeModules } from './merge-modules.ts';
import { snapshotEngine } from './snapshot-engine.ts';

/** What becomes of one filter. */
export interface FilterBuild {
  /** Root id and name of the files. */
  readonly name: string;
  /** Path of the script. */
  readonly entry: string;
  /** Folder for the module and its source map. */
  readonly output: string;
  readonly optimise: boolean;
}

const root = resolve(import.meta.dirname, '..');

/**
 * Builds a filter: bundle the TypeScript, run it once in QuickJS, keep the heap that it leaves, compile the shim for exactly that heap, merge the
 * two and drop what nothing reaches.
 *
 * @returns a line about its sizes
 */
export async function buildFilter({ name, entry, output, optimise }: FilterBuild): Promise<string> {
  const folder = join(output, `${name}.build`);
  mkdirSync(folder, { recursive: true });
  const work = join(folder, name);
  const target = join(output, `${name}.wasm`);
  const script = await bundleScript(entry, join(output, `${name}.js`));
  writeFileSync(join(output, `${name}.js.map`), script.map);
  const engine = snapshotEngine(script.code, `${name}.js`);
  writeFileSync(`${work}.engine.wasm`, engine.module);
  await compileShim({ root, target: `${work}.shim.wasm`, heapPages: engine.heapPages, hostSlot: engine.hostSlot });
  await mergeModules({ engine: `${work}.engine.wasm`, shim: `${work}.shim.wasm`, work, target, optimise });
  rmSync(folder, { recursive: true });
  const megabytes = (statSync(target).size / 1024 / 1024).toFixed(2);
  return `${name}.wasm  ${megabytes} MB, script ${(script.code.length / 1024).toFixed(0)} KB, heap ${engine.heapPages} pages`;
}
