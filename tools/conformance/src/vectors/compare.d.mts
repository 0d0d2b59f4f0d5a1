/** One difference between what a vector expects and what came out. */
export interface Difference {
  path: string;
  expected: unknown;
  actual: unknown;
}

/** One recorded case. */
export interface Vector {
  name: string;
  op: string;
  args: Record<string, unknown>;
  expected?: unknown;
  /** Any refusal is right. */
  expectedError?: unknown;
  note?: string;
}

export type Actual = { ok: unknown } | { err: unknown };

export function check(vector: Vector, actual: Actual): { ok: boolean; diffs: Difference[] };
