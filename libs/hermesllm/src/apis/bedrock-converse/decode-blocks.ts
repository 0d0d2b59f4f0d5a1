import type { Block } from '../../model/block.ts';
import { reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { dropped } from '../../warn.ts';
import { decodeCachePoint, markPrevious } from './cache-point.ts';
import { decodeCitations, textOf } from './citations.ts';
import { jsonText } from '../tool-input.ts';
import { decodeMedia, decodeSearchResult } from './decode-media.ts';
import { api } from './api.ts';
import { carriedSignature, openRedacted, openText, signPrevious } from './signatures.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import {
  has,
  onlyKnown,
  pathAt,
  pathOf,
  readItem,
  readObject,
  readString,
  requireList,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';

const toolUseMembers = words('toolUseId name input');
const toolResultMembers = words('toolUseId content status');
const reasoningMembers = words('reasoningText redactedContent');
const reasoningTextMembers = words('text signature');
const citedMembers = words('content citations');
const searchResultMembers = words('source title content citations');
const guardMembers = words('text image');
const guardTextMembers = words('text');

/** The blocks of a message, a system prompt or a tool result. A cache point becomes a hint on the block before it. */
export function decodeBlocks(holder: Fields, key: string): Block[] {
  const list = requireList(holder, key);
  const blocks: Block[] = [];
  for (let i = 0; i < list.length; i++) decodeBlock(readItem(holder, list, key, i), blocks);
  return blocks;
}

/** A content block is an object with one member, which says what it is. */
function decodeBlock(block: Fields, out: Block[]): void {
  const { wire, scope } = block;
  let kind: string | undefined;
  for (const key in wire) {
    if (wire[key] === null) continue;
    if (kind === undefined) kind = key;
    else dropped(scope, pathAt(block, key), `A content block has one member; this one is ${kind}`);
  }
  switch (kind) {
    case undefined:
      throw wrongMember(block, '', 'expected a content block such as { "text": … }');
    case 'text':
      out.push(textBlock(requireString(block, kind)));
      break;
    case 'image':
    case 'audio':
    case 'video':
    case 'document':
      out.push(decodeMedia(kind, requireObject(block, kind)));
      break;
    case 'toolUse':
    case 'toolResult': {
      const use = requireObject(block, kind);
      // Calls of tools that the model's vendor runs, and their results, are no business of the client.
      if (has(use, 'type')) out.push(unknownBlock(api, wire));
      else
        out.push(kind === 'toolUse' ? decodeToolUse(onlyKnown(use, toolUseMembers)) : decodeToolResult(onlyKnown(use, toolResultMembers)));
      break;
    }
    case 'reasoningContent':
      decodeReasoning(requireObject(block, kind, reasoningMembers), out);
      break;
    case 'citationsContent': {
      const { content, citations } = requireObject(block, kind, citedMembers).wire;
      out.push(textBlock(textOf(content), undefined, decodeCitations(citations)));
      break;
    }
    case 'cachePoint': {
      const hint = decodeCachePoint(block);
      if (hint !== undefined) markPrevious(out[out.length - 1], hint, pathAt(block, kind), scope);
      break;
    }
    case 'guardContent':
      out.push(decodeGuarded(requireObject(block, kind, guardMembers)));
      break;
    case 'json': // a tool's result as a value
      out.push(textBlock(jsonText(wire[kind], scope, kind, block)));
      break;
    case 'searchResult':
      out.push(decodeSearchResult(requireObject(block, kind, searchResultMembers)));
      break;
    default: // toolAddition, toolRemoval and what may come
      out.push(unknownBlock(api, wire));
  }
}

function decodeToolUse(use: Fields): Block {
  const input = jsonText(use.wire['input'] ?? {}, use.scope, 'input', use);
  return toolCallBlock(requireString(use, 'toolUseId'), requireString(use, 'name'), input);
}

function decodeToolResult(result: Fields): Block {
  const status = readString(result, 'status') ?? 'success';
  if (status !== 'success' && status !== 'error') throw wrongMember(result, 'status', 'expected success or error');
  const blocks = decodeBlocks(result, 'content');
  return toolResultBlock(requireString(result, 'toolUseId'), blocks, status === 'error');
}

function decodeReasoning(reasoning: Fields, out: Block[]): void {
  const redacted = readString(reasoning, 'redactedContent');
  if (redacted !== undefined) {
    const carried = carriedSignature(redacted);
    if (carried === undefined) out.push(reasoningBlock('', undefined, openRedacted(redacted)));
    else if (!signPrevious(out[out.length - 1], carried))
      dropped(reasoning.scope, pathOf(reasoning), 'The tool call that this signature belongs to is gone');
    return;
  }
  const text = readObject(reasoning, 'reasoningText', reasoningTextMembers);
  if (text === undefined) throw wrongMember(reasoning, '', 'expected reasoningText or redactedContent');
  const signature = readString(text, 'signature') ?? '';
  out.push(reasoningBlock(requireString(text, 'text'), signature === '' ? undefined : openText(signature)));
}

/** What a guardrail shall look at. The content is kept; that a guardrail is pointed at it is lost. */
function decodeGuarded(guarded: Fields): Block {
  dropped(guarded.scope, pathOf(guarded), 'Its content is kept, but not that a guardrail shall look at it');
  const image = readObject(guarded, 'image');
  return image === undefined
    ? textBlock(requireString(requireObject(guarded, 'text', guardTextMembers), 'text'))
    : decodeMedia('image', image);
}
