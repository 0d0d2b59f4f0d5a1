/** An absolute http(s) URL in its parts. */
interface ParsedUrl {
  readonly scheme: 'http' | 'https';
  /** Lower case; IPv6 without brackets. */
  readonly host: string;
  /** The scheme's own when the URL has none. */
  readonly port: number;
  /** Host, with brackets for IPv6, and the port unless it is the scheme's own. */
  readonly authority: string;
  /** As written, without slashes at its end; empty when there is none. */
  readonly path: string;
  /** Without `?`; null when there is none. */
  readonly query: string | null;
}

/** The parts, or what is wrong; the message never repeats the URL, because people put passwords into URLs. */
export type UrlResult =
  | { readonly ok: true; readonly url: ParsedUrl }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/**
 * Reads an absolute http(s) URL. Portable hosts have no `URL`.
 *
 * @example
 * parseHttpUrl('https://llm.example:8443/api/v2/'); // url.authority 'llm.example:8443', url.path '/api/v2'
 */
export function parseHttpUrl(text: string): UrlResult {
  // Spaces and control characters, however they come in, would change the request line.
  if (/[\s\p{Cc}\\]/u.test(text)) return { ok: false, message: 'must not contain spaces, control characters or backslashes' };
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/i.exec(text);
  if (match === null) return { ok: false, message: 'is not a URL', hint: 'write `http://host:port/path` or `https://host/path`' };
  const [, schemeText, authorityText, path, query, fragment] = match;
  const scheme = schemeText!.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') return { ok: false, message: 'must begin with `http://` or `https://`' };
  if (authorityText!.includes('@')) {
    return { ok: false, message: 'must not hold a user or password', hint: 'use `access_key` or `headers` for credentials' };
  }
  if (fragment !== undefined) return { ok: false, message: 'must not have a fragment (`#…`)' };
  const address = parseHostPort(authorityText!);
  if (!address.ok) return address;
  if (/[^\x21-\x7e]/.test(`${path}${query ?? ''}`)) {
    return { ok: false, message: 'has a character beyond ASCII in its path or query', hint: 'write it percent-encoded: `%C3%BC` for `ü`' };
  }
  const ownPort = scheme === 'http' ? 80 : 443;
  const port = address.port ?? ownPort;
  const shown = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    ok: true,
    url: {
      scheme,
      host: address.host,
      port,
      authority: port === ownPort ? shown : `${shown}:${port}`,
      path: path!.replace(/\/+$/, ''),
      query: query === undefined || query === '' ? null : query,
    },
  };
}

/**
 * What is wrong with the URL of a Redis, or null. The password may hold any character but white space, as people write it.
 *
 * @example
 * redisUrlFault('rediss://:p@ss@cache:6380/1'); // null
 */
export function redisUrlFault(text: string): { readonly message: string; readonly hint?: string } | null {
  const match = /^rediss?:\/\/(?:\S*@)?([^@/?#\s]*)(\/[^?#\s]*)?(?:\?[^#\s]*)?$/i.exec(text);
  if (match === null) return { message: 'is not a URL that begins with `redis://` or `rediss://`' };
  const address = parseHostPort(match[1]!);
  if (!address.ok) return address;
  return /^\/?\d*$/.test(match[2] ?? '')
    ? null
    : { message: 'has a database that is not a number', hint: 'such as `redis://cache:6379/1`' };
}

/** Host and port of an address, or what is wrong with it. */
export type HostPortResult =
  | { readonly ok: true; readonly host: string; readonly port: number | null }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/**
 * Reads `host`, `host:port`, `[ipv6]` or `[ipv6]:port`.
 *
 * @example
 * parseHostPort('[::1]:8080'); // { ok: true, host: '::1', port: 8080 }
 */
export function parseHostPort(text: string): HostPortResult {
  if (text.includes('://')) return { ok: false, message: 'must be `host` or `host:port`, not a URL' };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text);
  if (match === null) {
    const colons = text.split(':').length - 1;
    return colons > 1 && !text.includes('[')
      ? { ok: false, message: 'has more than one colon', hint: 'write IPv6 addresses in brackets: `[::1]:8080`' }
      : { ok: false, message: 'is not a `host` or `host:port`' };
  }
  const [, ipv6, name, portText] = match;
  const host = (ipv6 ?? name!).toLowerCase();
  if (!isHost(host)) {
    return host === ''
      ? { ok: false, message: 'has no host' }
      : { ok: false, message: 'has characters in its host that no host name has', hint: 'write international names in their `xn--` form' };
  }
  if (portText === undefined) return { ok: true, host, port: null };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) return { ok: false, message: 'has a port that is not between 1 and 65535' };
  return { ok: true, host, port };
}

/** Whether the text is a host name, an IPv4 address or an IPv6 address without brackets. */
export function isHost(text: string): boolean {
  if (text.includes(':')) return /^(?=[^:]*:[^:]*:)[0-9a-f:.]{2,45}(%[\w.-]{1,32})?$/i.test(text);
  return text.length <= 253 && /^[\w-]+(\.[\w-]+)*\.?$/.test(text);
}
