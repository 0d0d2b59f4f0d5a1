import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { QuickJS } from 'quickjs-wasi';
import { callSmoke } from './bundle-smoke.ts';
import { asDigest } from './run-in-empty-context.ts';

/** Runs a bundle in QuickJS compiled to WebAssembly. Rejects with what the bundle throws; ends it after three minutes or at 256 MiB. */
export async function runInQuickJs(bundle: string, corpus = ''): Promise<string> {
  const deadline = Date.now() + 180_000;
  const engine = await QuickJS.create({
    wasm: readFileSync(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'))),
    memoryLimit: 256 * 1024 * 1024,
    interruptHandler: () => Date.now() > deadline,
    timezoneOffset: 0,
  });
  try {
    return asDigest(engine.evalCode(`${bundle}\n${callSmoke(corpus)}`, 'smoke.js').consume((digest) => engine.dump(digest)));
  } finally {
    engine.dispose();
  }
}
