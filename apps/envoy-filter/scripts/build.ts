import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleScript } from './bundle-script.ts';
import { compileShim } from './compile-shim.ts';
import { mergeModules } from './merge-modules.ts';
import { snapshotEngine } from './snapshot-engine.ts';

/*
 * Builds each filter: bundle the TypeScript, run it once in QuickJS, keep the heap that it leaves, compile the shim for exactly that heap, merge
 * the two and drop what nothing reaches. Needs npm packages only. `--fast` leaves out the optimiser.
 */
const root = resolve(import.meta.dirname, '..');
const output = join(root, 'dist');
const optimise = !process.argv.includes('--fast');
const filters = { llm_gateway: 'src/llm-filter.ts', prompt_gateway: 'src/prompt-filter.ts' };

rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, 'build'), { recursive: true });
const started = performance.now();

async function build(name: string, entry: string): Promise<string> {
  const work = join(output, 'build', name);
  const script = await bundleScript(join(root, entry), name);
  writeFileSync(join(output, `${name}.js.map`), script.map);
  const engine = snapshotEngine(script.code, `${name}.js`);
  writeFileSync(`${work}.engine.wasm`, engine.module);
  await compileShim({ root, target: `${work}.shim.wasm`, heapPages: engine.heapPages, hostSlot: engine.hostSlot });
  await mergeModules({ engine: `${work}.engine.wasm`, shim: `${work}.shim.wasm`, work, target: join(output, `${name}.wasm`), optimise });
  const size = statSync(join(output, `${name}.wasm`)).size;
  return `${name}.wasm  ${(size / 1024 / 1024).toFixed(2)} MB, script ${(script.code.length / 1024).toFixed(0)} KB, heap ${engine.heapPages} pages`;
}

for (const line of await Promise.all(Object.entries(filters).map(([name, entry]) => build(name, entry)))) console.log(line);
rmSync(join(output, 'build'), { recursive: true });
console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
