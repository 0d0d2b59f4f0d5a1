import type { JsonObject } from '../../codec.ts';
import type { Citation, CitedPlace } from '../../model/block.ts';
import { citedPlace } from '../citation-place.ts';
import { isObject, maybeString } from '../../read.ts';
import { api } from './api.ts';
import type { WireBlock } from './wire.ts';

const places = [
  ['characters', 'char_location', 'document_index', 'start_char_index', 'end_char_index'],
  ['pages', 'page_location', 'document_index', 'start_page_number', 'end_page_number'],
  ['blocks', 'content_block_location', 'document_index', 'start_block_index', 'end_block_index'],
  ['search-result', 'search_result_location', 'search_result_index', 'start_block_index', 'end_block_index'],
] as const;

function decodePlace(wire: JsonObject): CitedPlace | undefined {
  const row = places.find(([, type]) => type === wire['type']);
  if (row === undefined) return undefined;
  const [of, , index, start, end] = row;
  return citedPlace(of, wire[index], wire[start], wire[end]);
}

/** A citation of a text block. Anthropic's offsets (characters, pages, blocks) count within the cited document, not within the answer. */
export function decodeCitation(wire: unknown): Citation | undefined {
  if (!isObject(wire)) return undefined;
  return {
    url: maybeString(wire['type'] === 'search_result_location' ? wire['source'] : wire['url']),
    title: maybeString(wire['title'] ?? wire['document_title']),
    citedText: maybeString(wire['cited_text']),
    start: undefined,
    end: undefined,
    place: decodePlace(wire),
    native: { api, value: wire },
  };
}

/** Undefined for an empty list: a text without citations. */
export function decodeCitations(list: unknown): Citation[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const citations: Citation[] = [];
  for (const item of list) {
    const citation = decodeCitation(item);
    if (citation !== undefined) citations.push(citation);
  }
  return citations.length === 0 ? undefined : citations;
}

/** The citation as Anthropic wrote it. */
export const nativeCitation = (citation: Citation): WireBlock | undefined =>
  citation.native?.api === api ? (citation.native.value as WireBlock) : undefined;

/** For a client: Bedrock's places have a form, and so have web sources, though without the index that only Anthropic can read. */
export function encodeCitation(citation: Citation): WireBlock | undefined {
  const native = nativeCitation(citation);
  if (native !== undefined) return native;
  const { url, title = null, citedText: cited_text = '', place } = citation;
  const row = place === undefined ? undefined : places.find(([of]) => of === place.of);
  if (row !== undefined && place !== undefined) {
    const [of, type, index, start, end] = row;
    const named = of === 'search-result' ? { source: url ?? '', title } : { document_title: title, file_id: null };
    return { type, cited_text, ...named, [index]: place.index, [start]: place.start, [end]: place.end };
  }
  return url === undefined ? undefined : { type: 'web_search_result_location', url, title, cited_text, encrypted_index: '' };
}
