import type { JsonObject } from '@plano/hermesllm';
import { isObject } from './function-tool.ts';
import { spacedJson } from './spaced-json.ts';

/** A value in the form that the schema asks for, or why it has none. */
export type Fit = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

const depthLimit = 64;
const referencesLimit = 64;
const stepsLimit = 10_000;

/** JSON types by the names that schemas use for them: JSON Schema's own, and those of Python, in which Arch-Function's tools are often described. */
const typeNames: Readonly<Record<string, string>> = {
  string: 'string',
  str: 'string',
  integer: 'integer',
  int: 'integer',
  number: 'number',
  float: 'number',
  boolean: 'boolean',
  bool: 'boolean',
  array: 'array',
  list: 'array',
  tuple: 'any',
  set: 'any',
  object: 'object',
  dict: 'object',
  dictionary: 'object',
  null: 'null',
};

/**
 * Checks a value against a JSON Schema and converts it where the meaning is plain: `"3"` for an integer, `3` for text, `"[1]"` for a list, at any
 * depth. Understands type, enum, const, properties, required, additionalProperties, items, prefixItems, anyOf, oneOf, allOf, local `$ref`, and the
 * bounds of numbers, text and lists. Patterns and formats are not checked: both may come from a client, and a regular expression can hang a process.
 *
 * @param root the whole schema, for `$ref`
 * @param path of the value, for the message
 * @example
 * fitValue('3', { type: 'integer' }, {}, 'days'); // { ok: true, value: 3 }
 * fitValue('abc', { type: 'integer' }, {}, 'days'); // { ok: false, message: '`days` must be an integer' }
 */
export function fitValue(value: unknown, schema: unknown, root: JsonObject, path: string): Fit {
  return fitAny(value, schema, { root, left: stepsLimit }, path, 0);
}

/** The whole schema, and how many more steps the check may take: choices within choices can be more than there is time for. */
interface Context {
  readonly root: JsonObject;
  left: number;
}

function fitAny(value: unknown, schema: unknown, context: Context, path: string, depth: number): Fit {
  if (schema === false) return no(path, 'is not allowed');
  if (!isObject(schema)) return yes(value);
  if (depth > depthLimit) return no(path, `is nested deeper than ${depthLimit} levels`);
  if (--context.left < 0) return no(path, 'has a schema that takes too long to check');
  const resolved = resolve(schema, context.root);
  if (resolved === undefined) return no(path, 'has a schema whose `$ref` leads nowhere');
  const typed = fitType(value, resolved, path);
  if (!typed.ok) return typed;
  const listed = fitListed(typed.value, resolved, path);
  if (!listed.ok) return listed;
  const bound = boundProblem(listed.value, resolved);
  if (bound !== undefined) return no(path, bound);
  let fit: Fit = listed;
  if (Array.isArray(fit.value)) fit = fitItems(fit.value as readonly unknown[], resolved, context, path, depth);
  else if (isObject(fit.value)) fit = fitMembers(fit.value, resolved, context, path, depth);
  return fit.ok ? fitCombined(fit.value, resolved, context, path, depth) : fit;
}

const yes = (value: unknown): Fit => ({ ok: true, value });
const no = (path: string, message: string): Fit => ({ ok: false, message: `\`${path}\` ${message}` });

function resolve(schema: JsonObject, root: JsonObject): JsonObject | undefined {
  let current: unknown = schema;
  for (let count = 0; count < referencesLimit; count++) {
    if (!isObject(current)) return undefined;
    const reference = current['$ref'];
    if (typeof reference !== 'string') return current;
    if (!reference.startsWith('#')) return undefined;
    let target: unknown = root;
    for (const step of reference.slice(1).split('/').slice(1)) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      target = typeof target === 'object' && target !== null && Object.hasOwn(target, key) ? (target as JsonObject)[key] : undefined;
    }
    current = target;
  }
  return undefined;
}

function fitType(value: unknown, schema: JsonObject, path: string): Fit {
  const { type } = schema;
  const names = typeof type === 'string' ? [type] : Array.isArray(type) ? (type as readonly unknown[]) : [];
  if (names.length === 0) return yes(value);
  const types: string[] = [];
  for (const name of names) {
    const known = typeof name === 'string' && Object.hasOwn(typeNames, name.toLowerCase()) ? typeNames[name.toLowerCase()] : undefined;
    if (known === undefined) return no(path, `has the type \`${String(name)}\` in its schema, which is not known`);
    types.push(known);
  }
  if (value === null && schema['nullable'] === true) return yes(value);
  if (types.some((each) => isOfType(value, each))) return yes(value);
  for (const each of types) {
    const converted = convert(value, each);
    if (converted !== undefined) return yes(converted);
  }
  return no(path, `must be ${types.map((each) => (/^[aeiou]/.test(each) ? `an ${each}` : `a ${each}`)).join(' or ')}`);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

/** The same value in another type; undefined when it has no plain form there. */
function convert(value: unknown, type: string): unknown {
  if (type === 'string') return value === null ? undefined : typeof value === 'object' ? spacedJson(value) : String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  switch (type) {
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined;
    case 'array':
    case 'object': {
      const parsed = parseJson(text);
      return isOfType(parsed, type) ? parsed : undefined;
    }
    default:
      return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `enum` and `const`; text may differ in case, and another type may say the same. */
function fitListed(value: unknown, schema: JsonObject, path: string): Fit {
  const listed = Array.isArray(schema['enum']) ? (schema['enum'] as readonly unknown[]) : 'const' in schema ? [schema['const']] : undefined;
  if (listed === undefined) return yes(value);
  const exact = listed.find((each) => same(each, value));
  if (exact !== undefined || (value === null && listed.includes(null))) return yes(value);
  const alike = listed.filter((each) => typeof each !== 'object' && String(each).toLowerCase() === String(value).trim().toLowerCase());
  if (alike.length === 1) return yes(alike[0]);
  return no(path, `must be one of ${spacedJson(listed)}`);
}

const same = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'object' && typeof other === 'object' && spacedJson(one) === spacedJson(other));

function boundProblem(value: unknown, schema: JsonObject): string | undefined {
  const bound = (name: string): number | undefined => (typeof schema[name] === 'number' ? schema[name] : undefined);
  const check = (actual: number, name: string, breaks: (actual: number, bound: number) => boolean): string | undefined => {
    const limit = bound(name);
    return limit !== undefined && breaks(actual, limit) ? `breaks \`${name}: ${limit}\`` : undefined;
  };
  const below = (actual: number, limit: number): boolean => actual < limit;
  const above = (actual: number, limit: number): boolean => actual > limit;
  if (typeof value === 'number') {
    return (
      check(value, 'minimum', below) ??
      check(value, 'maximum', above) ??
      check(value, 'exclusiveMinimum', (actual, limit) => actual <= limit) ??
      check(value, 'exclusiveMaximum', (actual, limit) => actual >= limit) ??
      check(value, 'multipleOf', (actual, limit) => limit > 0 && Math.abs(actual / limit - Math.round(actual / limit)) > 1e-9)
    );
  }
  if (typeof value === 'string') {
    const length = [...value].length;
    return check(length, 'minLength', below) ?? check(length, 'maxLength', above);
  }
  if (Array.isArray(value)) return check(value.length, 'minItems', below) ?? check(value.length, 'maxItems', above);
  return undefined;
}

function fitItems(items: readonly unknown[], schema: JsonObject, context: Context, path: string, depth: number): Fit {
  const first = Array.isArray(schema['prefixItems']) ? (schema['prefixItems'] as readonly unknown[]) : [];
  const fitted: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const fit = fitAny(item, index < first.length ? first[index] : schema['items'], context, `${path}[${index}]`, depth + 1);
    if (!fit.ok) return fit;
    fitted.push(fit.value);
  }
  return yes(fitted);
}

function fitMembers(members: JsonObject, schema: JsonObject, context: Context, path: string, depth: number): Fit {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [];
  const fitted: [string, unknown][] = [];
  for (const name of required) {
    if (typeof name === 'string' && !Object.hasOwn(members, name)) return no(path, `lacks \`${name}\``);
  }
  for (const [name, member] of Object.entries(members)) {
    const known = Object.hasOwn(properties, name);
    const fit = fitAny(member, known ? properties[name] : schema['additionalProperties'], context, `${path}.${name}`, depth + 1);
    if (fit.ok) fitted.push([name, fit.value]);
    // Models write null for what they leave out.
    else if (member !== null || required.includes(name)) return fit;
  }
  return yes(Object.fromEntries(fitted));
}

function fitCombined(value: unknown, schema: JsonObject, context: Context, path: string, depth: number): Fit {
  let current = value;
  for (const each of Array.isArray(schema['allOf']) ? (schema['allOf'] as readonly unknown[]) : []) {
    const fit = fitAny(current, each, context, path, depth + 1);
    if (!fit.ok) return fit;
    current = fit.value;
  }
  for (const name of ['anyOf', 'oneOf']) {
    const choices = schema[name];
    if (!Array.isArray(choices) || choices.length === 0) continue;
    const fit = fitOne(current, choices as readonly unknown[], context, path, depth);
    if (!fit.ok) return fit;
    current = fit.value;
  }
  return yes(current);
}

/** The first choice that the value fits as it is, else the first to which it can be converted. */
function fitOne(value: unknown, choices: readonly unknown[], context: Context, path: string, depth: number): Fit {
  let converted: Fit | undefined;
  let failed: Fit | undefined;
  for (const choice of choices) {
    const fit = fitAny(value, choice, context, path, depth + 1);
    if (!fit.ok) failed ??= fit;
    else if (same(fit.value, value)) return fit;
    else converted ??= fit;
  }
  return converted ?? failed ?? yes(value);
}
