import type { HttpHeaders, RequestHead } from '@plano/common';
import type { HeaderPairs } from './host.ts';

const colon = 0x3a;

/** Headers as flows take them. Envoy's names are in lower case; pseudo-headers, which come first, are left out. */
export function headersOf(pairs: HeaderPairs): HttpHeaders {
  const headers: Record<string, string | string[]> = {};
  let i = 0;
  while (i < pairs.length && pairs[i]?.charCodeAt(0) === colon) i += 2;
  for (; i < pairs.length; i += 2) {
    const name = pairs[i] as string;
    const value = pairs[i + 1] as string;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (typeof before === 'string') headers[name] = [before, value];
    else before.push(value);
  }
  return headers;
}

/** A request's head as flows take it. */
export function requestHeadOf(pairs: HeaderPairs, listener: string | undefined): RequestHead {
  const method = valueOf(pairs, ':method') ?? 'GET';
  const path = valueOf(pairs, ':path') ?? '/';
  const headers = joined(headersOf(pairs));
  return listener === undefined ? { method, path, headers } : { method, path, headers, listener };
}

/** One value for each name, as Node's server has it: what came several times is one list, but for what can only be said once. */
function joined(headers: HttpHeaders): HttpHeaders {
  let changed: Record<string, string | readonly string[] | undefined> | undefined;
  for (const name in headers) {
    const values = headers[name];
    if (typeof values === 'string' || values === undefined) continue;
    changed ??= { ...headers };
    changed[name] = saidOnce.has(name) ? values[0] : values.join(name === 'cookie' ? '; ' : ', ');
  }
  return changed ?? headers;
}

const saidOnce: ReadonlySet<string> = new Set(['authorization', 'content-length', 'content-type', 'proxy-authorization', 'user-agent']);

/** The status of a response's head. */
export const statusOf = (pairs: HeaderPairs): number => Number(valueOf(pairs, ':status') ?? 0);

function valueOf(pairs: HeaderPairs, name: string): string | undefined {
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1];
  return undefined;
}

/** Adds headers to a list for Envoy. */
export function addHeaders(pairs: string[], headers: HttpHeaders): string[] {
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') pairs.push(name, value);
    else if (value !== undefined) for (const one of value) pairs.push(name, one);
  }
  return pairs;
}
