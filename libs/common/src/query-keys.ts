/** What the query of a path has of a listener's keys. */
export interface QueryKeys {
  /** The path without them. */
  readonly path: string;
  /** Whether there is any key at all. */
  readonly presented: boolean;
}

/**
 * Takes the keys of a listener out of a query, where Gemini's clients may write theirs (`?key=`): what is left there may be a provider's key.
 *
 * @param path - request target
 * @param isKey - whether a value is one of the listener's keys
 * @example
 * takeQueryKeys('/v1beta/models/g:generateContent?key=k&alt=sse', (value) => value === 'k').path; // '/v1beta/models/g:generateContent?alt=sse'
 */
export function takeQueryKeys(path: string, isKey: (value: string) => boolean): QueryKeys {
  const at = path.indexOf('?');
  if (at === -1 || !path.includes('key=', at)) return { path, presented: false };
  let presented = false;
  let found = false;
  const kept = path
    .slice(at + 1)
    .split('&')
    .filter((parameter) => {
      if (!parameter.startsWith('key=')) return true;
      presented = true;
      const matches = isKey(decode(parameter.slice('key='.length)));
      found ||= matches;
      return !matches;
    });
  if (!found) return { path, presented };
  return { path: kept.length === 0 ? path.slice(0, at) : `${path.slice(0, at)}?${kept.join('&')}`, presented };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
