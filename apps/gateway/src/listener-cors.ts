import type { EffectiveCors, HttpHeaders } from '@plano/common';
import { headerValue } from '@plano/common';

/** What a listener says to browsers. */
export interface Cors {
  /** Headers of every answer to a request of this origin; empty for origins that may not read it. */
  headersFor(origin: string | undefined): Readonly<Record<string, string>>;
  /** The answer to a question of the browser whether it may send a request; undefined when the request is no such question. */
  preflight(method: string, headers: HttpHeaders): Readonly<Record<string, string>> | undefined;
}

const methods = 'GET, POST, PUT, PATCH, DELETE';
// What the client libraries read beside the few headers that pages may always read.
const exposed = [
  ...['x-request-id', 'x-upstream-request-id', 'request-id', 'retry-after', 'retry-after-ms', 'x-amzn-requestid', 'x-amzn-errortype'],
  ...['limit', 'remaining', 'reset'].flatMap((what) => [`x-ratelimit-${what}-requests`, `x-ratelimit-${what}-tokens`]),
].join(', ');
const maxAgeSeconds = '600';
const headerNames = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

/**
 * Cross-origin requests from the configured origins. No cookies are meant (`access-control-allow-credentials` is never sent): clients
 * authenticate by a header.
 */
export function createCors({ origins }: EffectiveCors): Cors {
  const any = origins.includes('*');
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));
  const headersFor = (origin: string | undefined): Record<string, string> => {
    if (any) return { 'access-control-allow-origin': '*' };
    const known = origin !== undefined && allowed.has(origin.toLowerCase());
    return known ? { 'access-control-allow-origin': origin, vary: 'origin' } : { vary: 'origin' };
  };
  return {
    headersFor(origin) {
      const headers = headersFor(origin);
      if (headers['access-control-allow-origin'] !== undefined) headers['access-control-expose-headers'] = exposed;
      return headers;
    },
    preflight(method, headers) {
      const origin = headerValue(headers, 'origin');
      if (method !== 'OPTIONS' || origin === undefined || headerValue(headers, 'access-control-request-method') === undefined)
        return undefined;
      const answer = headersFor(origin);
      if (answer['access-control-allow-origin'] === undefined) return answer;
      answer['access-control-allow-methods'] = methods;
      // `*` would not cover `authorization`, so the names that the browser asks for are given back.
      const wanted = headerValue(headers, 'access-control-request-headers');
      if (wanted !== undefined && headerNames.test(wanted)) answer['access-control-allow-headers'] = wanted;
      answer['access-control-max-age'] = maxAgeSeconds;
      return answer;
    },
  };
}
