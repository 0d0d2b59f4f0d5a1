import type { JsonObject } from '../../codec.ts';
import { isObject, memberPath, asArray, asObject } from '../../read.ts';

const word = /_([a-z0-9])/g;

/**
 * An object with the members that are known in camel case, whichever way they are written: Google's servers take both
 * (https://protobuf.dev/programming-guides/json/). Other members keep their name.
 */
export function camelMembers(object: JsonObject, known: ReadonlySet<string>): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const key in object) {
    if (!key.includes('_')) continue;
    const name = key.replace(word, (_, letter: string) => letter.toUpperCase());
    if (!known.has(name) || object[name] !== undefined) continue;
    copy ??= { ...object };
    copy[name] = object[key];
    delete copy[key];
  }
  return copy ?? object;
}

/** An object member with its own members in camel case. */
export function optionalMembers(object: JsonObject, key: string, path: string, known: ReadonlySet<string>): JsonObject | undefined {
  const value = object[key];
  return value === undefined || value === null ? undefined : camelMembers(asObject(value, memberPath(path, key)), known);
}

/** A list; a single object stands for a list of one, as it does for Google's servers and in their examples. */
export const listOrOne = (value: unknown, path: string): readonly unknown[] =>
  isObject(value) ? [value] : asArray(value ?? undefined, path);

/** Sets a member, also one named `__proto__`. */
export function setMember(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
