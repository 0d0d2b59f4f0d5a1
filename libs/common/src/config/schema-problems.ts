import type { z } from 'zod';
import { nearMatches } from '../near-match.ts';
import type { Finding, Path } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** Keys that have moved or gone, with what to write instead. */
const movedKeys: Readonly<Record<string, string>> = {
  state_storage_v1_responses: 'it is now `state_storage`',
  provider: 'it is now `provider_interface`',
  filter_chain: 'it is now `input_filters`',
  error_target: 'it is no longer supported',
  rate_limits: 'limits are in `ratelimits` at the top of the file',
  llm_provider: 'the list is called `model_providers`',
  base_url_path_prefix: 'write the path as part of `base_url`',
};

/**
 * The issues with those of unions replaced by the issues of the form that the author meant: the first one whose own type fits. A union none of
 * whose forms fits stays.
 */
export function settleUnions(issues: readonly Issue[]): Issue[] {
  const settled: Issue[] = [];
  for (const issue of issues) {
    const meant = issue.code === 'invalid_union' ? issue.errors.find((branch) => !branch.some(isAboutWhole)) : undefined;
    if (meant === undefined) settled.push(issue);
    else for (const inner of settleUnions(meant)) settled.push({ ...inner, path: [...issue.path, ...inner.path] });
  }
  return settled;
}

function isAboutWhole(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code !== 'unrecognized_keys' && issue.code !== 'custom' && !issue.code.startsWith('too_');
}

/**
 * What the schema found, in words: each says what is wrong and, where it is known, what would be right. Only keys and the schema's own words
 * are repeated, never a value.
 */
export function schemaFindings(issues: readonly Issue[], data: unknown): Finding[] {
  const findings: Finding[] = [];
  for (const issue of issues) {
    const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
    if (issue.code === 'unrecognized_keys') {
      const known = issue.message.split(' ');
      for (const key of issue.keys) findings.push(unknownKey([...path, key], key, known));
      continue;
    }
    const value = valueAt(data, path);
    findings.push({ path, ...describe(issue, value), needs: [], at: value === null ? 'key' : 'value' });
  }
  return findings;
}

function unknownKey(path: Path, key: string, known: readonly string[]): Finding {
  const near = nearMatches(key, known);
  const moved = Object.hasOwn(movedKeys, key) ? movedKeys[key] : undefined;
  const hint = moved ?? (near.length > 0 ? `did you mean \`${near.join('` or `')}\`?` : `known keys: ${known.join(', ')}`);
  return { path, message: 'is not a known key', hint, needs: [], at: 'key' };
}

function describe(issue: Issue, value: unknown): { message: string; hint: string | undefined } {
  if (value === undefined && issue.code !== 'custom') return { message: 'is missing', hint: expectation(issue) };
  if (value === null && issue.code !== 'custom')
    return { message: 'has no value', hint: expectation(issue) ?? 'give it one or remove the key' };
  switch (issue.code) {
    case 'custom': {
      const hint: unknown = issue.params?.['hint'];
      return { message: issue.message, hint: typeof hint === 'string' ? hint : undefined };
    }
    case 'invalid_type':
      return { message: `must be ${expected(issue)}, but ${whatItIs(issue, value)}`, hint: typeHint(issue, value) };
    case 'invalid_value':
    case 'invalid_union': {
      const words = allowedWords(issue);
      if (words.length === 0) return { message: `must be ${expected(issue)}, but is ${nameOfType(value)}`, hint: undefined };
      const near = typeof value === 'string' ? nearMatches(value, words) : [];
      return {
        message: `must be ${oneOfThese(words)}`,
        hint: near.length > 0 ? `did you mean \`${near[0]}\`?` : typeof value === 'number' ? 'put it in quotes' : undefined,
      };
    }
    case 'too_small':
      return { message: tooSmall(issue.origin, Number(issue.minimum)), hint: undefined };
    case 'too_big':
      return { message: `must be at most ${issue.maximum}`, hint: undefined };
    default:
      return { message: 'is not valid', hint: undefined };
  }
}

function tooSmall(origin: string, minimum: number): string {
  if (origin === 'string') return 'must not be empty';
  if (origin === 'array') return minimum === 1 ? 'needs at least one entry' : `needs at least ${minimum} entries`;
  return `must be at least ${minimum}`;
}

function expectation(issue: Issue): string | undefined {
  const words = allowedWords(issue);
  if (words.length > 0) return `write ${oneOfThese(words)}`;
  return issue.code === 'invalid_type' || issue.code === 'invalid_union' ? `write ${expected(issue)}` : undefined;
}

/** The words of the schema (see schema-values.ts), or for plain objects our own. */
function expected(issue: Issue): string {
  if (issue.message !== '') return issue.message;
  if (issue.code === 'invalid_type') return issue.expected === 'object' || issue.expected === 'record' ? 'a map' : `a ${issue.expected}`;
  return 'another kind of value';
}

function allowedWords(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union' && 'options' in issue && issue.options !== undefined) return issue.options.map(String);
  return [];
}

function oneOfThese(words: readonly string[]): string {
  if (words.length === 1) return `\`${words[0]}\``;
  return `one of ${words.map((word) => `\`${word}\``).join(', ')}`;
}

function nameOfType(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  switch (typeof value) {
    case 'object':
      return 'a map';
    case 'string':
      return 'text';
    case 'number':
      return Number.isInteger(value) ? 'a whole number' : 'a number';
    case 'boolean':
      return `\`${value}\``;
    default:
      return 'something else';
  }
}

function whatItIs(issue: Issue, value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'is infinite or no number';
  if (typeof value === 'number' && expected(issue) === 'a whole number') return 'has a fraction';
  return `is ${nameOfType(value)}`;
}

function typeHint(issue: z.core.$ZodIssueInvalidType, value: unknown): string | undefined {
  const expectedType = issue.expected;
  if (issue.message === 'text' && (typeof value === 'number' || typeof value === 'boolean')) return 'put it in quotes';
  if (expectedType === 'boolean' && typeof value === 'string') return 'write it without quotes, and not as yes or no';
  if ((expectedType === 'int' || expectedType === 'number') && typeof value === 'string') {
    return /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? 'write it without quotes' : undefined;
  }
  return undefined;
}

/** The value at a path of plain data; undefined where there is none. */
function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}
