import type { JsonObject } from './codec.ts';
import { invalidRequest } from './hermes-error.ts';

// Reading members of JSON that a stranger sent: each function returns a typed value or throws with the member's path.
// `null` counts as absent, as it does for the providers.

export const memberPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
export const elementPath = (path: string, index: number): string => `${path}[${index}]`;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export function asObject(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw invalidRequest(path, value === undefined ? 'required' : 'expected an object');
}

export function asArray(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidRequest(path, value === undefined ? 'required' : 'expected an array');
}

export function asString(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw invalidRequest(path, value === undefined ? 'required' : 'expected a string');
}

export function optionalString(object: JsonObject, key: string, path: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalidRequest(memberPath(path, key), 'expected a string');
}

export function requiredString(object: JsonObject, key: string, path: string): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  throw invalidRequest(memberPath(path, key), value === undefined || value === null ? 'required' : 'expected a string');
}

export function optionalNumber(object: JsonObject, key: string, path: string): number | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  throw invalidRequest(memberPath(path, key), 'expected a number');
}

export function optionalInteger(object: JsonObject, key: string, path: string): number | undefined {
  const value = optionalNumber(object, key, path);
  if (value === undefined || Number.isInteger(value)) return value;
  throw invalidRequest(memberPath(path, key), 'expected an integer');
}

export function optionalBoolean(object: JsonObject, key: string, path: string): boolean | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalidRequest(memberPath(path, key), 'expected true or false');
}

export function optionalObject(object: JsonObject, key: string, path: string): JsonObject | undefined {
  const value = object[key];
  return value === undefined || value === null ? undefined : asObject(value, memberPath(path, key));
}

export function optionalArray(object: JsonObject, key: string, path: string): readonly unknown[] | undefined {
  const value = object[key];
  return value === undefined || value === null ? undefined : asArray(value, memberPath(path, key));
}

export function optionalStrings(object: JsonObject, key: string, path: string): string[] | undefined {
  const list = optionalArray(object, key, path);
  if (list === undefined) return undefined;
  const strings: string[] = [];
  for (let i = 0; i < list.length; i++) strings.push(asString(list[i], elementPath(memberPath(path, key), i)));
  return strings;
}

/** The members that a codec does not know, or undefined: cheaper than `{ known, ...rest } = wire`. */
export function unknownFields(wire: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const key in wire) {
    if (known.has(key)) continue;
    rest ??= {};
    Object.defineProperty(rest, key, { value: wire[key], enumerable: true, configurable: true, writable: true });
  }
  return rest;
}

// Reading what an upstream sent: never throws, the wrong type counts as absent.

export const stringOr = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
export const maybeString = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const maybeNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
export const maybeObject = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
