import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, Citation, MediaSource, TextBlock, ToolCallBlock, ToolResultBlock } from '../../model/block.ts';
import { mediaBlock, reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { openSignature } from '../../model/signature.ts';
import {
  asArray,
  asObject,
  elementPath,
  memberPath,
  optionalArray,
  optionalBoolean,
  optionalObject,
  optionalString,
  requiredString,
} from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, reportUnknown } from '../../warn.ts';
import { api } from './api.ts';
import { decodeCacheControl } from './cache-control.ts';
import { decodeCitations } from './citations.ts';
import { carriedSignature, signPrevious } from './signature-carrier.ts';

const textMembers: ReadonlySet<string> = new Set(['type', 'text', 'cache_control', 'citations']);
const imageMembers: ReadonlySet<string> = new Set(['type', 'source', 'cache_control']);
const sourceMembers: ReadonlySet<string> = new Set(['type', 'media_type', 'data', 'url', 'file_id', 'content']);
const documentMembers: ReadonlySet<string> = new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control']);
const toolUseMembers: ReadonlySet<string> = new Set(['type', 'id', 'name', 'input', 'cache_control', 'caller']);
const toolResultMembers: ReadonlySet<string> = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']);
const thinkingMembers: ReadonlySet<string> = new Set(['type', 'thinking', 'signature']);
const redactedMembers: ReadonlySet<string> = new Set(['type', 'data']);

/** Content as clients write it: text, or a list of blocks. */
export function decodeContent(content: unknown, path: string, scope: Scope): Block[] {
  if (typeof content === 'string') return [textBlock(content)];
  if (content !== undefined && content !== null && !Array.isArray(content)) throw invalidRequest(path, 'expected a string or an array');
  const list = asArray(content ?? undefined, path);
  const blocks: Block[] = [];
  for (let i = 0; i < list.length; i++) {
    const here = elementPath(path, i);
    const wire = asObject(list[i], here);
    const signature = wire['type'] === 'redacted_thinking' && typeof wire['data'] === 'string' ? carriedSignature(wire['data']) : undefined;
    if (signature === undefined) blocks.push(decodeBlock(wire, here, scope));
    else if (!signPrevious(blocks[blocks.length - 1], signature))
      dropped(scope, here, 'The tool call that this signature belongs to is gone');
  }
  return blocks;
}

function decodeBlock(wire: JsonObject, path: string, scope: Scope): Block {
  switch (requiredString(wire, 'type', path)) {
    case 'text':
      return decodeText(wire, path, scope);
    case 'image':
      return decodeImage(wire, path, scope);
    case 'document':
      return decodeDocument(wire, path, scope);
    case 'tool_use':
      return decodeToolUse(wire, path, scope);
    case 'tool_result':
      return decodeToolResult(wire, path, scope);
    case 'thinking': {
      reportUnknown(wire, thinkingMembers, path, scope);
      // Clients return the empty signature that an answer of an upstream without signatures had.
      const signature = optionalString(wire, 'signature', path) ?? '';
      return reasoningBlock(requiredString(wire, 'thinking', path), signature === '' ? undefined : openSignature(signature, api));
    }
    case 'redacted_thinking':
      reportUnknown(wire, redactedMembers, path, scope);
      return reasoningBlock('', undefined, openSignature(requiredString(wire, 'data', path), api));
    default:
      return unknownBlock(api, wire);
  }
}

function decodeText(wire: JsonObject, path: string, scope: Scope): TextBlock {
  reportUnknown(wire, textMembers, path, scope);
  return textBlock(requiredString(wire, 'text', path), decodeCacheControl(wire, path, scope), readCitations(wire, path));
}

function readCitations(wire: JsonObject, path: string): Citation[] | undefined {
  return wire['citations'] === undefined ? undefined : decodeCitations(optionalArray(wire, 'citations', path));
}

function decodeToolUse(wire: JsonObject, path: string, scope: Scope): ToolCallBlock {
  reportUnknown(wire, toolUseMembers, path, scope);
  const caller = optionalObject(wire, 'caller', path);
  if (caller !== undefined && caller['type'] !== 'direct')
    dropped(scope, memberPath(path, 'caller'), 'Only the Messages API has this member');
  const input = wire['input'] === undefined || wire['input'] === null ? '{}' : JSON.stringify(wire['input']);
  const cache = decodeCacheControl(wire, path, scope);
  return toolCallBlock(requiredString(wire, 'id', path), requiredString(wire, 'name', path), input, false, undefined, cache);
}

function decodeToolResult(wire: JsonObject, path: string, scope: Scope): ToolResultBlock {
  reportUnknown(wire, toolResultMembers, path, scope);
  const { content } = wire;
  const blocks = content === undefined || content === null ? [] : decodeContent(content, memberPath(path, 'content'), scope);
  const isError = optionalBoolean(wire, 'is_error', path) === true;
  return toolResultBlock(
    requiredString(wire, 'tool_use_id', path),
    blocks,
    isError,
    undefined,
    false,
    decodeCacheControl(wire, path, scope),
  );
}

function decodeImage(wire: JsonObject, path: string, scope: Scope): Block {
  const source = asObject(wire['source'], memberPath(path, 'source'));
  const media = decodeSource(source, memberPath(path, 'source'), scope);
  if (media === undefined) return unknownBlock(api, wire);
  reportUnknown(wire, imageMembers, path, scope);
  return mediaBlock('image', media, { mediaType: mediaTypeOf(source), cache: decodeCacheControl(wire, path, scope) });
}

function decodeDocument(wire: JsonObject, path: string, scope: Scope): Block {
  const source = asObject(wire['source'], memberPath(path, 'source'));
  const media = decodeSource(source, memberPath(path, 'source'), scope);
  if (media === undefined) return unknownBlock(api, wire);
  reportUnknown(wire, documentMembers, path, scope);
  const citations = optionalObject(wire, 'citations', path);
  return mediaBlock('document', media, {
    mediaType: mediaTypeOf(source),
    name: optionalString(wire, 'title', path),
    context: optionalString(wire, 'context', path),
    citable: citations === undefined ? undefined : optionalBoolean(citations, 'enabled', memberPath(path, 'citations')),
    cache: decodeCacheControl(wire, path, scope),
  });
}

const mediaTypeOf = (source: JsonObject): string | undefined =>
  typeof source['media_type'] === 'string' ? source['media_type'] : undefined;

/** Undefined for a source of a kind that is not known here. */
function decodeSource(source: JsonObject, path: string, scope: Scope): MediaSource | undefined {
  reportUnknown(source, sourceMembers, path, scope);
  switch (requiredString(source, 'type', path)) {
    case 'base64':
      requiredString(source, 'media_type', path);
      return { type: 'base64', data: requiredString(source, 'data', path) };
    case 'url':
      return { type: 'url', url: requiredString(source, 'url', path) };
    case 'file':
      return { type: 'file', id: requiredString(source, 'file_id', path), api };
    case 'text':
      return { type: 'text', text: requiredString(source, 'data', path) };
    case 'content':
      return { type: 'blocks', blocks: decodeContent(source['content'], memberPath(path, 'content'), scope) };
    default:
      return undefined;
  }
}
