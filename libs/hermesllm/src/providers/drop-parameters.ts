import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { maybeObject } from '../read.ts';

/** The request without the members that the upstream refuses, each reported; the same object when it has none of them. */
export function dropParameters(wire: JsonObject, names: readonly string[], reason: string, warn: (warning: Warning) => void): JsonObject {
  let changed: Record<string, unknown> | undefined;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (wire[name] === undefined) continue;
    changed ??= { ...wire };
    delete changed[name];
    if (wire[name] !== null) warn({ type: 'dropped', path: name, reason });
  }
  return changed ?? wire;
}

/** The same within a member of the request. */
export function dropWithin(
  wire: JsonObject,
  member: string,
  names: readonly string[],
  reason: string,
  warn: (warning: Warning) => void,
): JsonObject {
  const inner = maybeObject(wire[member]);
  if (inner === undefined) return wire;
  const kept = dropParameters(inner, names, reason, (warning) => warn({ ...warning, path: `${member}.${warning.path}` }));
  return kept === inner ? wire : { ...wire, [member]: kept };
}
