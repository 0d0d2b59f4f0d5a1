import type { CacheHint } from '../../model/block.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathOf, readObject, readString } from '../../fields.ts';

const controlMembers = words('type ttl');
const breakpointMembers = words('mode ttl');

/** `cache_control` of a part, a message or a tool, as gateways in front of Anthropic take it, or OpenAI's `prompt_cache_breakpoint`. */
export const decodeCacheHint = (holder: Fields): CacheHint | undefined =>
  read(readObject(holder, 'cache_control', controlMembers), 'type', 'ephemeral') ??
  read(readObject(holder, 'prompt_cache_breakpoint', breakpointMembers), 'mode', 'explicit');

function read(hint: Fields | undefined, kind: string, expected: string): CacheHint | undefined {
  if (hint === undefined) return undefined;
  if (hint.wire[kind] === expected) return { ttl: readString(hint, 'ttl') };
  dropped(hint.scope, pathOf(hint), `The kind of cache ${JSON.stringify(hint.wire[kind])} is unknown`);
  return undefined;
}

/** Servers of this API cache by themselves; those that want marks get them from the gateway, by what is known of the provider. */
export function reportCache(cache: CacheHint | undefined, path: string, scope: Scope): void {
  if (cache !== undefined) approximated(scope, `${path}.cache`, 'Chat Completions servers choose themselves what they cache');
}
