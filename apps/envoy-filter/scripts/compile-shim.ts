import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';

/** The shim is compiled for one heap: behind it lie its static data, and its function is in a slot that the script knows. */
export interface ShimOptions {
  readonly root: string;
  readonly target: string;
  readonly heapPages: number;
  readonly hostSlot: number;
}

const pageBytes = 65_536;

/** Compiles the AssemblyScript shim. It shares the memory and the table of QuickJS and must not have a heap of its own. */
export async function compileShim({ root, target, heapPages, hostSlot }: ShimOptions): Promise<void> {
  const text = target.replace(/wasm$/, 'wat');
  await runTool('assemblyscript', 'asc', [
    join(root, 'assembly/index.ts'),
    ...['--outFile', target],
    ...['--textFile', text],
    ...['-O3', '--noAssert'],
    ...['--runtime', 'stub'],
    ...['--importMemory', '--noExportMemory'],
    ...['--initialMemory', String(heapPages + 1)],
    ...['--memoryBase', String(heapPages * pageBytes)],
    ...['--importTable', '--tableBase', String(hostSlot)],
    ...['--use', 'abort='],
    ...['--use', `HOST_SLOT=${hostSlot}`],
    ...['--exportStart', '_initialize'],
  ]);
  if (/\$~lib\/rt\//.test(readFileSync(text, 'utf8'))) throw new Error('The shim uses the heap of AssemblyScript');
}
