import type { JsonObject } from '@plano/hermesllm';
import { isObject } from '../function-tool.ts';

/**
 * What a `$ref` within the same schema leads to: `#`, a JSON pointer (`#/$defs/city`), or an anchor of a definition (`#city`). Undefined when it
 * leads nowhere, or elsewhere: nothing is fetched.
 */
export function schemaReference(reference: string, root: JsonObject): unknown {
  if (!reference.startsWith('#')) return undefined;
  const fragment = decoded(reference.slice(1));
  if (fragment === '') return root;
  if (!fragment.startsWith('/')) return anchored(fragment, root);
  let target: unknown = root;
  for (const step of fragment.slice(1).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    target = typeof target === 'object' && target !== null && Object.hasOwn(target, key) ? (target as JsonObject)[key] : undefined;
  }
  return target;
}

function anchored(name: string, root: JsonObject): unknown {
  for (const definitions of [root['$defs'], root['definitions']]) {
    if (!isObject(definitions)) continue;
    const found = Object.values(definitions).find((each) => isObject(each) && (each['$anchor'] === name || each['$id'] === `#${name}`));
    if (found !== undefined) return found;
  }
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
