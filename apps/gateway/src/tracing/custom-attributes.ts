import type { EffectiveTracing, HttpHeaders } from '@plano/common';
import { headerValue, isCredentialHeader } from '@plano/common';
import { masked } from '../shown-text.ts';
import type { SpanAttributes } from './span.ts';

/** Adds the attributes that a configuration wants for a request with these headers. */
export type CustomAttributes = (attributes: SpanAttributes, headers: HttpHeaders) => void;

const ascii = /^[\u0020-\u007e]+$/;
const cookies: ReadonlySet<string> = new Set(['cookie', 'cookie2']);

/**
 * What `tracing.span_attributes` asks for: the static ones, then each header that begins with one of the prefixes. With the prefix `x-acme-`,
 * `x-acme-user-id` becomes `user.id`. A header wins over a static attribute. Credentials and cookies never become one, and what looks like a secret is
 * masked.
 */
export function customAttributes({ headerPrefixes, static: fixed }: EffectiveTracing['spanAttributes'] = none): CustomAttributes {
  const statics = Object.entries(fixed);
  if (statics.length === 0 && headerPrefixes.length === 0) return () => {};
  return (attributes, headers) => {
    for (const [key, value] of statics) attributes[key] = value;
    if (headerPrefixes.length === 0) return;
    for (const name in headers) {
      const key = keyOf(name, headerPrefixes);
      if (key === '' || isCredentialHeader(name) || cookies.has(name)) continue;
      const value = headerValue(headers, name)?.trim();
      if (value !== undefined && ascii.test(value)) attributes[key] = masked(value);
    }
  };
}

const none: EffectiveTracing['spanAttributes'] = { headerPrefixes: [], static: {} };

/** By the first prefix that fits; empty when none does. */
function keyOf(name: string, prefixes: readonly string[]): string {
  for (const prefix of prefixes) {
    if (name.startsWith(prefix)) return name.slice(prefix.length).replace(/^-+/, '').replaceAll('-', '.');
  }
  return '';
}
