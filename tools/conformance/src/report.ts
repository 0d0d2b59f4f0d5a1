import { isHermesError } from '@plano/hermesllm';
import type { Outcome, Verdict } from './run-vectors.ts';
import type { Difference } from './vectors/compare.mjs';

const shownCharacters = 300;

/** What a run prints: every vector that did not pass with its differences, what was left out, and the closing line. */
export function report(
  outcomes: readonly Outcome[],
  broken: readonly { file: string; reason: string }[],
  strictVectors: boolean,
): string[] {
  const lines: string[] = [];
  for (const { file, reason } of broken) lines.push(`failed ${file}`, `  not a file of vectors: ${reason}`);
  for (const { verdict, vector, file, differences } of outcomes) {
    if (verdict !== 'failed' && verdict !== 'deviates') continue;
    lines.push(`${verdict === 'failed' ? 'failed' : 'deviates (listed)'} ${vector.name} (${file})`);
    for (const difference of differences) lines.push(`  ${differenceLine(difference)}`);
  }
  const elsewhere = countByOperation(outcomes.filter(({ verdict }) => verdict === 'not-counted'));
  if (elsewhere !== '') lines.push(`not counted, of another project: ${elsewhere}`);
  const strictOnly = outcomes.filter(({ onlyStrict }) => onlyStrict).length;
  if (strictOnly > 0) lines.push(`${strictOnly} of the passed expect an error: an error in strict mode, else a reported loss`);
  const deviating = count(outcomes, 'deviates');
  if (deviating > 0) lines.push(`${deviating} deviate as listed${strictVectors ? ', counted as failed' : ''}`);
  const failed = failures(outcomes, broken, strictVectors);
  lines.push(`${count(outcomes, 'passed')} passed, ${failed} failed`);
  return lines;
}

/** How many count as failed. */
export const failures = (outcomes: readonly Outcome[], broken: readonly unknown[], strictVectors: boolean): number =>
  broken.length + count(outcomes, 'failed') + (strictVectors ? count(outcomes, 'deviates') : 0);

const count = (outcomes: readonly Outcome[], verdict: Verdict): number => outcomes.filter((outcome) => outcome.verdict === verdict).length;

function countByOperation(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { vector } of outcomes) counts.set(vector.op, (counts.get(vector.op) ?? 0) + 1);
  return [...counts].map(([operation, number]) => `${number} ${operation}`).join(', ');
}

const differenceLine = ({ path, expected, actual }: Difference): string => `${path}: expected ${shown(expected)}, got ${shown(actual)}`;

function shown(value: unknown): string {
  const text = isHermesError(value)
    ? `error ${value.status}: ${value.message}`
    : value instanceof Error
      ? `${value.name}: ${value.message}`
      : value === undefined
        ? 'nothing'
        : JSON.stringify(value);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}
