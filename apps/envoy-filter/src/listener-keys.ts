import type { CheckListenerKeys, EffectiveAuth } from '@plano/common';
import { createListenerKeyCheck } from '@plano/common';

/** The check of a listener's keys, which are compared character by character: there is nothing in a filter that hashes. */
export const createKeyCheck = (auth: EffectiveAuth): CheckListenerKeys =>
  createListenerKeyCheck(auth, (value) => indexOf(auth.keys, value));

/** Takes as long for a value that is nearly right as for any other of the same length. */
function indexOf(keys: readonly string[], value: string): number {
  let found = -1;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    let difference = key.length ^ value.length;
    for (let i = 0; i < value.length; i++) difference |= value.charCodeAt(i) ^ key.charCodeAt(i % key.length);
    if (difference === 0) found = index;
  }
  return found;
}
