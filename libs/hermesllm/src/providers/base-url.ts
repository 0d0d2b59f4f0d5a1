import { invalidRequest } from '../hermes-error.ts';

/** A base URL in its parts. `path` has a leading and no trailing slash, or is empty; `query` comes without its `?`. */
export interface BaseUrl {
  /** Scheme and authority, for example `https://api.openai.com`. */
  origin: string;
  /** Lower-case, without port. */
  host: string;
  path: string;
  query: string;
}

const form = /^(https?:\/\/)(([^/?#@\s]+?)(?::\d+)?)(\/[^?#\s]*)?(?:\?([^#\s]*))?$/i;

/** A path with one leading slash and none at its end; empty when nothing is left. */
export function trimPath(path: string): string {
  let start = 0;
  let end = path.length;
  while (start < end && path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return start === end ? '' : `/${path.slice(start, end)}`;
}

/**
 * Splits a base URL. Portable hosts have no `URL`, and only these parts are needed.
 *
 * @throws HermesError (400) for anything but `http(s)://host[:port][/path][?query]`, user names included; the text never repeats the value.
 * @example
 * parseBaseUrl('https://api.groq.com/openai/v1/').path // '/openai/v1'
 */
export function parseBaseUrl(baseUrl: string): BaseUrl {
  const parts = form.exec(baseUrl.trim());
  if (parts === null) throw invalidRequest('base_url', 'expected http(s)://host[:port][/path] without a user name');
  const [, scheme = '', authority = '', host = '', path = '', query = ''] = parts;
  return { origin: scheme.toLowerCase() + authority, host: host.toLowerCase(), path: trimPath(path), query };
}
