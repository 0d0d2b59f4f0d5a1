import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Vector } from './vectors/compare.mjs';

/** A vector and the file it stands in, relative to the folder. */
export interface FiledVector {
  file: string;
  vector: Vector;
}

/** The vectors of every `.json` file below a folder, and the files that hold none, with the reason. `summary.json` is not read. */
export function readVectors(folder: string): { vectors: FiledVector[]; broken: { file: string; reason: string }[] } {
  const vectors: FiledVector[] = [];
  const broken: { file: string; reason: string }[] = [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && entry.name !== 'summary.json')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  for (const file of files) {
    try {
      for (const vector of parseVectors(readFileSync(join(folder, file), 'utf8'))) vectors.push({ file, vector });
    } catch (error) {
      broken.push({ file, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { vectors, broken };
}

function parseVectors(text: string): Vector[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new Error('expected a list of vectors');
  return parsed.map((vector: unknown, index) => {
    if (!isVector(vector)) throw new Error(`[${index}]: expected name, op, args, and expected or expectedError`);
    return vector;
  });
}

function isVector(value: unknown): value is Vector {
  if (typeof value !== 'object' || value === null) return false;
  const { name, op, args, expected, expectedError } = value as Partial<Vector>;
  const judged = expected !== undefined || expectedError !== undefined;
  return typeof name === 'string' && typeof op === 'string' && typeof args === 'object' && args !== null && judged;
}
