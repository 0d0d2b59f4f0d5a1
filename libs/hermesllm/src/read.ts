import type { JsonObject } from './codec.ts';

// Paths are made for every block of a request: the usual places in a list are made once.
const places = Array.from({ length: 256 }, (_, index) => `[${index}]`);

export const elementPath = (path: string, index: number): string => path + (places[index] ?? `[${index}]`);

/** For each message, the paths of its first blocks, as they were needed. */
const blockPaths: (string[] | undefined)[] = [];
const keptBlocks = 16;

/** Such as `messages[2].blocks[0]`. */
export function blockPath(message: number, block: number): string {
  const known = blockPaths[message]?.[block];
  if (known !== undefined) return known;
  const made = `messages[${message}].blocks[${block}]`;
  if (message < places.length && block < keptBlocks) (blockPaths[message] ??= [])[block] = made;
  return made;
}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members that a codec does not know, or undefined: cheaper than `{ known, ...rest } = wire`. */
export function unknownFields(wire: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const key in wire) {
    if (known.has(key)) continue;
    rest ??= {};
    if (key === '__proto__') setMember(rest, key, wire[key]);
    else rest[key] = wire[key];
  }
  return rest;
}

// Reading what an upstream sent: never throws, the wrong type counts as absent.

export const stringOr = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
export const maybeString = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const maybeNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
export const maybeObject = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Sets a member, also one named `__proto__`. */
export function setMember(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
