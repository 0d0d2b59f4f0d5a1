import type { Usage } from '../model/usage.ts';
import type { Scope } from '../scope.ts';
import { unsupported } from '../warn.ts';

/** Reports the counters of an answer that the client's API has no place for, where they count something. */
export function reportUsage(usage: Usage | undefined, counters: ReadonlySet<string>, scope: Scope): void {
  for (const counter of counters) if (usage?.[counter as keyof Usage]) unsupported(scope, `usage.${counter}`);
}

/**
 * Writes the tier that served an answer in the words of the client's API, which are given as `hub:word`, or as one where both are the same;
 * undefined, and reported, for a tier that is not among them. A tier with an empty word is left out: another vendor's `default` is not the
 * API's own, and says nothing.
 */
/* @__NO_SIDE_EFFECTS__ */
export function servedTiers(text: string): (tier: string | undefined, scope: Scope) => string | undefined {
  const known = new Map<string, string>();
  for (const row of text.split(' ')) {
    const [tier = '', word = tier] = row.split(':');
    known.set(tier, word);
  }
  return (tier, scope) => {
    if (tier === undefined) return undefined;
    const word = known.get(tier);
    if (word === undefined) unsupported(scope, 'serviceTier', tier);
    return word || undefined;
  };
}
