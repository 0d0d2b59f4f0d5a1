import type { Citation } from '../../model/block.ts';
import { isObject, maybeString } from '../../read.ts';
import { api } from './api.ts';
import type { WireBlock } from './wire.ts';

/**
 * A citation of a text block. Anthropic's offsets (characters, pages, blocks) count within the cited document, not within the
 * answer, so only the native form has them.
 */
export function decodeCitation(wire: unknown): Citation | undefined {
  if (!isObject(wire)) return undefined;
  return {
    url: maybeString(wire['type'] === 'search_result_location' ? wire['source'] : wire['url']),
    title: maybeString(wire['title'] ?? wire['document_title']),
    citedText: maybeString(wire['cited_text']),
    start: undefined,
    end: undefined,
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

/** For a client: web sources of other APIs have a form too, though without the index that only Anthropic can read. */
export function encodeCitation(citation: Citation): WireBlock | undefined {
  const native = nativeCitation(citation);
  if (native !== undefined || citation.url === undefined) return native;
  return {
    type: 'web_search_result_location',
    url: citation.url,
    title: citation.title ?? null,
    cited_text: citation.citedText ?? '',
    encrypted_index: '',
  };
}
