import type { z } from 'zod';

/** What is wrong with one place of a value, in terms every provider has its own sentence for. */
export interface SchemaIssue {
  readonly kind: 'unknown_field' | 'missing' | 'type' | 'value' | 'too_small' | 'too_big' | 'pattern' | 'other';
  readonly path: readonly (string | number)[];
  /** The type that was wanted, in JSON words: `string`, `integer`, `number`, `boolean`, `object`, `array`, `null`. */
  readonly expected?: string;
  /** Allowed values, for `value`. */
  readonly allowed?: readonly string[];
  /** The bound, for `too_small` and `too_big`, and what it counts. */
  readonly limit?: number;
  readonly counts?: 'number' | 'string' | 'array';
  readonly pattern?: string;
  readonly received: unknown;
  readonly message: string;
}

type Raw = z.core.$ZodIssue;
type Path = readonly (string | number)[];

const COUNTS: Readonly<Record<string, 'number' | 'string' | 'array'>> = {
  number: 'number',
  int: 'number',
  string: 'string',
  array: 'array',
};
const EXPECTED: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

function joinPath(base: Path, path: readonly PropertyKey[]): Path {
  return [...base, ...path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
}

function depth(issues: readonly Raw[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

/** All issues as neutral ones; of a union the branch that got furthest speaks, for it is what the sender meant. */
function flatten(raw: Raw, base: Path): SchemaIssue[] {
  const path = joinPath(base, raw.path);
  const common = { path, received: raw.input, message: raw.message };
  switch (raw.code) {
    case 'unrecognized_keys':
      return raw.keys.map((key) => ({ ...common, kind: 'unknown_field', path: [...path, key] }));
    case 'invalid_type':
      if (raw.input === undefined) return [{ ...common, kind: 'missing' }];
      return [{ ...common, kind: 'type', expected: EXPECTED[raw.expected] ?? raw.expected }];
    case 'invalid_value':
      if (raw.input === undefined) return [{ ...common, kind: 'missing' }];
      return [{ ...common, kind: 'value', allowed: raw.values.map(String) }];
    case 'too_small':
      return [{ ...common, kind: 'too_small', limit: Number(raw.minimum), counts: COUNTS[raw.origin] ?? 'number' }];
    case 'too_big':
      return [{ ...common, kind: 'too_big', limit: Number(raw.maximum), counts: COUNTS[raw.origin] ?? 'number' }];
    case 'invalid_format':
      return [{ ...common, kind: 'pattern', pattern: raw.pattern ?? raw.format }];
    case 'invalid_union': {
      if (raw.errors.length === 0) {
        const options = (raw as { options?: readonly unknown[] }).options ?? [];
        const missing = typeof raw.discriminator === 'string' && (raw.input as Record<string, unknown>)[raw.discriminator] === undefined;
        if (missing) return [{ ...common, kind: 'missing' }];
        return [{ ...common, kind: 'value', allowed: options.filter((option) => option !== null).map(String) }];
      }
      if (raw.input === undefined) return [{ ...common, kind: 'missing' }];
      const branches = [...raw.errors].sort((one, other) => depth(other) - depth(one) || one.length - other.length);
      const best = branches[0] ?? [];
      if (depth(best) === 0) return [{ ...common, kind: 'type', expected: 'valid value' }];
      return best.flatMap((issue) => flatten(issue, path));
    }
    default:
      return [{ ...common, kind: 'other' }];
  }
}

/**
 * Checks a value and names the first thing that is wrong, or `undefined`.
 *
 * @param unknownFields `accept` overlooks fields the schema does not know, at every depth.
 */
export function findIssue(schema: z.ZodType, value: unknown, unknownFields: 'reject' | 'accept' = 'reject'): SchemaIssue | undefined {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return undefined;
  for (const issue of parsed.error.issues.flatMap((raw) => flatten(raw, []))) {
    if (issue.kind !== 'unknown_field' || unknownFields === 'reject') return issue;
  }
  return undefined;
}

/** The path as `messages[0].content`, the way OpenAI writes it. */
export function bracketPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${key}`;
  return text;
}

/** The path as `messages.0.content`, the way Anthropic and AWS write it. */
export function dottedPath(path: readonly (string | number)[]): string {
  return path.join('.');
}

/** The JSON word for the type of a value. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
