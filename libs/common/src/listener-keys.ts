import type { EffectiveAuth } from './config/effective.ts';
import type { GatewayError } from './errors.ts';
import { gatewayError } from './errors.ts';
import { clientCredentialHeaders } from './headers.ts';
import type { HttpHeaders } from './http.ts';
import { takeQueryKeys } from './query-keys.ts';

/** What of a request's head may hold a key; the check takes out what does. */
export interface KeyedHead {
  path: string;
  presented?: HttpHeaders;
  presentedBy?: string;
  readonly headers: Record<string, string | readonly string[] | undefined>;
}

/** Which of a listener's keys a value is: its index, or -1. It must take as long for one that is nearly right as for any other. */
export type FindKey = (value: string) => number;

/** Decides whether a request may pass a listener: not with an error. */
export type CheckListenerKeys = (head: KeyedHead) => GatewayError | undefined;

/** Where the client libraries of the five APIs put their key. */
const googleKey = 'x-goog-api-key';
const clientKeyHeaders = ['authorization', 'x-api-key', googleKey, 'api-key'];

/**
 * The check of a listener's keys. With the usual header a key may come in the form of any client library, Gemini's `?key=` too; with a header of
 * the listener's own only there. Whatever holds one of the keys is taken out of the head, so that no upstream ever sees it; rate limits may still
 * tell clients apart by it (`presented`), and lists of models by the header that it came by (`presentedBy`).
 *
 * @param findKey - how the host compares a value with the keys
 * @example
 * const check = createListenerKeyCheck({ keys: ['k'], header: 'authorization' }, (value) => ['k'].indexOf(value));
 * const head = { path: '/v1/models', headers: { authorization: 'Bearer k' } };
 * check(head); // undefined; head.headers is {}
 */
export function createListenerKeyCheck({ keys, header }: EffectiveAuth, findKey: FindKey): CheckListenerKeys {
  const anyForm = header === 'authorization';
  const accepted = anyForm ? clientKeyHeaders : [header];
  const looked = [...new Set([...accepted, ...clientCredentialHeaders])];
  const presentedAs = keys.map((key): HttpHeaders => Object.fromEntries(accepted.map((name) => [name, key])));
  return (head) => {
    const { headers } = head;
    let passed = -1;
    let passedBy = googleKey;
    let presented = false;
    for (const name of looked) {
      const value = headers[name];
      if (value === undefined) continue;
      const counts = accepted.includes(name);
      presented ||= counts;
      const key = typeof value === 'string' ? findKey(withoutScheme(value)) : -1;
      if (key === -1) {
        if (amongSeveral(value, findKey)) delete headers[name];
        continue;
      }
      delete headers[name];
      if (!counts || passed !== -1) continue;
      passed = key;
      passedBy = name;
    }
    const query = takeQueryKeys(head.path, (value) => {
      const key = findKey(value);
      if (anyForm && passed === -1) passed = key;
      return key !== -1;
    });
    head.path = query.path;
    presented ||= query.presented && anyForm;
    if (passed !== -1) {
      head.presented = presentedAs[passed] as HttpHeaders;
      head.presentedBy = passedBy;
      return undefined;
    }
    return gatewayError('unauthorized', presented ? wrongKey : `This listener needs one of its keys in the header ${header}`);
  };
}

const wrongKey = 'The key is not one of this listener';

/** A header that was sent several times is a list in one host, and joined by commas in the other. It lets nobody pass, but may hold a key. */
function amongSeveral(value: string | readonly string[], findKey: FindKey): boolean {
  const values = typeof value === 'string' ? (value.includes(',') ? value.split(',') : []) : value;
  return values.some((one) => findKey(withoutScheme(one.trim())) !== -1);
}

function withoutScheme(value: string): string {
  const scheme = /^bearer +/i.exec(value);
  return scheme === null ? value : value.slice(scheme[0].length).trimEnd();
}
