import type { KnownDeviation } from './known-deviations.ts';
import { isListed } from './known-deviations.ts';
import type { Operation, Operations } from './operation.ts';
import type { FiledVector } from './read-vectors.ts';
import type { Actual, Difference, Vector } from './vectors/compare.mjs';
import { check } from './vectors/compare.mjs';
import { reduce } from './vectors/reduce.mjs';

/**
 * - `deviates`: it differs exactly as the list of known deviations says.
 * - `not-counted`: its operation belongs to another project.
 */
export type Verdict = 'passed' | 'failed' | 'deviates' | 'not-counted';

export interface Outcome extends FiledVector {
  verdict: Verdict;
  differences: readonly Difference[];
  /** The error that the vector expects comes in strict mode only; outside it the loss is reported. */
  onlyStrict: boolean;
}

export interface RunOptions {
  operations: Operations;
  /** Operations that belong to other projects. */
  elsewhere: ReadonlySet<string>;
  deviations?: readonly KnownDeviation[];
}

/** Runs each vector in its order. */
export async function runVectors(vectors: readonly FiledVector[], options: RunOptions): Promise<Outcome[]> {
  const { operations, elsewhere, deviations = [] } = options;
  const outcomes: Outcome[] = [];
  for (const filed of vectors) {
    const { vector } = filed;
    const operation = Object.hasOwn(operations, vector.op) ? operations[vector.op] : undefined;
    if (operation !== undefined) outcomes.push(await runVector(filed, operation, deviations));
    else if (elsewhere.has(vector.op)) outcomes.push({ ...filed, verdict: 'not-counted', differences: [], onlyStrict: false });
    else outcomes.push({ ...filed, verdict: 'failed', differences: unknownOperation(vector.op), onlyStrict: false });
  }
  return outcomes;
}

const unknownOperation = (operation: string): Difference[] => [{ path: '$', expected: 'a known operation', actual: operation }];

/**
 * An expected error is also met by a loss that is reported: what the upstream cannot take is then an error in strict mode, and a warning
 * outside it.
 */
async function runVector(filed: FiledVector, operation: Operation, deviations: readonly KnownDeviation[]): Promise<Outcome> {
  const { vector } = filed;
  let actual = await attempt(vector, operation, false);
  const onlyStrict = vector.expectedError !== undefined && 'ok' in actual;
  if (onlyStrict) {
    const strict = await attempt(vector, operation, true);
    if ('err' in strict) actual = strict;
  }
  const { ok, diffs } = judge(vector, actual);
  const known = ok ? undefined : deviations.find(({ name }) => name === vector.name);
  const listed = known !== undefined && isListed(known, diffs);
  return { ...filed, verdict: ok ? 'passed' : listed ? 'deviates' : 'failed', differences: diffs, onlyStrict: ok && onlyStrict };
}

async function attempt(vector: Vector, operation: Operation, strict: boolean): Promise<Actual> {
  try {
    return { ok: reduced(vector, await operation(structuredClone(vector.args), { strict })) };
  } catch (error) {
    return { err: error };
  }
}

/** A stream's text as what an SDK would build of it. */
const reduced = ({ op, args }: Vector, value: unknown): unknown =>
  op === 'stream' && typeof value === 'object' && value !== null && 'sse' in value
    ? reduce(String(args['client']), String(value.sse))
    : value;

/** The comparison takes well-formed outputs apart; one that it cannot take apart is wrong. A crash is no refusal. */
function judge(vector: Vector, actual: Actual): { ok: boolean; diffs: readonly Difference[] } {
  if (vector.expectedError !== undefined && 'err' in actual && isCrash(actual.err)) {
    return { ok: false, diffs: [{ path: '$', expected: 'a refusal', actual: actual.err }] };
  }
  try {
    return check(vector, actual);
  } catch (error) {
    return { ok: false, diffs: [{ path: '$', expected: vector.expected, actual: error }] };
  }
}

const isCrash = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError || error instanceof SyntaxError;
