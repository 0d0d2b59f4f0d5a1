import type { JsonObject } from '../codec.ts';
import { isObject, listOf, maybeObject } from '../read.ts';

/**
 * The request with other calls and results in its turns: `change` gets what stands under `keys` in the parts, and gives the same object back
 * where there is nothing to do.
 */
export function changeParts(
  wire: JsonObject,
  turns: string,
  parts: string,
  keys: readonly string[],
  change: (inner: JsonObject) => JsonObject,
): JsonObject {
  let changed = false;
  const fit = (part: unknown): unknown => {
    for (const key of isObject(part) ? keys : []) {
      const inner = maybeObject((part as JsonObject)[key]);
      const fitted = inner && change(inner);
      if (fitted === inner) continue;
      changed = true;
      return { ...(part as JsonObject), [key]: fitted };
    }
    return part;
  };
  const fitted = listOf(wire[turns]).map((turn) =>
    isObject(turn) && Array.isArray(turn[parts]) ? { ...turn, [parts]: turn[parts].map(fit) } : turn,
  );
  return changed ? { ...wire, [turns]: fitted } : wire;
}
