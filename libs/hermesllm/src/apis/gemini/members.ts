import type { JsonObject } from '../../codec.ts';
import { isObject } from '../../read.ts';
import type { Dialect } from '../../fields.ts';

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

/** Google's servers take both spellings, and a single object for a list of one, as in their examples. */
export const dialect: Dialect = { members: camelMembers, list: (value) => (isObject(value) ? [value] : undefined) };
