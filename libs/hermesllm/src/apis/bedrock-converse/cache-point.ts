import type { Block, CacheHint } from '../../model/block.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathOf, readObject, readString } from '../../fields.ts';

// A cache point stands behind what shall be cached; in the hub the last block before it, or the last tool, carries the wish.

const members = words('type ttl');

/** The hint of `{ cachePoint }`; undefined if the object is none, or of a kind that is not known. */
export function decodeCachePoint(holder: Fields): CacheHint | undefined {
  const point = readObject(holder, 'cachePoint', members);
  if (point === undefined) return undefined;
  if (point.wire['type'] === 'default') return { ttl: readString(point, 'ttl') };
  dropped(holder.scope, pathOf(point), `The cache point ${JSON.stringify(point.wire['type'])} is unknown`);
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
