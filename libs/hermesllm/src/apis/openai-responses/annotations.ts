import type { Citation } from '../../model/block.ts';
import { isObject, listOf, maybeNumber, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import type { WireAnnotation } from './wire.ts';

/** `url_citation`, `file_citation`, `container_file_citation`, `file_path`, and what may come. */
export function decodeAnnotation(value: unknown): Citation | undefined {
  if (!isObject(value)) return undefined;
  return {
    url: maybeString(value['url']),
    title: maybeString(value['title']) ?? maybeString(value['filename']),
    citedText: undefined,
    start: maybeNumber(value['start_index']),
    end: maybeNumber(value['end_index']),
    native: { api, value },
  };
}

export function decodeAnnotations(value: unknown): Citation[] | undefined {
  let citations: Citation[] | undefined;
  for (const item of listOf(value)) {
    const citation = decodeAnnotation(item);
    if (citation !== undefined) (citations ??= []).push(citation);
  }
  return citations;
}

/**
 * A citation of the text block that stands at `offset` of its content part and is `length` long; undefined, and reported, when it has no
 * URL. A citation without a place of its own covers its block, as Anthropic and Gemini mean it.
 */
export function encodeCitation(citation: Citation, offset: number, length: number, path: string, scope: Scope): WireAnnotation | undefined {
  const { native } = citation;
  if (native?.api === api) return moved(native.value as WireAnnotation, offset);
  if (citation.url === undefined) {
    dropped(scope, `${path}.citations`, 'The Responses API cites URLs and its own files only');
    return undefined;
  }
  if (citation.citedText !== undefined) unsupported(scope, `${path}.citations`, 'the text that is cited');
  if (citation.place !== undefined) unsupported(scope, `${path}.citations`, 'the place in its source');
  return {
    type: 'url_citation',
    start_index: offset + (citation.start ?? 0),
    end_index: offset + (citation.end ?? length),
    url: citation.url,
    title: citation.title ?? '',
  };
}

function moved(annotation: WireAnnotation, offset: number): WireAnnotation {
  const { start_index: start, end_index: end } = annotation;
  if (offset === 0 || typeof start !== 'number' || typeof end !== 'number') return annotation;
  return { ...annotation, start_index: start + offset, end_index: end + offset };
}
