/** One difference between what a vector expects and what came out. */
export interface Difference {
  path: string;
  expected: unknown;
  actual: unknown;
}

export interface Vector {
  name: string;
  op: string;
  args: Record<string, unknown>;
  expected?: unknown;
  expectedError?: unknown;
}

export function check(vector: Vector, actual: { ok: unknown } | { err: unknown }): { ok: boolean; diffs: Difference[] };
