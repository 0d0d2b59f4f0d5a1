import type { JsonObject } from '../../codec.ts';
import type { Citation, CitedPlace } from '../../model/block.ts';
import { isObject, listOf, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';
import { citedPlace, reportPlace } from '../citation-place.ts';
import { api } from './api.ts';
import type { WireBlock } from './wire.ts';

const places = [
  ['characters', 'documentChar', 'documentIndex'],
  ['pages', 'documentPage', 'documentIndex'],
  ['blocks', 'documentChunk', 'documentIndex'],
  ['search-result', 'searchResultLocation', 'searchResultIndex'],
] as const;

function decodePlace(location: JsonObject | undefined): CitedPlace | undefined {
  for (const [of, member, index] of places) {
    const wire = maybeObject(location?.[member]);
    if (wire !== undefined) return citedPlace(of, wire[index], wire['start'], wire['end']);
  }
  return undefined;
}

function encodePlace({ of, index, start, end }: CitedPlace): WireBlock | undefined {
  const row = places.find(([known]) => known === of);
  return row && { [row[1]]: { [row[2]]: index, start, end } };
}

/**
 * A citation of `citationsContent`, or of a stream's `citation` delta. The offsets of Converse count within the cited source, not within
 * the answer.
 */
export function decodeCitation(wire: unknown): Citation | undefined {
  if (!isObject(wire)) return undefined;
  const location = maybeObject(wire['location']);
  const web = maybeObject(location?.['web']);
  const place = decodePlace(location);
  const quoted = textOf(wire['sourceContent']);
  return {
    url: maybeString(web?.['url']) ?? (place?.of === 'search-result' ? maybeString(wire['source']) : webAddress(wire['source'])),
    title: maybeString(wire['title']),
    citedText: quoted === '' ? undefined : quoted,
    start: undefined,
    end: undefined,
    place,
    native: { api, value: wire },
  };
}

/** A search result's `source` is an address or any other name. */
const webAddress = (source: unknown): string | undefined =>
  typeof source === 'string' && (source.startsWith('https://') || source.startsWith('http://')) ? source : undefined;

/** Undefined for an empty list: a text without citations. */
export function decodeCitations(list: unknown): Citation[] | undefined {
  const citations: Citation[] = [];
  for (const item of listOf(list)) {
    const citation = decodeCitation(item);
    if (citation !== undefined) citations.push(citation);
  }
  return citations.length === 0 ? undefined : citations;
}

/** The texts of `[{ text }]`, one after another. */
export function textOf(list: unknown): string {
  let text = '';
  for (const item of listOf(list)) if (isObject(item) && typeof item['text'] === 'string') text += item['text'];
  return text;
}

/** The citation as Converse wrote it. */
export const nativeCitation = (citation: Citation): WireBlock | undefined =>
  citation.native?.api === api ? (citation.native.value as WireBlock & JsonObject) : undefined;

/** For a client: sources of other APIs have a form too. `length`: of the text that is cited from. */
export function encodeCitation(citation: Citation, length: number, path: string, scope: Scope): WireBlock {
  const native = nativeCitation(citation);
  if (native !== undefined) return native;
  const { url, title, citedText, place } = citation;
  reportPlace(citation, length, path, scope);
  const location = place === undefined ? url && { web: { url } } : encodePlace(place);
  if (location === undefined) unsupported(scope, `${path}.citations`, 'the place in its source');
  return {
    title,
    source: place?.of === 'search-result' ? url : undefined,
    sourceContent: citedText === undefined ? undefined : [{ text: citedText }],
    location,
  };
}
