/** One recorded case; see README.md. */
export interface Vector {
  name: string;
  op: string;
  args: unknown;
  expected?: unknown;
  expectedError?: string;
}
/** Compares what an implementation did with what a vector expects. */
export function check(vector: Vector, actual: { ok: unknown } | { err: unknown }): { ok: boolean; diffs: { path: string; expected: unknown; actual: unknown }[] };
