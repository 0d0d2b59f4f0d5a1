import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { divertFunction } from '../scripts/divert-function.ts';
import { leaveOutDumps } from '../scripts/leave-out-dumps.ts';

const engine = readFileSync(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm')));

describe('a function of the engine that another one takes the place of', () => {
  const table = (): WebAssembly.Table => instance.exports['__indirect_function_table'] as WebAssembly.Table;
  let instance: WebAssembly.Instance;
  const start = (module: Uint8Array): WebAssembly.Exports => {
    const nothing = new Proxy({}, { get: () => () => 0 }) as WebAssembly.ModuleImports;
    instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module)), { env: nothing, wasi_snapshot_preview1: nothing });
    (instance.exports['_initialize'] as () => void)();
    return instance.exports;
  };
  const slotOf = (wanted: unknown): number =>
    Array.from({ length: table().length }, (_, slot) => slot).find((slot) => table().get(slot) === wanted) ?? -1;
  const call = (exports: WebAssembly.Exports, name: string, ...values: number[]): number =>
    (exports[name] as (...values: number[]) => number)(...values);

  it('is called everywhere, and what it was has another name', () => {
    const slot = slotOf(start(engine)['floor']);
    expect(slot).toBeGreaterThan(0);
    const diverted = start(divertFunction(engine, { name: 'ceil', parameters: 1, slot, original: 'ceil_as_it_was' }));
    expect([call(diverted, 'ceil', 1.5), call(diverted, 'ceil_as_it_was', 1.5), call(diverted, 'trunc', 1.5)]).toEqual([1, 2, 1]);
  });

  it('must be one', () => {
    expect(() => divertFunction(engine, { name: 'JS_DoNothing', parameters: 0, slot: 1 })).toThrow('QuickJS has no export JS_DoNothing');
  });
});

describe('the dumps of the engine', () => {
  it('are looked for nowhere, in a module of the same size', () => {
    const changed = leaveOutDumps(engine);
    expect([changed.length, WebAssembly.validate(changed)]).toEqual([engine.length, true]);
    expect(() => leaveOutDumps(changed)).toThrow('QuickJS looks for dumps in another way than this build knows');
  });
});
