import type { Citation, CitedPlace } from '../model/block.ts';
import { maybeNumber } from '../read.ts';
import type { Scope } from '../scope.ts';
import { approximated } from '../warn.ts';

/** For APIs whose citations are of a whole block of text, which has `length` characters. */
export function reportPlace({ start = 0, end }: Citation, length: number, path: string, scope: Scope): void {
  if (start > 0 || (end !== undefined && end < length))
    approximated(scope, `${path}.citations`, 'A citation is of the whole block here, not of a place in it');
}

/** Undefined where a number is missing. */
export function citedPlace(of: CitedPlace['of'], index: unknown, start: unknown, end: unknown): CitedPlace | undefined {
  const [at, from, to] = [maybeNumber(index), maybeNumber(start), maybeNumber(end)];
  return at === undefined || from === undefined || to === undefined ? undefined : { of, index: at, start: from, end: to };
}
