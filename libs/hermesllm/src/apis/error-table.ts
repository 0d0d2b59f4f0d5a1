import type { ErrorDetails, LlmError, LlmErrorKind } from '../model/error.ts';
import { llmError } from '../model/error.ts';
import { maybeString } from '../read.ts';

/** The words that an API has for errors: which kind and status each stands for, and the one that each kind is written with. */
export interface ErrorTable {
  /** Undefined for a word that is not known. */
  read(word: unknown): KnownError | undefined;
  write(kind: LlmErrorKind): string;
}

interface KnownError {
  kind: LlmErrorKind;
  status: number;
}

/** What a kind is written as where an API has no word of its own for it. */
const nearest: Partial<Record<LlmErrorKind, LlmErrorKind>> = {
  billing: 'permission',
  conflict: 'invalid_request',
  too_large: 'invalid_request',
  overloaded: 'server',
};

/**
 * Builds the table from rows of a kind, a status, and the words for them; a kind is written with the first word that it has.
 *
 * @example
 * const errors = errorTable([['rate_limit', 429, 'ThrottlingException ServiceQuotaExceededException']]);
 * errors.write('rate_limit'); // 'ThrottlingException'
 */
/* @__NO_SIDE_EFFECTS__ */
export function errorTable(rows: readonly (readonly [LlmErrorKind, number, string])[]): ErrorTable {
  const known = new Map<unknown, KnownError>();
  const written: Partial<Record<LlmErrorKind, string>> = {};
  for (const [kind, status, text] of rows) {
    for (const word of text.split(' ')) {
      known.set(word, { kind, status });
      written[kind] ??= word;
    }
  }
  return {
    read: (word) => known.get(word),
    write: (kind) => written[kind] ?? written[nearest[kind] ?? 'server'] ?? '',
  };
}

/** 529 is Anthropic's own; clients of the other APIs know 503. */
export const commonStatus = ({ status }: LlmError): number => (status === 529 ? 503 : status);

const longestText = 500;

/** An upstream's error with its own words: `text` is what it said, if it is text. */
export function upstreamError(
  kind: LlmErrorKind,
  text: unknown,
  details: ErrorDetails,
  silent = details.status === undefined ? 'The upstream reported an error' : `The upstream answered with status ${details.status}`,
): LlmError {
  return llmError(kind, maybeString(text)?.trim().slice(0, longestText) || silent, details);
}
