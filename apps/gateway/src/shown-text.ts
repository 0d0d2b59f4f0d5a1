import type { RequestHead } from '@plano/common';
import { headerNames, headerValue, maskSecrets, ownText } from '@plano/common';

const rememberedTexts = 512;
const longestText = 256;

/** A path without its query, which may carry keys (`?key=`) and is never told. */
export function pathPart(path: string): string {
  const query = path.indexOf('?');
  return query === -1 ? path : path.slice(0, query);
}

/** A text of any length as it may be told: cut, without secrets, without line breaks. */
export const masked = (text: string): string =>
  maskSecrets(text.slice(0, longestText)).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '�');

/** What `createShow` makes. */
export type Show = (text: string) => string;

/**
 * A client's text on a line of a log: without secrets, without line breaks, not too long. Most are always the same few, so short ones are remembered,
 * as texts of their own: a part of a request would keep all of it in memory.
 */
export function createShow(): Show {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > longestText) return masked(text);
    let shown = known.get(text);
    if (shown === undefined) {
      shown = masked(text);
      if (known.size >= rememberedTexts) known.clear();
      known.set(ownText(text), ownText(shown));
    }
    return shown;
  };
}

const ownId = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;

/** An id that the gateway made holds no secret; each is new, so none is remembered. */
export function idOf({ headers }: RequestHead): string | undefined {
  const id = headerValue(headers, headerNames.requestId);
  return id === undefined || ownId.test(id) ? id : masked(id);
}
