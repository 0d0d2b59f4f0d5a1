import { dataUrl } from '../../data-url.ts';
import type { Block, CacheHint, MediaBlock, TextBlock } from '../../model/block.ts';
import { elementPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, dropped, foreign, unsupported } from '../../warn.ts';
import { encodeCitation } from './annotations.ts';
import { mediaHead, reportDetail } from '../media-head.ts';
import { api, isFamily } from './api.ts';
import type { WireAnnotation, WirePart } from './wire.ts';
import { words } from '../../words.ts';

/** Parts of a user, system or developer message, or of a tool's output. */
export function encodeParts(blocks: readonly Block[], path: string, scope: Scope): WirePart[] {
  const parts: WirePart[] = [];
  for (let i = 0; i < blocks.length; i++) addPart(blocks[i] as Block, elementPath(`${path}.blocks`, i), parts, scope);
  return parts;
}

function addPart(block: Block, path: string, parts: WirePart[], scope: Scope): void {
  switch (block.type) {
    case 'text':
      if (block.citations !== undefined) dropped(scope, `${path}.citations`, 'Only text of the assistant has citations here');
      parts.push(
        block.cache === undefined
          ? { type: 'input_text', text: block.text }
          : { type: 'input_text', text: block.text, prompt_cache_breakpoint: encodeBreakpoint(block.cache, path, scope) },
      );
      return;
    case 'refusal':
      approximated(scope, path, 'A refusal is text outside of assistant messages');
      parts.push({ type: 'input_text', text: block.text });
      return;
    case 'media':
      addMedia(block, path, parts, scope);
      return;
    case 'unknown':
      if (block.api === api) parts.push(block.value as WirePart);
      else foreign(scope, path, block.api);
      return;
    default:
      unsupported(scope, path, block.type);
  }
}

function addMedia(block: MediaBlock, path: string, parts: WirePart[], scope: Scope): void {
  if (block.kind === 'image') {
    const source = imageSource(block, path, scope);
    if (source === undefined) return;
    mediaHead(block, false, path, scope);
    parts.push({
      type: 'input_image',
      detail: block.detail ?? 'auto',
      ...source,
      prompt_cache_breakpoint: encodeBreakpoint(block.cache, path, scope),
    });
    return;
  }
  if (block.kind !== 'document' && block.kind !== 'search-result') {
    unsupported(scope, path, block.kind);
    return;
  }
  if (block.citable) unsupported(scope, `${path}.citable`);
  const begin = parts.length;
  addDocument(block, path, parts, scope);
  if (parts.length === begin) return;
  const head = mediaHead(block, block.source.type === 'base64', path, scope);
  if (head !== undefined) parts.splice(begin, 0, { type: 'input_text', text: head });
}

function imageSource(
  { source, mediaType }: MediaBlock,
  path: string,
  scope: Scope,
): { image_url: string } | { file_id: string } | undefined {
  switch (source.type) {
    case 'base64':
      if (mediaType === undefined) defaulted(scope, `${path}.mediaType`, 'An image without a media type is sent as image/png');
      return { image_url: dataUrl(mediaType ?? 'image/png', source.data) };
    case 'url':
      return { image_url: source.url };
    case 'file':
      if (isFamily(source.api)) return { file_id: source.id };
      foreign(scope, path, source.api);
      return undefined;
    default:
      unsupported(scope, path, `image from ${source.type}`);
      return undefined;
  }
}

function addDocument(block: MediaBlock, path: string, parts: WirePart[], scope: Scope): void {
  const { source, mediaType, name } = block;
  const prompt_cache_breakpoint = encodeBreakpoint(block.cache, path, scope);
  switch (source.type) {
    case 'base64': {
      const type = mediaType ?? 'application/pdf';
      const file_data = dataUrl(type, source.data);
      parts.push({
        type: 'input_file',
        filename: name ?? `document.${extensionOf(type)}`,
        file_data,
        detail: block.detail,
        prompt_cache_breakpoint,
      });
      return;
    }
    case 'url': // OpenAI answers 400 to a filename beside it
      parts.push({ type: 'input_file', file_url: source.url, detail: block.detail, prompt_cache_breakpoint });
      return;
    case 'file':
      if (isFamily(source.api)) parts.push({ type: 'input_file', file_id: source.id, detail: block.detail, prompt_cache_breakpoint });
      else foreign(scope, path, source.api);
      return;
    case 'text':
      reportDetail(block, path, scope);
      approximated(scope, path, 'A document of plain text is a text part');
      parts.push({ type: 'input_text', text: source.text, prompt_cache_breakpoint });
      return;
    case 'blocks':
      reportDetail(block, path, scope);
      approximated(scope, path, 'A document of content blocks is a row of parts');
      for (let i = 0; i < source.blocks.length; i++)
        addPart(source.blocks[i] as Block, elementPath(`${path}.source.blocks`, i), parts, scope);
      return;
    case 's3':
      unsupported(scope, path);
  }
}

/** The name must have an ending that the API knows. */
const extensionOf = (mediaType: string): string => {
  switch (mediaType) {
    case 'text/plain':
      return 'txt';
    case 'text/markdown':
      return 'md';
    case 'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
      return 'docx';
    case 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet':
      return 'xlsx';
    default:
      return mediaType.slice(mediaType.indexOf('/') + 1).replace(/[^a-z0-9].*$/i, '') || 'pdf';
  }
};

/** How long OpenAI keeps a prefix: its own words pass, the wishes of others are met by the caching that it does anyway. */
const ownTimes = words('30m 12h');

function encodeBreakpoint(cache: CacheHint | undefined, path: string, scope: Scope): { mode: 'explicit'; ttl: string } | undefined {
  if (cache === undefined) return undefined;
  if (cache.ttl !== undefined && ownTimes.has(cache.ttl)) return { mode: 'explicit', ttl: cache.ttl };
  approximated(scope, `${path}.cache`, 'OpenAI caches prefixes by itself');
  return undefined;
}

/** A text part of the assistant. */
export function encodeOutputText(block: TextBlock, path: string, scope: Scope): WirePart {
  if (block.signature !== undefined) unsupported(scope, `${path}.signature`);
  if (block.cache !== undefined) approximated(scope, `${path}.cache`, 'OpenAI caches prefixes by itself');
  const annotations: WireAnnotation[] = [];
  for (const citation of block.citations ?? []) {
    const annotation = encodeCitation(citation, 0, block.text.length, path, scope);
    if (annotation !== undefined) annotations.push(annotation);
  }
  return { type: 'output_text', text: block.text, annotations };
}
