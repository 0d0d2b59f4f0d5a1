import { createContext, runInContext } from 'node:vm';
import { callSmoke } from './bundle-smoke.ts';

/** What V8 puts into every context beside the language itself, or what QuickJS lacks of it. */
const absent = ['console', 'Intl', 'WebAssembly', 'SharedArrayBuffer', 'Atomics'];

/** Runs a bundle in a context that has the language and nothing else. Throws what the bundle throws; ends it after three minutes. */
export function runInEmptyContext(bundle: string, corpus = ''): string {
  const context = createContext();
  for (const name of absent) runInContext(`delete globalThis.${name}`, context);
  const left: unknown = runInContext(`[${absent.map((name) => `typeof ${name}`)}].join()`, context);
  if (left !== absent.map(() => 'undefined').join()) throw new Error(`the context is not empty: ${String(left)}`);
  return asDigest(runInContext(`${bundle}\n${callSmoke(corpus)}`, context, { timeout: 180_000, filename: 'smoke.js' }));
}

/** A digest is a text, and not an empty one: a smoke test that returned nothing would agree with itself everywhere. */
export function asDigest(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Error(`smoke() must return a text, not ${String(value) || 'an empty one'}`);
  return value;
}
