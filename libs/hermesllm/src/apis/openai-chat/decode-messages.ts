import type { Fields } from '../../fields.ts';
import {
  hasOnly,
  onlyKnown,
  pathAt,
  readItem,
  readList,
  readObject,
  readString,
  requireList,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';
import type { Block, CacheHint, TextBlock, ToolResultBlock } from '../../model/block.ts';
import { mediaBlock, refusalBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { approximated, dropped } from '../../warn.ts';
import { words } from '../../words.ts';
import { decodeAnnotations } from './annotations.ts';
import { joinTexts } from '../join-texts.ts';
import { api } from './api.ts';
import { decodeCacheHint } from './cache-hint.ts';
import { decodeContent } from './decode-parts.ts';
import { decodeHistoryReasoning } from './reasoning.ts';
import { decodeExtraContent } from './signatures.ts';

// Most messages, calls and results have these members and no other: then there is nothing else to look for.
const plainMessage = words('role content tool_calls');
const plainResult = words('role content tool_call_id');
const plainCall = words('id type function custom');

const promptMembers = words('role content name cache_control');
const toolMembers = words('role content name tool_call_id cache_control');
const assistantMembers = words(
  'role content name cache_control refusal audio tool_calls function_call reasoning_content reasoning thinking_blocks annotations extra_content',
);
/** Clients that assemble a message from a stream leave `index` in its calls. */
const callMembers = words('index id type function custom extra_content cache_control');
const functionMembers = words('name arguments');
const customMembers = words('name input');

/** What later messages refer to. */
interface Calls {
  /** Ids of calls of custom tools; undefined for none. */
  custom: Set<string> | undefined;
  /** The id that was given to a `function_call` that has no result yet. */
  open: string | undefined;
}

/** The messages in the hub's order; a run of tool results is one message. */
export function decodeMessages(wire: Fields): Message[] {
  const list = requireList(wire, 'messages');
  const messages: Message[] = [];
  const calls: Calls = { custom: undefined, open: undefined };
  for (let i = 0; i < list.length; i++) {
    const item = readItem(wire, list, 'messages', i);
    const role = requireString(item, 'role');
    switch (role) {
      case 'system':
      case 'developer':
      case 'user': {
        const blocks = decodeContent(item, false);
        const plain = hasOnly(item, plainMessage);
        if (!plain) cacheLast(blocks, onlyKnown(item, promptMembers));
        messages.push(message(role, blocks, plain ? undefined : readString(item, 'name')));
        break;
      }
      case 'assistant':
        messages.push(decodeAssistant(item, i, calls));
        break;
      case 'tool':
      case 'function': {
        const result = decodeResult(item, role === 'tool' ? undefined : i, calls);
        const previous = messages[messages.length - 1];
        if (previous?.role === 'tool') previous.blocks.push(result);
        else messages.push(message('tool', [result]));
        break;
      }
      default:
        throw wrongMember(item, 'role', 'expected system, developer, user, assistant, tool or function');
    }
  }
  return messages;
}

/** Some gateways take `cache_control` on a message: then it is about the message's end. */
function cacheLast(blocks: Block[], item: Fields): void {
  const hint = decodeCacheHint(item);
  if (hint === undefined) return;
  const last = blocks[blocks.length - 1];
  if (last !== undefined && 'cache' in last) last.cache ??= hint;
  else dropped(item.scope, pathAt(item, 'cache_control'), 'The message has nothing to cache');
}

function decodeAssistant(item: Fields, position: number, calls: Calls): Message {
  const plain = hasOnly(item, plainMessage);
  const thoughts = plain ? undefined : decodeHistoryReasoning(onlyKnown(item, assistantMembers));
  const content = decodeContent(item, true);
  const blocks = thoughts === undefined ? content : [...thoughts, ...content];
  if (!plain) decodeFacts(item, blocks);
  const list = readList(item, 'tool_calls') ?? [];
  for (let i = 0; i < list.length; i++) {
    const block = decodeCall(readItem(item, list, 'tool_calls', i));
    if (block.type === 'tool-call' && block.custom) (calls.custom ??= new Set()).add(block.id);
    blocks.push(block);
  }
  if (plain) return message('assistant', blocks);
  const call = readObject(item, 'function_call', functionMembers);
  if (call !== undefined) {
    calls.open = legacyId(position);
    blocks.push(toolCallBlock(calls.open, requireString(call, 'name'), readString(call, 'arguments') ?? ''));
  }
  cacheLast(blocks, item);
  return message('assistant', blocks, readString(item, 'name'));
}

/** The id of a call that has none follows from its place, so that the same conversation reads the same (and is cached) each time. */
const legacyId = (position: number): string => `call_function_${position}`;

/** What an assistant says besides text and calls. */
function decodeFacts(item: Fields, blocks: Block[]): void {
  decodeTextFacts(item, blocks);
  const refusal = readString(item, 'refusal') ?? '';
  if (refusal !== '') blocks.push(refusalBlock(refusal));
  // Audio that the model spoke earlier is on OpenAI's side, and is referred to by its id.
  const audio = readObject(item, 'audio');
  if (audio !== undefined) blocks.push(mediaBlock('audio', { type: 'file', id: requireString(audio, 'id'), api }));
}

/** What an assistant message says of its text beside it. */
function decodeTextFacts(item: Fields, blocks: readonly Block[]): void {
  const citations = decodeAnnotations(readList(item, 'annotations'));
  const signature = decodeExtraContent(item.wire['extra_content']);
  const text = blocks.findLast((block): block is TextBlock => block.type === 'text');
  if (text !== undefined) {
    text.citations = citations;
    text.signature = signature;
    return;
  }
  if (citations !== undefined) dropped(item.scope, pathAt(item, 'annotations'), 'The message has no text');
  if (signature !== undefined) dropped(item.scope, pathAt(item, 'extra_content'), 'The message has no text');
}

function decodeCall(call: Fields): Block {
  const type = readString(call, 'type') ?? 'function';
  const custom = type === 'custom';
  if (!custom && type !== 'function') return unknownBlock(api, call.wire);
  const definition = requireObject(call, type, custom ? customMembers : functionMembers);
  const input = custom ? requireString(definition, 'input') : (readString(definition, 'arguments') ?? '');
  const block = toolCallBlock(requireString(call, 'id'), requireString(definition, 'name'), input, custom);
  if (hasOnly(call, plainCall)) return block;
  block.signature = decodeExtraContent(onlyKnown(call, callMembers).wire['extra_content']);
  block.cache = decodeCacheHint(call);
  return block;
}

/** `position`: of a message of the deprecated role `function`, whose result belongs to the last call. */
function decodeResult(item: Fields, position: number | undefined, calls: Calls): ToolResultBlock {
  const blocks = decodeContent(item, true);
  const legacy = position !== undefined;
  const id = legacy ? (calls.open ?? legacyId(position)) : requireString(item, 'tool_call_id');
  const custom = calls.custom?.has(id);
  if (!legacy && blocks.length < 2 && hasOnly(item, plainResult) && typeof item.wire['content'] === 'string')
    return toolResultBlock(id, blocks, false, undefined, custom);
  onlyKnown(item, toolMembers);
  if (legacy) calls.open = undefined;
  const name = legacy ? requireString(item, 'name') : readString(item, 'name');
  const cache = takeHint(blocks, item);
  return toolResultBlock(id, joinTexts(blocks), false, name, custom, decodeCacheHint(item) ?? cache);
}

/** A hint on the last part of a result is one for the result. */
function takeHint(blocks: readonly Block[], item: Fields): CacheHint | undefined {
  let hint: CacheHint | undefined;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    if (!('cache' in block) || block.cache === undefined) continue;
    if (i === blocks.length - 1) hint = block.cache;
    else approximated(item.scope, `${pathAt(item, 'content', i)}.cache_control`, 'A result is cached as a whole');
    block.cache = undefined;
  }
  return hint;
}
