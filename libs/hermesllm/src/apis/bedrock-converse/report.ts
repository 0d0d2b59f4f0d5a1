import type { JsonObject } from '../../codec.ts';
import type { ApiId } from '../../model/api.ts';
import type { Warning } from '../../model/warning.ts';
import { memberPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';

export const api: ApiId = 'bedrock-converse';

export function report(scope: Scope, type: Warning['type'], path: string, reason: string): void {
  scope.warn({ type, path, reason });
}

/** Names the members of an object that the hub has no place for. `null` is absent. */
export function reportUnknown(object: JsonObject, known: ReadonlySet<string>, path: string, scope: Scope): void {
  for (const key in object) {
    if (known.has(key) || object[key] === null) continue;
    report(scope, 'dropped', memberPath(path, key), 'Only the Converse API has this member');
  }
}
