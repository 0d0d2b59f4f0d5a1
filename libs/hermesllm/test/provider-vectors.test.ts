import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ops } from './support/provider-operations.ts';
import type { Vector } from './vectors/compare.mjs';
import { check } from './vectors/compare.mjs';

const folders: [operation: string, vectors: number][] = [
  ['provider_id', 31],
  ['client_api', 9],
  ['compatible_api', 36],
  ['endpoint', 46],
  ['cache_inject', 10],
  ['cache_strategy', 10],
];

const load = (operation: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`./vectors/${operation}/all.json`, import.meta.url), 'utf8')) as Vector[];

function run(vector: Vector): { ok: unknown } | { err: unknown } {
  const operation = ops[vector.op];
  if (operation === undefined) return { err: `no operation ${vector.op}` };
  try {
    return { ok: operation(vector.args) };
  } catch (error) {
    return { err: error };
  }
}

describe.each(folders)('golden vectors: %s', (operation, count) => {
  const vectors = load(operation);

  it('are all there', () => {
    expect(vectors).toHaveLength(count);
    expect(ops).toHaveProperty(operation);
  });

  it.each(vectors.map((vector): [string, Vector] => [vector.name, vector]))('%s', (_name, vector) => {
    expect(check(vector, run(vector)).diffs).toEqual([]);
  });
});
