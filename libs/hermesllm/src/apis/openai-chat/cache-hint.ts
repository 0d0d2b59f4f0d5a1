import type { JsonObject } from '../../codec.ts';
import type { CacheHint } from '../../model/block.ts';
import { memberPath, optionalObject, optionalString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, reportUnknown } from '../../warn.ts';

const controlMembers: ReadonlySet<string> = new Set(['type', 'ttl']);
const breakpointMembers: ReadonlySet<string> = new Set(['mode', 'ttl']);

/** `cache_control` of a part, a message or a tool, as gateways in front of Anthropic take it, or OpenAI's `prompt_cache_breakpoint`. */
export function decodeCacheHint(holder: JsonObject, path: string, scope: Scope): CacheHint | undefined {
  if (holder['cache_control'] === undefined && holder['prompt_cache_breakpoint'] === undefined) return undefined;
  const breakpoint = optionalObject(holder, 'prompt_cache_breakpoint', path);
  const control = optionalObject(holder, 'cache_control', path);
  const hint =
    control === undefined ? undefined : read(control, 'type', 'ephemeral', controlMembers, memberPath(path, 'cache_control'), scope);
  if (hint !== undefined || breakpoint === undefined) return hint;
  return read(breakpoint, 'mode', 'explicit', breakpointMembers, memberPath(path, 'prompt_cache_breakpoint'), scope);
}

function read(
  wire: JsonObject,
  kind: string,
  expected: string,
  known: ReadonlySet<string>,
  path: string,
  scope: Scope,
): CacheHint | undefined {
  reportUnknown(wire, known, path, scope);
  if (wire[kind] === expected) return { ttl: optionalString(wire, 'ttl', path) };
  dropped(scope, path, `The kind of cache ${JSON.stringify(wire[kind])} is unknown`);
  return undefined;
}

/** Servers of this API cache by themselves; those that want marks get them from the gateway, by what is known of the provider. */
export function reportCache(cache: CacheHint | undefined, path: string, scope: Scope): void {
  if (cache !== undefined) approximated(scope, `${path}.cache`, 'Chat Completions servers choose themselves what they cache');
}
