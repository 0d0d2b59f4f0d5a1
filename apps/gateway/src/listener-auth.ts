import type { Buffer } from 'node:buffer';
import { hash, timingSafeEqual } from 'node:crypto';
import type { CheckListenerKeys, EffectiveAuth } from '@plano/common';
import { createListenerKeyCheck } from '@plano/common';

/** The check of a listener's keys, which are compared as hashes, with all keys and in constant time. */
export function createAuthCheck(auth: EffectiveAuth): CheckListenerKeys {
  const keys = auth.keys.map(digest);
  return createListenerKeyCheck(auth, (value) => {
    const hashed = digest(value);
    let found = -1;
    for (const [index, key] of keys.entries()) if (timingSafeEqual(key, hashed)) found = index;
    return found;
  });
}

const digest = (value: string): Buffer => hash('sha256', value, 'buffer');
