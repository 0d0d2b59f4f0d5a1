import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';

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
