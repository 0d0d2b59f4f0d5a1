import { z } from 'zod';
import { parseDuration, parseSize } from './units.ts';

/*
 * Messages: zod's own are replaced (see schema-problems.ts). What a value should have been is said here, as the `error` of a type, because
 * only here it is known; it completes the sentence "expected …".
 */

/** An object without any other keys. The error of an unknown key is the list of the known ones, from which suggestions are made. */
export function closed<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(' ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? keys : undefined) });
}

/** Text that is not empty. */
export const text = z.string({ error: (issue) => (issue.code === 'invalid_type' ? 'text' : undefined) }).min(1);

/** Text that may be empty. */
export const anyText = z.string({ error: () => 'text' });

/** A switch. */
export const flag = z.boolean({ error: () => '`true` or `false`' });

/** A whole number between two bounds, both included. */
export function whole(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return z
    .int({ error: (issue) => (issue.code === 'invalid_type' ? 'a whole number' : undefined) })
    .min(minimum)
    .max(maximum);
}

/** A number between two bounds, both included. */
export function numberBetween(minimum: number, maximum: number) {
  return z
    .number({ error: (issue) => (issue.code === 'invalid_type' ? 'a number' : undefined) })
    .min(minimum)
    .max(maximum);
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words);
}

// For editors, which know the JSON Schema alone; parsing has words of its own for what is wrong.
const durationPattern = String.raw`^\s*\d{1,15}(?:\.\d{1,9})? ?(?:[mM][sS]|[sSmMhH])\s*$`;
const sizePattern = String.raw`^\s*\d{1,15}(?:\.\d{1,9})? ?(?:[kKmMgG][iI]?)?[bB]\s*$`;

/** A duration with its unit, in milliseconds after parsing. */
export const duration = z
  .string({ error: () => 'a duration with its unit, such as `500ms`, `5s` or `2m`' })
  .meta({ description: 'A duration with its unit: ms, s, m or h', examples: ['5s'], pattern: durationPattern })
  .transform((written, context) => {
    const milliseconds = parseDuration(written);
    if (milliseconds !== null) return milliseconds;
    context.addIssue({
      code: 'custom',
      message: 'is not a duration between 1ms and 24 days',
      params: { hint: 'write a number and a unit, such as `500ms`, `5s`, `2m` or `1h`' },
    });
    return z.NEVER;
  });

/** A size with its unit, in bytes after parsing. */
export const size = z
  .string({ error: () => 'a size with its unit, such as `64KiB` or `32MiB`' })
  .meta({ description: 'A size with its unit: B, KB, MB, GB, KiB, MiB or GiB', examples: ['32MiB'], pattern: sizePattern })
  .transform((written, context) => {
    const bytes = parseSize(written);
    if (bytes !== null) return bytes;
    context.addIssue({
      code: 'custom',
      message: 'is not a size above zero and below 8388608GiB',
      params: { hint: 'write a number and a unit, such as `64KiB` or `32MiB`' },
    });
    return z.NEVER;
  });

/** A port to listen at; 0 lets the system choose one. */
export const port = whole(0, 65_535);

const headerToken = /^[!#$%&'*+.^_`|~\w-]+$/;

/** A header's name, lower case after parsing. */
export const headerName = text.transform((written, context) => {
  if (headerToken.test(written)) return written.toLowerCase();
  context.addIssue({ code: 'custom', message: 'is not a header name', params: { hint: 'letters, digits and hyphens' } });
  return z.NEVER;
});

/** Headers by name; names in lower case after parsing. A value with a line break could smuggle in further headers. */
export const headers = z
  .record(z.string(), anyText, { error: (issue) => (issue.code === 'invalid_type' ? 'a map of header names to text' : undefined) })
  .transform((written, context) => {
    const lower = new Map<string, string>();
    for (const name of Object.keys(written)) {
      const complain = (message: string) => context.addIssue({ code: 'custom', message, path: [name] });
      if (!headerToken.test(name)) complain('is not a header name');
      else if (lower.has(name.toLowerCase())) complain('is there twice, in another case');
      else if (/[\p{Cc}]/u.test(written[name]!.replaceAll('\t', ' ')))
        complain('has a line break or another control character in its value');
      else if (/[^\u0000-\u00ff]/.test(written[name]!) && !written[name]!.startsWith('file:'))
        complain('has a character in its value that no header can carry');
      else lower.set(name.toLowerCase(), written[name]!);
    }
    return Object.fromEntries(lower);
  });

/** A list. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: (issue) => (issue.code === 'invalid_type' ? 'a list' : undefined) });
}

/** A map from the author's own names. */
export function mapOf<Value extends z.ZodType>(value: Value) {
  return z.record(text, value, { error: (issue) => (issue.code === 'invalid_type' ? 'a map' : undefined) });
}
