import { hash, timingSafeEqual } from 'node:crypto';
import type { Buffer } from 'node:buffer';
import type { EffectiveAuth } from '@plano/common';
import { clientCredentialHeaders, gatewayError, type GatewayError, takeQueryKeys } from '@plano/common';

/** What of a request's head may hold a key. */
interface Keyed {
  path: string;
  readonly headers: Record<string, string | readonly string[] | undefined>;
}

/** Decides whether a request may pass a listener. */
export type CheckAuth = (head: Keyed) => GatewayError | undefined;

/** Where the client libraries of the five APIs put their key. */
const clientKeyHeaders = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];

/**
 * The check of a listener's keys. With the usual header a key may come in the form of any client library, Gemini's `?key=` too. Values are
 * compared as hashes, with all keys and in constant time. Whatever holds one of the keys is taken out, so that no upstream ever sees it.
 */
export function createAuthCheck(auth: EffectiveAuth): CheckAuth {
  const keys = auth.keys.map(digest);
  const anyForm = auth.header === 'authorization';
  const accepted = anyForm ? clientKeyHeaders : [auth.header];
  const looked = [...new Set([...accepted, ...clientCredentialHeaders])];
  const matches = (value: string): boolean => {
    const hashed = digest(withoutScheme(value));
    let found = false;
    for (const key of keys) found = timingSafeEqual(key, hashed) || found;
    return found;
  };
  return (head) => {
    const { headers } = head;
    let passed = false;
    let presented = false;
    for (const name of looked) {
      const value = headers[name];
      if (typeof value !== 'string') continue;
      const counts = accepted.includes(name);
      presented ||= counts;
      if (!matches(value)) continue;
      delete headers[name];
      passed ||= counts;
    }
    const query = takeQueryKeys(head.path, matches);
    if (query.found) head.path = query.path;
    presented ||= query.presented && anyForm;
    passed ||= query.found && anyForm;
    if (passed) return undefined;
    return gatewayError('unauthorized', presented ? wrongKey : `This listener needs one of its keys in the header ${auth.header}`);
  };
}

const wrongKey = 'The key is not one of this listener';

const digest = (value: string): Buffer => hash('sha256', value, 'buffer');

function withoutScheme(value: string): string {
  const scheme = /^bearer +/i.exec(value);
  return scheme === null ? value : value.slice(scheme[0].length).trimEnd();
}
