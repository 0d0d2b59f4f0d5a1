import type { JsonObject } from '@plano/hermesllm';
import { isObject } from '../function-tool.ts';
import { spacedJson } from '../spaced-json.ts';
import type { Fit, Place } from './fit-context.ts';
import { listOf, no, yes } from './fit-context.ts';

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

/** `type`, one or several, and OpenAPI's `nullable`. */
export function fitType(value: unknown, schema: JsonObject, place: Place, converts: boolean): Fit {
  const { type } = schema;
  const names = typeof type === 'string' ? [type] : listOf(type);
  if (names.length === 0) return yes(value);
  const types: string[] = [];
  for (const name of names) {
    const known = typeof name === 'string' && Object.hasOwn(typeNames, name.toLowerCase()) ? typeNames[name.toLowerCase()] : undefined;
    if (known === undefined) return no(place, `has the type \`${String(name)}\` in its schema, which is not known`);
    types.push(known);
  }
  if (value === null && schema['nullable'] === true) return yes(value);
  if (types.some((each) => isOfType(value, each))) return yes(value);
  for (const each of converts ? types : []) {
    const converted = convert(value, each);
    if (converted !== undefined) return yes(converted);
  }
  return no(place, `must be ${types.map((each) => (/^[aeiou]/.test(each) ? `an ${each}` : `a ${each}`)).join(' or ')}`);
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
