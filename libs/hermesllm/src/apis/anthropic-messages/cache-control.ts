import type { JsonObject } from '../../codec.ts';
import type { CacheHint } from '../../model/block.ts';
import { memberPath, optionalObject, optionalString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, reportUnknown } from '../../warn.ts';
import type { WireCacheControl } from './wire.ts';

const members: ReadonlySet<string> = new Set(['type', 'ttl']);

/** `cache_control` of a block, a tool or a system text. */
export function decodeCacheControl(holder: JsonObject, path: string, scope: Scope): CacheHint | undefined {
  if (holder['cache_control'] === undefined) return undefined;
  const control = optionalObject(holder, 'cache_control', path);
  if (control === undefined) return undefined;
  const here = memberPath(path, 'cache_control');
  reportUnknown(control, members, here, scope);
  if (control['type'] !== 'ephemeral') {
    dropped(scope, here, `The cache type ${JSON.stringify(control['type'])} is unknown`);
    return undefined;
  }
  return { ttl: optionalString(control, 'ttl', here) };
}

export function encodeCacheControl(cache: CacheHint | undefined, path: string, scope: Scope): WireCacheControl | undefined {
  if (cache === undefined) return undefined;
  const { ttl } = cache;
  if (ttl === undefined || ttl === '5m' || ttl === '1h') return { type: 'ephemeral', ttl };
  approximated(scope, `${path}.cache`, `Anthropic keeps a cache for 5m or 1h; ${ttl} became 1h`);
  return { type: 'ephemeral', ttl: '1h' };
}
