import { decodeBase64 } from '../../framing/base64.ts';
import { decodeUtf8 } from '../../framing/utf8.ts';
import type { Block, CacheHint, Citation, MediaBlock, ReasoningBlock, TextBlock, ToolResultBlock } from '../../model/block.ts';
import { elementPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, defaulted, dropped, foreign, unsupported } from '../../warn.ts';
import { describeMedia, mediaHead, reportDetail } from '../media-head.ts';
import { toolInput } from '../tool-input.ts';
import { isVisibleText } from '../visible-text.ts';
import { words } from '../../words.ts';
import { api } from './api.ts';
import { encodeCacheControl } from './cache-control.ts';
import { nativeCitation } from './citations.ts';
import { toolUseId } from './tool-use.ts';
import type { WireBlock } from './wire.ts';

/** Writes blocks for an upstream; what it refuses (empty text, foreign signatures, audio …) is left out, and reported unless it is empty. */
function encodeBlocks(blocks: readonly Block[], path: string, scope: Scope, out: WireBlock[]): WireBlock[] {
  for (let i = 0; i < blocks.length; i++) encodeBlock(blocks[i] as Block, elementPath(path, i), scope, out);
  return out;
}

export function encodeBlock(block: Block, path: string, scope: Scope, out: WireBlock[]): void {
  switch (block.type) {
    case 'text':
      pushText(block, path, scope, out);
      break;
    case 'refusal':
      pushPlainText(block.text, path, scope, out);
      break;
    case 'reasoning':
      pushReasoning(block, path, scope, out);
      break;
    case 'media':
      pushMedia(block, path, scope, out);
      break;
    case 'tool-call': {
      if (block.signature !== undefined) reportSignature(`${path}.signature`, scope);
      const id = toolUseId(block.id);
      if (id !== block.id) approximated(scope, `${path}.id`, 'Anthropic refuses its characters; the call and its result got another one');
      const input = toolInput(block, path, scope);
      out.push(cached({ type: 'tool_use', id, name: block.name, input }, block, path, scope));
      break;
    }
    case 'tool-result':
      out.push(encodeToolResult(block, path, scope));
      break;
    case 'unknown':
      if (block.api === api) out.push(block.value as WireBlock);
      else foreign(scope, path, block.api);
      break;
  }
}

function pushText(block: TextBlock, path: string, scope: Scope, out: WireBlock[]): void {
  if (isBlank(block.text, path, scope)) return;
  if (block.signature !== undefined) reportSignature(`${path}.signature`, scope);
  const wire = cached({ type: 'text', text: block.text }, block, path, scope);
  if (block.citations !== undefined) wire['citations'] = upstreamCitations(block.citations, path, scope);
  out.push(wire);
}

/** Most blocks are not the end of what shall be cached, and members that are undefined cost as much as others to write. */
function cached(wire: WireBlock, { cache }: { cache: CacheHint | undefined }, path: string, scope: Scope): WireBlock {
  if (cache !== undefined) wire['cache_control'] = encodeCacheControl(cache, path, scope);
  return wire;
}

function pushPlainText(text: string, path: string, scope: Scope, out: WireBlock[]): void {
  if (!isBlank(text, path, scope)) out.push({ type: 'text', text });
}

/** Anthropic refuses text without a visible character. */
function isBlank(text: string, path: string, scope: Scope): boolean {
  if (isVisibleText(text)) return false;
  if (text !== '') dropped(scope, path, 'Anthropic refuses text that is only white space');
  return true;
}

/** Citations have proofs in them that only Anthropic can make. */
function upstreamCitations(citations: readonly Citation[], path: string, scope: Scope): WireBlock[] | undefined {
  const out: WireBlock[] = [];
  for (const citation of citations) {
    const wire = nativeCitation(citation);
    if (wire !== undefined) out.push(wire);
  }
  if (out.length < citations.length) dropped(scope, `${path}.citations`, 'Anthropic accepts only its own citations');
  return out.length === 0 ? undefined : out;
}

const reportSignature = (path: string, scope: Scope): void =>
  dropped(scope, path, 'The signature is of another vendor, or of a block that has none here');

/** Thinking goes back with Anthropic's own signature or not at all. */
function pushReasoning({ text, signature, redacted }: ReasoningBlock, path: string, scope: Scope, out: WireBlock[]): void {
  let sent = false;
  if (signature?.origin === api) {
    out.push({ type: 'thinking', thinking: text, signature: signature.data });
    sent = true;
  }
  if (redacted?.origin === api) {
    out.push({ type: 'redacted_thinking', data: redacted.data });
    sent = true;
  }
  if (!sent && (text !== '' || signature !== undefined || redacted !== undefined)) {
    dropped(scope, path, "Anthropic refuses thinking without its own model's signature");
  }
}

function encodeToolResult(block: ToolResultBlock, path: string, scope: Scope): WireBlock {
  const content = encodeBlocks(block.blocks, `${path}.blocks`, scope, []);
  const wire: WireBlock = { type: 'tool_result', tool_use_id: toolUseId(block.id) };
  if (content.length > 0) wire['content'] = plainText(content);
  if (block.isError) wire['is_error'] = true;
  return cached(wire, block, path, scope);
}

/** The short form of content that is one text and nothing else. */
export function plainText(content: WireBlock[]): string | WireBlock[] {
  const first = content[0];
  return content.length === 1 && first?.type === 'text' && first['cache_control'] === undefined && first['citations'] === undefined
    ? (first['text'] as string)
    : content;
}

function pushMedia(block: MediaBlock, path: string, scope: Scope, out: WireBlock[]): void {
  const found = block.kind === 'search-result';
  if (block.kind !== 'image' && block.kind !== 'document' && !found) {
    unsupported(scope, path, block.kind);
    return;
  }
  const source = block.kind === 'image' ? imageSource(block, path, scope) : documentSource(block, path, scope);
  if (source === undefined) {
    unsupported(scope, `${path}.source`, describeMedia(block));
    return;
  }
  reportDetail(block, path, scope);
  const cache_control = encodeCacheControl(block.cache, path, scope);
  if (block.kind === 'image') {
    mediaHead(block, false, path, scope);
    out.push({ type: 'image', source, cache_control });
    return;
  }
  const citations = block.citable === undefined ? undefined : { enabled: block.citable };
  if (found) {
    const { name: title = '', context: from = '' } = block;
    out.push({ type: 'search_result', source: from, title, content: source['content'], citations, cache_control });
  } else out.push({ type: 'document', source, title: block.name, context: block.context, citations, cache_control });
}

const imageTypes = words('image/jpeg image/png image/gif image/webp');

function imageSource({ source, mediaType }: MediaBlock, path: string, scope: Scope): WireBlock | undefined {
  switch (source.type) {
    case 'base64':
      if (mediaType === undefined) defaulted(scope, `${path}.mediaType`, 'Sent as image/jpeg');
      else if (!imageTypes.has(mediaType)) return undefined;
      return { type: 'base64', media_type: mediaType ?? 'image/jpeg', data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      return source.api === api ? { type: 'file', file_id: source.id } : undefined;
    default:
      return undefined;
  }
}

function documentSource({ source, mediaType }: MediaBlock, path: string, scope: Scope): WireBlock | undefined {
  switch (source.type) {
    case 'base64':
      if (mediaType !== undefined && mediaType !== 'application/pdf') return plainSource(source.data, mediaType, path, scope);
      if (mediaType === undefined) defaulted(scope, `${path}.mediaType`, 'Sent as application/pdf');
      return { type: 'base64', media_type: 'application/pdf', data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      return source.api === api ? { type: 'file', file_id: source.id } : undefined;
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text };
    case 'blocks':
      return { type: 'content', content: encodeBlocks(source.blocks, `${path}.source.blocks`, scope, []) };
    case 's3':
      return undefined;
  }
}

/** Text of whatever kind is sent as plain text; other files Anthropic does not read. */
function plainSource(data: string, mediaType: string, path: string, scope: Scope): WireBlock | undefined {
  const bytes = textType.test(mediaType) ? decodeBase64(data) : undefined;
  if (bytes === undefined) return undefined;
  if (!mediaType.startsWith('text/plain')) approximated(scope, `${path}.mediaType`, 'Sent as text/plain');
  return { type: 'text', media_type: 'text/plain', data: decodeUtf8(bytes) };
}

const textType = /^(?:text\/|application\/(?:json|xml|yaml)\b)/;
