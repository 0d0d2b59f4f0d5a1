import type { Citation } from '../../model/block.ts';
import { isObject, maybeNumber, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import type { WireAnnotation } from './wire.ts';

/**
 * Annotations of a message as citations of its text. Their offsets count from the message's first character; `offset` is where the text
 * begins in it. Undefined when there are none.
 */
export function decodeAnnotations(value: unknown, offset = 0): Citation[] | undefined {
  if (!Array.isArray(value)) return undefined;
  let citations: Citation[] | undefined;
  for (const annotation of value) {
    if (!isObject(annotation)) continue;
    // Perplexity and older OpenRouter answers have the members without the inner object.
    const source = maybeObject(annotation['url_citation']) ?? annotation;
    citations ??= [];
    citations.push({
      url: maybeString(source['url']),
      title: maybeString(source['title']),
      citedText: maybeString(source['content']),
      start: shifted(source['start_index'], -offset),
      end: shifted(source['end_index'], -offset),
      native: { api, value: annotation },
    });
  }
  return citations;
}

function shifted(value: unknown, by: number): number | undefined {
  const index = maybeNumber(value);
  return index === undefined ? undefined : Math.max(0, index + by);
}

/**
 * Citations of a text that begins at `offset` of the message and has `length` characters, added to `out`. A citation without a place is one
 * of the whole text; one without an address has no form here.
 */
export function encodeAnnotations(
  citations: readonly Citation[] | undefined,
  place: { offset: number; length: number; path: string },
  scope: Scope,
  out: WireAnnotation[],
): void {
  if (citations === undefined) return;
  const { offset, length, path } = place;
  for (let i = 0; i < citations.length; i++) {
    const { url, title, citedText, start, end, place: inSource } = citations[i] as Citation;
    if (url === undefined) {
      dropped(scope, `${path}.citations[${i}]`, 'Chat Completions cites web addresses only');
      continue;
    }
    if (citedText !== undefined) unsupported(scope, `${path}.citations[${i}].citedText`);
    if (inSource !== undefined) unsupported(scope, `${path}.citations[${i}].place`);
    const url_citation = { start_index: offset + (start ?? 0), end_index: offset + (end ?? length), title: title ?? '', url };
    out.push({ type: 'url_citation', url_citation });
  }
}
