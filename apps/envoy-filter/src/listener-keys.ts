import type { EffectiveAuth, GatewayError, RequestHead } from '@plano/common';
import { clientCredentialHeaders, gatewayError, takeQueryKeys } from '@plano/common';

/** Where the client libraries of the five APIs put their key. */
const clientKeyHeaders = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];

/** The head without any key of the listener, or why the request may not pass. */
export type KeyCheck = { readonly ok: true; readonly head: RequestHead } | { readonly ok: false; readonly error: GatewayError };

/** Checks the keys of a listener. Whatever holds one of them is taken out, so that no upstream ever sees it. */
export function checkListenerKeys(auth: EffectiveAuth, head: RequestHead): KeyCheck {
  const { headers } = head;
  const anyForm = auth.header === 'authorization';
  const accepted = anyForm ? clientKeyHeaders : [auth.header];
  const kept: Record<string, string | readonly string[] | undefined> = { ...headers };
  let passed = false;
  let presented = false;
  for (const name of new Set([...accepted, ...clientCredentialHeaders])) {
    const value = headers[name];
    if (typeof value !== 'string') continue;
    const counts = accepted.includes(name);
    presented ||= counts;
    if (!isKey(auth.keys, withoutScheme(value))) continue;
    delete kept[name];
    passed ||= counts;
  }
  const query = takeQueryKeys(head.path, (value) => isKey(auth.keys, value));
  presented ||= query.presented && anyForm;
  passed ||= query.found && anyForm;
  if (passed) return { ok: true, head: { ...head, path: query.path, headers: kept } };
  const message = presented ? 'The key is not one of this listener' : `This listener needs one of its keys in the header ${auth.header}`;
  return { ok: false, error: gatewayError('unauthorized', message) };
}

/** Takes as long for a key that is nearly right as for any other of the same length. */
function isKey(keys: readonly string[], value: string): boolean {
  let found = false;
  for (const key of keys) {
    let difference = key.length ^ value.length;
    for (let i = 0; i < value.length; i++) difference |= value.charCodeAt(i) ^ key.charCodeAt(i % key.length);
    found = difference === 0 || found;
  }
  return found;
}

function withoutScheme(value: string): string {
  const scheme = /^bearer +/i.exec(value);
  return scheme === null ? value : value.slice(scheme[0].length).trimEnd();
}
