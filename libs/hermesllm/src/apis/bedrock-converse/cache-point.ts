import type { JsonObject } from '../../codec.ts';
import type { Block, CacheHint } from '../../model/block.ts';
import { memberPath, optionalObject, optionalString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, reportUnknown } from '../../warn.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock } from './wire.ts';

// A cache point stands behind what shall be cached; in the hub the last block before it, or the last tool, carries the wish.

const members: ReadonlySet<string> = new Set(['type', 'ttl']);

/** The hint of `{ cachePoint }`; undefined if the object is none, or of a kind that is not known. */
export function decodeCachePoint(wire: JsonObject, path: string, scope: Scope): CacheHint | undefined {
  const point = optionalObject(wire, 'cachePoint', path);
  if (point === undefined) return undefined;
  const here = memberPath(path, 'cachePoint');
  reportUnknown(point, members, here, scope);
  if (point['type'] === 'default') return { ttl: optionalString(point, 'ttl', here) };
  dropped(scope, here, `The cache point ${JSON.stringify(point['type'])} is unknown`);
  return undefined;
}

/** Gives the hint to the block before the cache point. */
export function markPrevious(previous: Block | undefined, hint: CacheHint, path: string, scope: Scope): void {
  if (previous !== undefined && 'cache' in previous) previous.cache = hint;
  else dropped(scope, path, 'There is nothing before this cache point that can be cached');
}

/** Writes the cache point behind what has the hint. */
export function pushCachePoint(cache: CacheHint | undefined, path: string, context: UpstreamContext, out: WireBlock[]): void {
  if (cache === undefined) return;
  if (!context.own && !context.model.caches) {
    dropped(context.scope, `${path}.cache`, 'Bedrock refuses cache points for this model');
    return;
  }
  let { ttl } = cache;
  if (ttl !== undefined && ttl !== '5m' && ttl !== '1h') {
    approximated(context.scope, `${path}.cache`, `Bedrock keeps a cache for 5m or 1h; ${ttl} became 1h`);
    ttl = '1h';
  }
  out.push({ cachePoint: { type: 'default', ttl } });
}
