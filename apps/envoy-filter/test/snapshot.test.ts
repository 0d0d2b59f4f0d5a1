import { describe, expect, it } from 'vitest';
import { snapshotEngine } from '../scripts/snapshot-engine.ts';

describe('the snapshot of a script', () => {
  it('is a module with the heap that the script leaves', () => {
    const { module, heapPages, hostSlot } = snapshotEngine('globalThis.answer = "x".repeat(100_000)', 'good.js');
    expect(WebAssembly.validate(module as Uint8Array<ArrayBuffer>)).toBe(true);
    expect(Buffer.from(module).includes('x'.repeat(1000))).toBe(true);
    expect([heapPages > 0, hostSlot > 0]).toEqual([true, true]);
  });

  it('is refused when the script throws, with its stack', () => {
    expect(() => snapshotEngine('function broken() { throw new Error("no way"); } broken();', 'bad.js')).toThrow(
      /The script bad\.js failed: Error: no way\n {4}at broken \(bad\.js:1/,
    );
  });

  it('is refused when the script calls the host at the top level of a module: nobody is there yet', () => {
    expect(() => snapshotEngine('__host(0, 2, "too early")', 'early.js')).toThrow(WebAssembly.RuntimeError);
  });

  it('is the same for the same script', () => {
    const once = (): Uint8Array => snapshotEngine('globalThis.values = [1, 2, 3].map((value) => value * 2)', 'same.js').module;
    expect(Buffer.compare(once(), once())).toBe(0);
  });
});
