import { dataUrl } from '../../data-url.ts';
import type { Block, CacheHint, MediaBlock, TextBlock } from '../../model/block.ts';
import { elementPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { encodeCitation } from './annotations.ts';
import { api, isFamily, report } from './report.ts';
import type { WireAnnotation, WirePart } from './wire.ts';

/** Parts of a user, system or developer message, or of a tool's output. */
export function encodeParts(blocks: readonly Block[], path: string, scope: Scope): WirePart[] {
  const parts: WirePart[] = [];
  for (let i = 0; i < blocks.length; i++) addPart(blocks[i] as Block, elementPath(`${path}.blocks`, i), parts, scope);
  return parts;
}

function addPart(block: Block, path: string, parts: WirePart[], scope: Scope): void {
  switch (block.type) {
    case 'text':
      if (block.citations !== undefined) report(scope, 'dropped', `${path}.citations`, 'Only text of the assistant has citations here');
      parts.push(
        block.cache === undefined
          ? { type: 'input_text', text: block.text }
          : { type: 'input_text', text: block.text, prompt_cache_breakpoint: encodeBreakpoint(block.cache, path, scope) },
      );
      return;
    case 'refusal':
      report(scope, 'approximated', path, 'A refusal is text outside of assistant messages');
      parts.push({ type: 'input_text', text: block.text });
      return;
    case 'media':
      addMedia(block, path, parts, scope);
      return;
    case 'unknown':
      if (block.api === api) parts.push(block.value as WirePart);
      else report(scope, 'dropped', path, `Only ${block.api} has this block`);
      return;
    default:
      report(scope, 'dropped', path, `A block of type ${block.type} has no place in this message`);
  }
}

function addMedia(block: MediaBlock, path: string, parts: WirePart[], scope: Scope): void {
  if (block.kind === 'image') {
    const source = imageSource(block, path, scope);
    if (source === undefined) return;
    parts.push({
      type: 'input_image',
      detail: block.detail ?? 'auto',
      ...source,
      prompt_cache_breakpoint: encodeBreakpoint(block.cache, path, scope),
    });
    return;
  }
  if (block.kind !== 'document') {
    report(scope, 'dropped', path, `The Responses API takes no ${block.kind}`);
    return;
  }
  if (block.citable) report(scope, 'dropped', `${path}.citable`, 'The model cannot be asked to cite from a file');
  if (block.context !== undefined) {
    report(scope, 'approximated', `${path}.context`, 'The context of a document is text before it');
    parts.push({ type: 'input_text', text: block.context });
  }
  addDocument(block, path, parts, scope);
}

function imageSource(
  { source, mediaType }: MediaBlock,
  path: string,
  scope: Scope,
): { image_url: string } | { file_id: string } | undefined {
  switch (source.type) {
    case 'base64':
      if (mediaType === undefined) report(scope, 'defaulted', `${path}.mediaType`, 'An image without a media type is sent as image/png');
      return { image_url: dataUrl(mediaType ?? 'image/png', source.data) };
    case 'url':
      return { image_url: source.url };
    case 'file':
      if (isFamily(source.api)) return { file_id: source.id };
      report(scope, 'dropped', path, `The file is stored at ${source.api}`);
      return undefined;
    default:
      report(scope, 'dropped', path, `The Responses API takes no image from a source of type ${source.type}`);
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
    case 'url':
      parts.push({ type: 'input_file', filename: name, file_url: source.url, detail: block.detail, prompt_cache_breakpoint });
      return;
    case 'file':
      if (isFamily(source.api)) parts.push({ type: 'input_file', file_id: source.id, detail: block.detail, prompt_cache_breakpoint });
      else report(scope, 'dropped', path, `The file is stored at ${source.api}`);
      return;
    case 'text':
      report(scope, 'approximated', path, 'A document of plain text is a text part');
      parts.push({ type: 'input_text', text: source.text, prompt_cache_breakpoint });
      return;
    case 'blocks':
      report(scope, 'approximated', path, 'A document of content blocks is a row of parts');
      for (let i = 0; i < source.blocks.length; i++)
        addPart(source.blocks[i] as Block, elementPath(`${path}.source.blocks`, i), parts, scope);
      return;
    case 's3':
      report(scope, 'dropped', path, 'The Responses API cannot read from S3');
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
const ownTimes: ReadonlySet<string> = new Set(['30m', '12h']);

function encodeBreakpoint(cache: CacheHint | undefined, path: string, scope: Scope): { mode: 'explicit'; ttl: string } | undefined {
  if (cache === undefined) return undefined;
  if (cache.ttl !== undefined && ownTimes.has(cache.ttl)) return { mode: 'explicit', ttl: cache.ttl };
  report(scope, 'approximated', `${path}.cache`, 'OpenAI caches prefixes by itself');
  return undefined;
}

/** A text part of the assistant. */
export function encodeOutputText(block: TextBlock, path: string, scope: Scope): WirePart {
  if (block.signature !== undefined) report(scope, 'dropped', `${path}.signature`, 'Text has no signature in the Responses API');
  if (block.cache !== undefined) report(scope, 'approximated', `${path}.cache`, 'OpenAI caches prefixes by itself');
  const annotations: WireAnnotation[] = [];
  for (const citation of block.citations ?? []) {
    const annotation = encodeCitation(citation, 0, block.text.length, path, scope);
    if (annotation !== undefined) annotations.push(annotation);
  }
  return { type: 'output_text', text: block.text, annotations };
}
