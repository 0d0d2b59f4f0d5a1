import type { CacheHint } from '../../model/block.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import type { WireCacheControl } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathOf, readObject, readString } from '../../fields.ts';

const members = words('type ttl');

/** `cache_control` of a block, a tool or a system text. */
export function decodeCacheControl(holder: Fields): CacheHint | undefined {
  const control = readObject(holder, 'cache_control', members);
  if (control === undefined) return undefined;
  if (control.wire['type'] === 'ephemeral') return { ttl: readString(control, 'ttl') };
  dropped(holder.scope, pathOf(control), `The cache type ${JSON.stringify(control.wire['type'])} is unknown`);
  return undefined;
}

export function encodeCacheControl(cache: CacheHint | undefined, path: string, scope: Scope): WireCacheControl | undefined {
  if (cache === undefined) return undefined;
  const { ttl } = cache;
  if (ttl === undefined || ttl === '5m' || ttl === '1h') return { type: 'ephemeral', ttl };
  approximated(scope, `${path}.cache`, `Anthropic keeps a cache for 5m or 1h; ${ttl} became 1h`);
  return { type: 'ephemeral', ttl: '1h' };
}
