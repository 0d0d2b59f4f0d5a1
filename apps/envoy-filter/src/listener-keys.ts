import type { EffectiveAuth, GatewayError, RequestHead } from '@plano/common';
import { clientCredentialHeaders, gatewayError, takeQueryKeys } from '@plano/common';

/** Where the client libraries of the five APIs put their key. */
const clientKeyHeaders = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'];

/** The head without any key of the listener but with what it was, or why the request may not pass. */
export type KeyCheck = { readonly ok: true; readonly head: RequestHead } | { readonly ok: false; readonly error: GatewayError };

/** Checks the keys of a listener. Whatever holds one of them is taken out, so that no upstream ever sees it. */
export function checkListenerKeys(auth: EffectiveAuth, head: RequestHead): KeyCheck {
  const { headers } = head;
  const anyForm = auth.header === 'authorization';
  const accepted = anyForm ? clientKeyHeaders : [auth.header];
  const kept: Record<string, string | readonly string[] | undefined> = { ...headers };
  let passed: string | undefined;
  let presented = false;
  for (const name of new Set([...accepted, ...clientCredentialHeaders])) {
    const value = headers[name];
    if (typeof value !== 'string') continue;
    const counts = accepted.includes(name);
    presented ||= counts;
    const key = keyOf(auth.keys, withoutScheme(value));
    if (key === undefined) continue;
    delete kept[name];
    if (counts) passed ??= key;
  }
  const query = takeQueryKeys(head.path, (value) => {
    const key = keyOf(auth.keys, value);
    if (anyForm) passed ??= key;
    return key !== undefined;
  });
  presented ||= query.presented && anyForm;
  if (passed !== undefined) {
    const key = passed;
    const as = Object.fromEntries(accepted.map((name) => [name, key]));
    return { ok: true, head: { ...head, path: query.path, headers: kept, presented: as } };
  }
  const message = presented ? 'The key is not one of this listener' : `This listener needs one of its keys in the header ${auth.header}`;
  return { ok: false, error: gatewayError('unauthorized', message) };
}

/** The key that it is. Takes as long for a key that is nearly right as for any other of the same length. */
function keyOf(keys: readonly string[], value: string): string | undefined {
  let found: string | undefined;
  for (const key of keys) {
    let difference = key.length ^ value.length;
    for (let i = 0; i < value.length; i++) difference |= value.charCodeAt(i) ^ key.charCodeAt(i % key.length);
    if (difference === 0) found = key;
  }
  return found;
}

function withoutScheme(value: string): string {
  const scheme = /^bearer +/i.exec(value);
  return scheme === null ? value : value.slice(scheme[0].length).trimEnd();
}
