import type { JsonObject } from './codec.ts';
import type { HermesError } from './hermes-error.ts';
import { invalidRequest } from './hermes-error.ts';
import { isObject } from './read.ts';
import { saysNothing } from './says-nothing.ts';
import type { Scope } from './scope.ts';
import { dropped } from './warn.ts';

/** How an API writes objects and lists, where it takes more than one way. */
export interface Dialect {
  /** An object with the members that are known in the API's usual spelling. */
  members(object: JsonObject, known: ReadonlySet<string>): JsonObject;
  /** A list that a value stands for which is none. */
  list(value: unknown): readonly unknown[] | undefined;
}

/**
 * An object of a request, as a stranger sent it. The functions below give a member as a typed value or throw a `HermesError` with its path;
 * `null` counts as absent. An object knows its place by its parent, so that paths are made only for errors and warnings: requests have
 * thousands of objects and, mostly, neither.
 */
export interface Fields {
  readonly wire: JsonObject;
  readonly scope: Scope;
  readonly dialect: Dialect | undefined;
  readonly parent: Fields | undefined;
  readonly key: string;
  /** Its place in the list that the key names; -1 if it is no list. */
  readonly index: number;
}

/** A request, from what its body says. */
export const fieldsOf = (value: unknown, scope: Scope, dialect?: Dialect): Fields =>
  child(undefined, value, '', -1, undefined, scope, dialect);

function child(
  parent: Fields | undefined,
  value: unknown,
  key: string,
  index: number,
  known: ReadonlySet<string> | undefined,
  scope: Scope,
  dialect: Dialect | undefined,
): Fields {
  if (!isObject(value)) throw invalidRequest(pathAt(parent, key, index), value === undefined ? 'required' : 'expected an object');
  const fields: Fields = { wire: value, scope, dialect, parent, key, index };
  return known === undefined ? fields : onlyKnown(spelled(fields, known), known);
}

/** Where an object stands, such as `messages[2].content[0]`; empty for the request itself. */
export const pathOf = ({ parent, key, index }: Fields): string => pathAt(parent, key, index);

/** Where a member stands, or an element of it; without a key, the object itself. */
export function pathAt(fields: Fields | undefined, key: string, index = -1): string {
  const path = fields === undefined ? '' : pathOf(fields);
  return `${path}${path === '' || key === '' ? '' : '.'}${key}${index < 0 ? '' : `[${index}]`}`;
}

/** The error that a wrong member deserves; without a key, the object itself. */
export const wrongMember = (fields: Fields, key: string, expected: string): HermesError => invalidRequest(pathAt(fields, key), expected);

export const has = ({ wire }: Fields, key: string): boolean => (wire[key] ?? undefined) !== undefined;

function typed(fields: Fields | undefined, key: string, type: string, expected: string): unknown {
  const value = fields?.wire[key] ?? undefined;
  if (fields === undefined || value === undefined || typeof value === type) return value;
  throw wrongMember(fields, key, `expected ${expected}`);
}

export const readString = (fields: Fields | undefined, key: string) => typed(fields, key, 'string', 'a string') as string | undefined;
export const readNumber = (fields: Fields | undefined, key: string) => typed(fields, key, 'number', 'a number') as number | undefined;
export const readBoolean = (fields: Fields | undefined, key: string) =>
  typed(fields, key, 'boolean', 'true or false') as boolean | undefined;

export function readInteger(fields: Fields | undefined, key: string): number | undefined {
  const value = readNumber(fields, key);
  if (fields === undefined || value === undefined || Number.isInteger(value)) return value;
  throw wrongMember(fields, key, 'expected an integer');
}

export function requireString(fields: Fields, key: string): string {
  const value = fields.wire[key];
  if (typeof value === 'string') return value;
  throw wrongMember(fields, key, has(fields, key) ? 'expected a string' : 'required');
}

export function readStrings(fields: Fields, key: string): string[] | undefined {
  const list = readList(fields, key);
  if (list === undefined) return undefined;
  for (let i = 0; i < list.length; i++) if (typeof list[i] !== 'string') throw invalidRequest(pathAt(fields, key, i), 'expected a string');
  return list.slice() as string[];
}

/** An object whose members are all strings; an empty one says nothing. */
export function readStringMap(fields: Fields, key: string): Record<string, string> | undefined {
  const map = readObject(fields, key);
  if (map === undefined) return undefined;
  let some = false;
  for (const member in map.wire) some = requireString(map, member) !== undefined;
  return some ? (map.wire as Record<string, string>) : undefined;
}

export function readList(fields: Fields, key: string): readonly unknown[] | undefined {
  const value = fields.wire[key] ?? undefined;
  if (value === undefined || Array.isArray(value)) return value;
  const list = fields.dialect?.list(value);
  if (list !== undefined) return list;
  throw wrongMember(fields, key, 'expected an array');
}

export function requireList(fields: Fields, key: string): readonly unknown[] {
  const list = readList(fields, key);
  if (list !== undefined) return list;
  throw wrongMember(fields, key, 'required');
}

/** The object at a place of a list that {@link readList} gave. Members that are not `known` are reported. */
export const readItem = (fields: Fields, list: readonly unknown[], key: string, index: number, known?: ReadonlySet<string>): Fields =>
  child(fields, list[index], key, index, known, fields.scope, fields.dialect);

/** `known`: the members that are read here; others are reported. */
export const readObject = (fields: Fields | undefined, key: string, known?: ReadonlySet<string>): Fields | undefined =>
  fields !== undefined && has(fields, key) ? requireObject(fields, key, known) : undefined;

export const requireObject = (fields: Fields, key: string, known?: ReadonlySet<string>): Fields =>
  child(fields, fields.wire[key] ?? undefined, key, -1, known, fields.scope, fields.dialect);

/** The same object with its members in the API's usual spelling. */
export function spelled(fields: Fields, known: ReadonlySet<string>): Fields {
  const { scope, dialect, parent, key, index } = fields;
  const wire = dialect === undefined ? fields.wire : dialect.members(fields.wire, known);
  return wire === fields.wire ? fields : { wire, scope, dialect, parent, key, index };
}

/** Whether there is nothing else to look for. */
export function hasOnly({ wire }: Fields, known: ReadonlySet<string>): boolean {
  for (const key in wire) if (!known.has(key)) return false;
  return true;
}

/** Names the members that the hub has no place for; comes back with the object. */
export function onlyKnown(fields: Fields, known: ReadonlySet<string>): Fields {
  const { wire, scope } = fields;
  for (const key in wire) {
    if (!known.has(key) && !saysNothing(key, wire[key])) dropped(scope, pathAt(fields, key), 'No other API has this member');
  }
  return fields;
}
