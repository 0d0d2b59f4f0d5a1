import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, CacheHint, TextBlock, ToolCallBlock, ToolResultBlock } from '../../model/block.ts';
import { mediaBlock, refusalBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { asArray, asObject, elementPath, memberPath, optionalArray, optionalObject, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { decodeAnnotations } from './annotations.ts';
import { decodeCacheHint } from './cache-hint.ts';
import { decodeContent } from './decode-parts.ts';
import { decodeHistoryReasoning } from './reasoning.ts';
import { api, report, reportUnknown } from './report.ts';
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
        reportUnknown(item, promptMembers, path, scope);
        const blocks: Block[] = [];
        decodeContent(item['content'], false, `${path}.content`, scope, blocks);
        cacheLast(blocks, item, path, scope);
        messages.push(message(role, blocks, optionalString(item, 'name', path)));
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

/** Some gateways take `cache_control` on a message: then it is about the message's end. */
function cacheLast(blocks: Block[], item: JsonObject, path: string, scope: Scope): void {
  const hint = decodeCacheHint(item, path, scope);
  if (hint === undefined) return;
  const last = blocks[blocks.length - 1];
  if (last !== undefined && 'cache' in last) last.cache ??= hint;
  else report(scope, 'dropped', `${path}.cache_control`, 'The message has nothing to cache');
}

function decodeAssistant(item: JsonObject, position: number, calls: Calls, path: string, scope: Scope): Message {
  reportUnknown(item, assistantMembers, path, scope);
  const blocks: Block[] = [];
  decodeHistoryReasoning(item, path, scope, blocks);
  decodeContent(item['content'], true, `${path}.content`, scope, blocks);
  decodeTextFacts(item, blocks, path, scope);
  const refusal = optionalString(item, 'refusal', path);
  if (refusal !== undefined && refusal !== '') blocks.push(refusalBlock(refusal));
  const audio = optionalObject(item, 'audio', path);
  // Audio that the model spoke earlier is on OpenAI's side, and is referred to by its id.
  if (audio !== undefined) blocks.push(mediaBlock('audio', { type: 'file', id: requiredString(audio, 'id', `${path}.audio`), api }));
  const list = optionalArray(item, 'tool_calls', path) ?? [];
  for (let i = 0; i < list.length; i++) {
    const here = elementPath(`${path}.tool_calls`, i);
    const block = decodeCall(asObject(list[i], here), here, scope);
    if (block.type === 'tool-call' && block.custom) calls.custom.add(block.id);
    blocks.push(block);
  }
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

/** The id of a call that has none follows from its place, so that the same conversation reads the same (and is cached) each time. */
const legacyId = (position: number): string => `call_function_${position}`;

/** What an assistant message says of its text beside it. */
function decodeTextFacts(item: JsonObject, blocks: readonly Block[], path: string, scope: Scope): void {
  const citations = decodeAnnotations(optionalArray(item, 'annotations', path));
  const signature = decodeExtraContent(item['extra_content']);
  if (citations === undefined && signature === undefined) return;
  const text = blocks.findLast((block): block is TextBlock => block.type === 'text');
  if (text === undefined) {
    if (citations !== undefined) report(scope, 'dropped', `${path}.annotations`, 'The message has no text');
    if (signature !== undefined) report(scope, 'dropped', `${path}.extra_content`, 'The message has no text');
    return;
  }
  text.citations = citations;
  text.signature = signature;
}

function decodeCall(call: JsonObject, path: string, scope: Scope): Block {
  const type = optionalString(call, 'type', path) ?? 'function';
  if (type !== 'function' && type !== 'custom') return unknownBlock(api, call);
  reportUnknown(call, callMembers, path, scope);
  return type === 'custom' ? decodeCustomCall(call, path, scope) : decodeFunctionCall(call, path, scope);
}

function decodeFunctionCall(call: JsonObject, path: string, scope: Scope): ToolCallBlock {
  const here = `${path}.function`;
  const definition = asObject(call['function'], here);
  reportUnknown(definition, functionMembers, here, scope);
  return toolCallBlock(
    requiredString(call, 'id', path),
    requiredString(definition, 'name', here),
    optionalString(definition, 'arguments', here) ?? '',
    false,
    decodeExtraContent(call['extra_content']),
    decodeCacheHint(call, path, scope),
  );
}

function decodeCustomCall(call: JsonObject, path: string, scope: Scope): ToolCallBlock {
  const here = `${path}.custom`;
  const definition = asObject(call['custom'], here);
  reportUnknown(definition, customMembers, here, scope);
  return toolCallBlock(
    requiredString(call, 'id', path),
    requiredString(definition, 'name', here),
    requiredString(definition, 'input', here),
    true,
    decodeExtraContent(call['extra_content']),
    decodeCacheHint(call, path, scope),
  );
}

/** `position`: of a message of the deprecated role `function`, whose result belongs to the last call. */
function decodeResult(item: JsonObject, position: number | undefined, calls: Calls, path: string, scope: Scope): ToolResultBlock {
  reportUnknown(item, toolMembers, path, scope);
  const blocks: Block[] = [];
  decodeContent(item['content'], true, `${path}.content`, scope, blocks);
  let id: string;
  if (position === undefined) id = requiredString(item, 'tool_call_id', path);
  else {
    id = calls.open ?? legacyId(position);
    calls.open = undefined;
  }
  const name = position === undefined ? optionalString(item, 'name', path) : requiredString(item, 'name', path);
  const cache = takeHint(blocks, path, scope);
  const joined = joinTexts(blocks);
  return toolResultBlock(id, joined, false, name, calls.custom.has(id), decodeCacheHint(item, path, scope) ?? cache);
}

/** A hint on the last part of a result is one for the result. */
function takeHint(blocks: readonly Block[], path: string, scope: Scope): CacheHint | undefined {
  let hint: CacheHint | undefined;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    if (!('cache' in block) || block.cache === undefined) continue;
    if (i === blocks.length - 1) hint = block.cache;
    else report(scope, 'approximated', `${path}.content[${i}].cache_control`, 'A result is cached as a whole');
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
