import type { BucketLevel, BucketTake, TakeOutcome } from '@plano/common';
import { fullAfter, levelOf, waitForTake } from '@plano/common';
import type { EnvoyHost } from './host.ts';

/*
 * Buckets of rate limits in Envoy's shared data, so that a limit holds for all workers of a process. Entries are never removed there, so buckets
 * live in a fixed number of slots, by a hash of their name: a slot whose bucket is full again is free for another one, and a bucket that finds
 * its slot in use by another shares it, which can only make a limit stricter. An entry is written with the version that was read; when another
 * worker was faster it is read again, a few times at most.
 */

/** What shared buckets need of Envoy. */
export type SharedDataHost = Pick<EnvoyHost, 'sharedData' | 'setSharedData'>;

const slots = 1 << 17;
const attempts = 20;

/** Takes from all buckets or from none, in the eyes of every worker. A bucket that stays contended is taken from without a check. */
export function takeShared(host: SharedDataHost, takes: readonly BucketTake[], nowMs: number): TakeOutcome {
  const levels: BucketLevel[] = [];
  for (let index = 0; index < takes.length; index++) {
    const take = takes[index] as BucketTake;
    const moved = move(host, take, nowMs, true);
    if (typeof moved === 'object' && moved !== null) {
      levels.push(moved);
      continue;
    }
    for (const done of takes.slice(0, index)) move(host, { ...done, amount: -done.amount }, nowMs, false);
    const now = takes.map((each) => levelOf(read(host, each.key).fullAt, each, nowMs));
    return { ok: false, reason: 'limited', index, waitMs: moved, levels: now };
  }
  return { ok: true, levels };
}

/** Takes or gives back whatever the amount: what is used is used. */
export function chargeShared(host: SharedDataHost, charges: readonly BucketTake[], nowMs: number): void {
  for (const charge of charges) move(host, charge, nowMs, false);
}

/** The level after the take; how long it has to wait (null: for ever) when it is refused. */
function move(host: SharedDataHost, take: BucketTake, nowMs: number, ask: boolean): BucketLevel | number | null {
  let full = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { name, fullAt, version } = read(host, take.key);
    const wait = ask ? waitForTake(fullAt, take, nowMs) : 0;
    if (wait !== 0) return wait;
    full = fullAfter(fullAt, take, nowMs);
    // Version 0, of an entry that was not there, is written whatever another worker does: at worst one first take of two is forgotten.
    if (host.setSharedData(name, String(full), version)) break;
  }
  return levelOf(full, take, nowMs);
}

function read(host: SharedDataHost, key: string): { name: string; fullAt: number | undefined; version: number } {
  const name = `plano.bucket.${hash(key) % slots}`;
  const entry = host.sharedData(name);
  const fullAt = entry === undefined ? Number.NaN : Number(entry.value);
  return { name, fullAt: Number.isNaN(fullAt) ? undefined : fullAt, version: entry?.version ?? 0 };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
