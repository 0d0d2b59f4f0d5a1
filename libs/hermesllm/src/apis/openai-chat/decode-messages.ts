import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, CacheHint, TextBlock, ToolResultBlock } from '../../model/block.ts';
import { mediaBlock, refusalBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { asArray, asObject, elementPath, memberPath, optionalArray, optionalObject, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, reportUnknown } from '../../warn.ts';
import { decodeAnnotations } from './annotations.ts';
import { decodeCacheHint } from './cache-hint.ts';
import { decodeContent } from './decode-parts.ts';
import { decodeHistoryReasoning } from './reasoning.ts';
import { api } from './api.ts';
import { decodeExtraContent } from './signatures.ts';

const promptMembers: ReadonlySet<string> = new Set(['role', 'content', 'name', 'cache_control']);
const toolMembers: ReadonlySet<string> = new Set(['role', 'content', 'name', 'tool_call_id', 'cache_control']);
const assistantMembers: ReadonlySet<string> = new Set([
  ...promptMembers,
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'thinking_blocks',
  'annotations',
  'extra_content',
]);
/** Clients that assemble a message from a stream leave `index` in its calls. */
const callMembers: ReadonlySet<string> = new Set(['index', 'id', 'type', 'function', 'custom', 'extra_content', 'cache_control']);
const functionMembers: ReadonlySet<string> = new Set(['name', 'arguments']);
const customMembers: ReadonlySet<string> = new Set(['name', 'input']);

/** What later messages refer to. */
interface Calls {
  /** Ids of calls of custom tools. */
  custom: Set<string>;
  /** The id that was given to a `function_call` that has no result yet. */
  open: string | undefined;
}

/** The messages in the hub's order; a run of tool results is one message. */
export function decodeMessages(wire: JsonObject, scope: Scope): Message[] {
  const list = asArray(wire['messages'] ?? undefined, 'messages');
  const messages: Message[] = [];
  const calls: Calls = { custom: new Set(), open: undefined };
  for (let i = 0; i < list.length; i++) {
    const path = elementPath('messages', i);
    const item = asObject(list[i], path);
    const role = requiredString(item, 'role', path);
    switch (role) {
      case 'system':
      case 'developer':
      case 'user': {
        const blocks: Block[] = [];
        decodeContent(item, false, path, scope, blocks);
        const plain = hasOnly(item, 'role', 'content');
        if (!plain) {
          reportUnknown(item, promptMembers, path, scope);
          cacheLast(blocks, item, path, scope);
        }
        messages.push(message(role, blocks, plain ? undefined : optionalString(item, 'name', path)));
        break;
      }
      case 'assistant':
        messages.push(decodeAssistant(item, i, calls, path, scope));
        break;
      case 'tool':
      case 'function': {
        const result = decodeResult(item, role === 'tool' ? undefined : i, calls, path, scope);
        const previous = messages[messages.length - 1];
        if (previous?.role === 'tool') previous.blocks.push(result);
        else messages.push(message('tool', [result]));
        break;
      }
      default:
        throw invalidRequest(memberPath(path, 'role'), 'expected system, developer, user, assistant, tool or function');
    }
  }
  return messages;
}

/** Most messages have these members and no other: then there is nothing else to look for. */
function hasOnly(object: JsonObject, first: string, second: string, third = second): boolean {
  for (const key in object) if (key !== first && key !== second && key !== third) return false;
  return true;
}

/** Some gateways take `cache_control` on a message: then it is about the message's end. */
function cacheLast(blocks: Block[], item: JsonObject, path: string, scope: Scope): void {
  const hint = decodeCacheHint(item, path, scope);
  if (hint === undefined) return;
  const last = blocks[blocks.length - 1];
  if (last !== undefined && 'cache' in last) last.cache ??= hint;
  else dropped(scope, `${path}.cache_control`, 'The message has nothing to cache');
}

function decodeAssistant(item: JsonObject, position: number, calls: Calls, path: string, scope: Scope): Message {
  const blocks: Block[] = [];
  const plain = hasOnly(item, 'role', 'content', 'tool_calls');
  if (!plain) {
    reportUnknown(item, assistantMembers, path, scope);
    decodeHistoryReasoning(item, path, scope, blocks);
  }
  decodeContent(item, true, path, scope, blocks);
  if (!plain) decodeFacts(item, blocks, path, scope);
  decodeCalls(item, calls, path, scope, blocks);
  if (plain) return message('assistant', blocks);
  const call = optionalObject(item, 'function_call', path);
  if (call !== undefined) {
    calls.open = legacyId(position);
    const here = `${path}.function_call`;
    reportUnknown(call, functionMembers, here, scope);
    blocks.push(toolCallBlock(calls.open, requiredString(call, 'name', here), optionalString(call, 'arguments', here) ?? ''));
  }
  cacheLast(blocks, item, path, scope);
  return message('assistant', blocks, optionalString(item, 'name', path));
}

/** What an assistant says besides text and calls. */
function decodeFacts(item: JsonObject, blocks: Block[], path: string, scope: Scope): void {
  decodeTextFacts(item, blocks, path, scope);
  const refusal = optionalString(item, 'refusal', path);
  if (refusal !== undefined && refusal !== '') blocks.push(refusalBlock(refusal));
  const audio = optionalObject(item, 'audio', path);
  // Audio that the model spoke earlier is on OpenAI's side, and is referred to by its id.
  if (audio !== undefined) blocks.push(mediaBlock('audio', { type: 'file', id: requiredString(audio, 'id', `${path}.audio`), api }));
}

function decodeCalls(item: JsonObject, calls: Calls, path: string, scope: Scope, out: Block[]): void {
  const list = optionalArray(item, 'tool_calls', path);
  if (list === undefined) return;
  for (let i = 0; i < list.length; i++) {
    const here = elementPath(`${path}.tool_calls`, i);
    const block = decodeCall(asObject(list[i], here), here, scope);
    if (block.type === 'tool-call' && block.custom) calls.custom.add(block.id);
    out.push(block);
  }
}

/** The id of a call that has none follows from its place, so that the same conversation reads the same (and is cached) each time. */
const legacyId = (position: number): string => `call_function_${position}`;

/** What an assistant message says of its text beside it. */
function decodeTextFacts(item: JsonObject, blocks: readonly Block[], path: string, scope: Scope): void {
  const citations = decodeAnnotations(optionalArray(item, 'annotations', path));
  const signature = decodeExtraContent(item['extra_content']);
  if (citations === undefined && signature === undefined) return;
  const text = blocks.findLast((block): block is TextBlock => block.type === 'text');
  if (text === undefined) {
    if (citations !== undefined) dropped(scope, `${path}.annotations`, 'The message has no text');
    if (signature !== undefined) dropped(scope, `${path}.extra_content`, 'The message has no text');
    return;
  }
  text.citations = citations;
  text.signature = signature;
}

function decodeCall(call: JsonObject, path: string, scope: Scope): Block {
  const type = optionalString(call, 'type', path) ?? 'function';
  if (type !== 'function' && type !== 'custom') return unknownBlock(api, call);
  const here = `${path}.${type}`;
  const definition = asObject(call[type], here);
  const custom = type === 'custom';
  reportUnknown(definition, custom ? customMembers : functionMembers, here, scope);
  const input = custom ? requiredString(definition, 'input', here) : (optionalString(definition, 'arguments', here) ?? '');
  const block = toolCallBlock(requiredString(call, 'id', path), requiredString(definition, 'name', here), input, custom);
  if (hasOnly(call, 'id', 'type', type)) return block;
  reportUnknown(call, callMembers, path, scope);
  block.signature = decodeExtraContent(call['extra_content']);
  block.cache = decodeCacheHint(call, path, scope);
  return block;
}

/** `position`: of a message of the deprecated role `function`, whose result belongs to the last call. */
function decodeResult(item: JsonObject, position: number | undefined, calls: Calls, path: string, scope: Scope): ToolResultBlock {
  const blocks: Block[] = [];
  decodeContent(item, true, path, scope, blocks);
  const id = position === undefined ? requiredString(item, 'tool_call_id', path) : (calls.open ?? legacyId(position));
  const custom = calls.custom.has(id);
  if (position === undefined && typeof item['content'] === 'string' && hasOnly(item, 'role', 'content', 'tool_call_id'))
    return toolResultBlock(id, blocks, false, undefined, custom);
  reportUnknown(item, toolMembers, path, scope);
  if (position !== undefined) calls.open = undefined;
  const name = position === undefined ? optionalString(item, 'name', path) : requiredString(item, 'name', path);
  const cache = takeHint(blocks, path, scope);
  return toolResultBlock(id, joinTexts(blocks), false, name, custom, decodeCacheHint(item, path, scope) ?? cache);
}

/** A hint on the last part of a result is one for the result. */
function takeHint(blocks: readonly Block[], path: string, scope: Scope): CacheHint | undefined {
  let hint: CacheHint | undefined;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    if (!('cache' in block) || block.cache === undefined) continue;
    if (i === blocks.length - 1) hint = block.cache;
    else approximated(scope, `${path}.content[${i}].cache_control`, 'A result is cached as a whole');
    block.cache = undefined;
  }
  return hint;
}

/** Parts of a result are lines of one output: other APIs' servers read several texts as several outputs. */
function joinTexts(blocks: Block[]): Block[] {
  if (blocks.length < 2) return blocks;
  const joined: Block[] = [];
  for (const block of blocks) {
    const previous = joined[joined.length - 1];
    if (block.type === 'text' && previous?.type === 'text') previous.text += `\n${block.text}`;
    else joined.push(block);
  }
  return joined;
}
