import type { ApiId } from '../model/api.ts';
import type { Extensions } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { setMember } from '../read.ts';
import { saysNothing } from '../says-nothing.ts';
import { foreign } from '../warn.ts';

/** Fields that only their own API has; undefined for none. */
export function extensionsOf(api: ApiId, fields: Readonly<Record<string, unknown>> | undefined): Extensions | undefined {
  for (const _ in fields) return { api, fields };
  return undefined;
}

/**
 * Writes the fields that belong to the target too, and reports the others. What is written already stays, and fields in `taken` are left
 * out: they are written from what the hub knows.
 */
export function addExtensions(
  wire: Record<string, unknown>,
  extensions: Extensions | undefined,
  belongs: (origin: ApiId, key: string) => boolean,
  scope: Scope,
  taken?: ReadonlySet<string>,
): void {
  if (extensions === undefined) return;
  const { api, fields } = extensions;
  for (const key in fields) {
    if (!belongs(api, key)) {
      if (!saysNothing(key, fields[key])) foreign(scope, `extensions.${key}`, api);
    } else if (!taken?.has(key) && (!Object.hasOwn(wire, key) || wire[key] === undefined)) setMember(wire, key, fields[key]);
  }
}
