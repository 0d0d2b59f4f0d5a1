import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Difference } from './vectors/compare.mjs';

/** A vector that is not followed, exactly how, and why. */
export interface KnownDeviation {
  name: string;
  /** All its differences, with what came out (an error by its message); with any other it has failed. */
  differences: { path: string; actual?: unknown }[];
  reason: string;
  /** What shows that the vector is wrong. */
  evidence: string[];
}

/** The deviations of `known-deviations.json`. */
export const readKnownDeviations = (): KnownDeviation[] =>
  JSON.parse(readFileSync(new URL('../known-deviations.json', import.meta.url), 'utf8')) as KnownDeviation[];

/** Whether the differences are the listed ones and no other. */
export const isListed = (deviation: KnownDeviation, differences: readonly Difference[]): boolean =>
  isDeepStrictEqual(
    differences.map(({ path, actual }) => asJson({ path, actual })),
    deviation.differences,
  );

const asJson = (difference: KnownDeviation['differences'][number]): unknown =>
  JSON.parse(JSON.stringify(difference, (_key, value: unknown) => (value instanceof Error ? value.message : value)));
