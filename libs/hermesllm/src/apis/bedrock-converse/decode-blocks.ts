import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, ToolCallBlock, ToolResultBlock } from '../../model/block.ts';
import { reasoningBlock, textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import { asArray, asObject, elementPath, memberPath, optionalObject, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, reportUnknown } from '../../warn.ts';
import { decodeCachePoint, markPrevious } from './cache-point.ts';
import { decodeCitations, textOf } from './citations.ts';
import { decodeDocument, decodeMedia } from './decode-media.ts';
import { api } from './api.ts';
import { carriedSignature, openRedacted, openText, signPrevious } from './signatures.ts';

const toolUseMembers: ReadonlySet<string> = new Set(['toolUseId', 'name', 'input']);
const toolResultMembers: ReadonlySet<string> = new Set(['toolUseId', 'content', 'status']);
const reasoningMembers: ReadonlySet<string> = new Set(['reasoningText', 'redactedContent']);
const reasoningTextMembers: ReadonlySet<string> = new Set(['text', 'signature']);
const citedMembers: ReadonlySet<string> = new Set(['content', 'citations']);
const guardMembers: ReadonlySet<string> = new Set(['text', 'image']);
const guardTextMembers: ReadonlySet<string> = new Set(['text']);

/** The blocks of a message, a system prompt or a tool result. A cache point becomes a hint on the block before it. */
export function decodeBlocks(content: unknown, path: string, scope: Scope): Block[] {
  const list = asArray(content ?? undefined, path);
  const blocks: Block[] = [];
  for (let i = 0; i < list.length; i++) decodeBlock(list[i], elementPath(path, i), scope, blocks);
  return blocks;
}

/** A content block is an object with one member, which says what it is. */
function decodeBlock(value: unknown, path: string, scope: Scope, out: Block[]): void {
  const wire = asObject(value, path);
  let kind: string | undefined;
  for (const key in wire) {
    if (wire[key] === null) continue;
    if (kind === undefined) kind = key;
    else dropped(scope, memberPath(path, key), `A content block has one member; this one is ${kind}`);
  }
  if (kind === undefined) throw invalidRequest(path, 'expected a content block such as { "text": … }');
  if (kind === 'text') {
    out.push(textBlock(requiredString(wire, 'text', path)));
    return;
  }
  const here = memberPath(path, kind);
  switch (kind) {
    case 'image':
    case 'audio':
    case 'video':
      out.push(decodeMedia(kind, asObject(wire[kind], here), here, scope));
      break;
    case 'document':
      out.push(decodeDocument(asObject(wire[kind], here), here, scope));
      break;
    case 'toolUse':
      out.push(decodeToolUse(wire, asObject(wire[kind], here), here, scope));
      break;
    case 'toolResult':
      out.push(decodeToolResult(wire, asObject(wire[kind], here), here, scope));
      break;
    case 'reasoningContent':
      decodeReasoning(asObject(wire[kind], here), here, scope, out);
      break;
    case 'citationsContent': {
      const cited = asObject(wire[kind], here);
      reportUnknown(cited, citedMembers, here, scope);
      out.push(textBlock(textOf(cited['content']), undefined, decodeCitations(cited['citations'])));
      break;
    }
    case 'cachePoint': {
      const hint = decodeCachePoint(wire, path, scope);
      if (hint !== undefined) markPrevious(out[out.length - 1], hint, here, scope);
      break;
    }
    case 'guardContent':
      out.push(decodeGuarded(asObject(wire[kind], here), here, scope));
      break;
    case 'json': // a tool's result as a value
      out.push(textBlock(JSON.stringify(wire[kind])));
      break;
    default: // searchResult, toolAddition, toolRemoval and what may come
      out.push(unknownBlock(api, wire));
  }
}

/** Calls of tools that the model's vendor runs, and their results, are no business of the client. */
const isServerTool = (use: JsonObject): boolean => use['type'] !== undefined && use['type'] !== null;

function decodeToolUse(wire: JsonObject, use: JsonObject, path: string, scope: Scope): Block {
  if (isServerTool(use)) return unknownBlock(api, wire);
  reportUnknown(use, toolUseMembers, path, scope);
  const input = use['input'] === undefined || use['input'] === null ? '{}' : JSON.stringify(use['input']);
  const call: ToolCallBlock = toolCallBlock(requiredString(use, 'toolUseId', path), requiredString(use, 'name', path), input);
  return call;
}

function decodeToolResult(wire: JsonObject, result: JsonObject, path: string, scope: Scope): Block {
  if (isServerTool(result)) return unknownBlock(api, wire);
  reportUnknown(result, toolResultMembers, path, scope);
  const status = optionalString(result, 'status', path);
  if (status !== undefined && status !== 'success' && status !== 'error') {
    throw invalidRequest(memberPath(path, 'status'), 'expected success or error');
  }
  const blocks = decodeBlocks(result['content'], memberPath(path, 'content'), scope);
  const block: ToolResultBlock = toolResultBlock(requiredString(result, 'toolUseId', path), blocks, status === 'error');
  return block;
}

function decodeReasoning(reasoning: JsonObject, path: string, scope: Scope, out: Block[]): void {
  reportUnknown(reasoning, reasoningMembers, path, scope);
  const redacted = optionalString(reasoning, 'redactedContent', path);
  if (redacted !== undefined) {
    const signature = carriedSignature(redacted);
    if (signature === undefined) out.push(reasoningBlock('', undefined, openRedacted(redacted)));
    else if (!signPrevious(out[out.length - 1], signature)) {
      dropped(scope, path, 'The tool call that this signature belongs to is gone');
    }
    return;
  }
  const here = memberPath(path, 'reasoningText');
  const text = optionalObject(reasoning, 'reasoningText', path);
  if (text === undefined) throw invalidRequest(path, 'expected reasoningText or redactedContent');
  reportUnknown(text, reasoningTextMembers, here, scope);
  const signature = optionalString(text, 'signature', here) ?? '';
  out.push(reasoningBlock(requiredString(text, 'text', here), signature === '' ? undefined : openText(signature)));
}

/** What a guardrail shall look at. The content is kept; that a guardrail is pointed at it is lost. */
function decodeGuarded(guarded: JsonObject, path: string, scope: Scope): Block {
  reportUnknown(guarded, guardMembers, path, scope);
  dropped(scope, path, 'Its content is kept, but not that a guardrail shall look at it');
  const image = optionalObject(guarded, 'image', path);
  if (image !== undefined) return decodeMedia('image', image, memberPath(path, 'image'), scope);
  const here = memberPath(path, 'text');
  const text = asObject(guarded['text'] ?? undefined, here);
  reportUnknown(text, guardTextMembers, here, scope);
  return textBlock(requiredString(text, 'text', here));
}
