import { hash, timingSafeEqual } from 'node:crypto';
import type { Buffer } from 'node:buffer';
import type { EffectiveAuth, HttpHeaders } from '@plano/common';
import { clientCredentialHeaders, gatewayError, type GatewayError, takeQueryKeys } from '@plano/common';

/** What of a request's head may hold a key. */
interface Keyed {
  path: string;
  presented?: HttpHeaders;
  readonly headers: Record<string, string | readonly string[] | undefined>;
}

/** Decides whether a request may pass a listener. */
export type CheckAuth = (head: Keyed) => GatewayError | undefined;

/** Where the client libraries of the five APIs put their key. */
const clientKeyHeaders = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];

/**
 * The check of a listener's keys. With the usual header a key may come in the form of any client library, Gemini's `?key=` too. Values are
 * compared as hashes, with all keys and in constant time. Whatever holds one of the keys is taken out, so that no upstream ever sees it; rate
 * limits may still tell clients apart by it.
 */
export function createAuthCheck(auth: EffectiveAuth): CheckAuth {
  const keys = auth.keys.map(digest);
  const anyForm = auth.header === 'authorization';
  const accepted = anyForm ? clientKeyHeaders : [auth.header];
  const looked = [...new Set([...accepted, ...clientCredentialHeaders])];
  const presentedAs = auth.keys.map((key): HttpHeaders => Object.fromEntries(accepted.map((name) => [name, key])));
  const keyAt = (value: string): number => {
    const hashed = digest(withoutScheme(value));
    let found = -1;
    for (const [index, key] of keys.entries()) if (timingSafeEqual(key, hashed)) found = index;
    return found;
  };
  return (head) => {
    const { headers } = head;
    let passed = -1;
    let presented = false;
    for (const name of looked) {
      const value = headers[name];
      if (typeof value !== 'string') continue;
      const counts = accepted.includes(name);
      presented ||= counts;
      const key = keyAt(value);
      if (key === -1) continue;
      delete headers[name];
      if (counts && passed === -1) passed = key;
    }
    const query = takeQueryKeys(head.path, (value) => {
      const key = keyAt(value);
      if (anyForm && passed === -1) passed = key;
      return key !== -1;
    });
    head.path = query.path;
    presented ||= query.presented && anyForm;
    if (passed !== -1) {
      head.presented = presentedAs[passed] as HttpHeaders;
      return undefined;
    }
    return gatewayError('unauthorized', presented ? wrongKey : `This listener needs one of its keys in the header ${auth.header}`);
  };
}

const wrongKey = 'The key is not one of this listener';

const digest = (value: string): Buffer => hash('sha256', value, 'buffer');

function withoutScheme(value: string): string {
  const scheme = /^bearer +/i.exec(value);
  return scheme === null ? value : value.slice(scheme[0].length).trimEnd();
}
