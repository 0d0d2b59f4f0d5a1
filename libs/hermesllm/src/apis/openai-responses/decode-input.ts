import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block } from '../../model/block.ts';
import { textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { asObject, elementPath, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, reportUnknown } from '../../warn.ts';
import { decodeContent } from './decode-parts.ts';
import { decodeReasoningItem, signPrevious } from './reasoning.ts';
import { api } from './api.ts';

// `id` and `status` name and describe an item on the server that made it; no other server knows them, so they are read and left.
// `namespace` follows from the tool's definition.
const messageMembers: ReadonlySet<string> = new Set(['type', 'role', 'content', 'id', 'status']);
const callMembers: ReadonlySet<string> = new Set(['type', 'id', 'call_id', 'name', 'namespace', 'arguments', 'status']);
const customCallMembers: ReadonlySet<string> = new Set(['type', 'id', 'call_id', 'name', 'namespace', 'input', 'status']);
const outputMembers: ReadonlySet<string> = new Set(['type', 'id', 'call_id', 'name', 'namespace', 'output', 'status']);
const reasoningMembers: ReadonlySet<string> = new Set(['type', 'id', 'summary', 'content', 'encrypted_content', 'status']);

/** `input`: text, one item, or a list of items. Adjacent items of the assistant become one message, adjacent results of tools too. */
export function decodeInput(input: unknown, messages: Message[], scope: Scope): void {
  if (typeof input === 'string') {
    messages.push(message('user', [textBlock(input)]));
    return;
  }
  if (!Array.isArray(input)) {
    decodeItem(asObject(input, 'input'), 'input', messages, scope);
    return;
  }
  for (let i = 0; i < input.length; i++) {
    const path = elementPath('input', i);
    decodeItem(asObject(input[i], path), path, messages, scope);
  }
}

function decodeItem(item: JsonObject, path: string, messages: Message[], scope: Scope): void {
  const type = optionalString(item, 'type', path) ?? (item['role'] === undefined ? undefined : 'message');
  switch (type) {
    case 'message':
      reportUnknown(item, messageMembers, path, scope);
      decodeMessage(item, path, messages, scope);
      return;
    case 'function_call':
      reportUnknown(item, callMembers, path, scope);
      blocksOf('assistant', messages).push(
        toolCallBlock(requiredString(item, 'call_id', path), requiredString(item, 'name', path), requiredString(item, 'arguments', path)),
      );
      return;
    case 'custom_tool_call':
      reportUnknown(item, customCallMembers, path, scope);
      blocksOf('assistant', messages).push(
        toolCallBlock(requiredString(item, 'call_id', path), requiredString(item, 'name', path), requiredString(item, 'input', path), true),
      );
      return;
    case 'function_call_output':
    case 'custom_tool_call_output':
      decodeToolOutput(item, type === 'custom_tool_call_output', path, messages, scope);
      return;
    case 'reasoning':
      decodeReasoning(item, path, messages, scope);
      return;
    case undefined:
      throw invalidRequest(`${path}.type`, 'required');
    default: // item_reference, tools that OpenAI runs, and what may come
      blocksOf('assistant', messages).push(unknownBlock(api, item));
  }
}

function decodeMessage(item: JsonObject, path: string, messages: Message[], scope: Scope): void {
  const role = requiredString(item, 'role', path);
  switch (role) {
    case 'assistant': {
      const blocks = blocksOf('assistant', messages);
      const decoded = contentOf(item, 'content', path, scope);
      for (let i = 0; i < decoded.length; i++) blocks.push(decoded[i] as Block);
      return;
    }
    case 'user':
    case 'system':
    case 'developer':
      messages.push(message(role, contentOf(item, 'content', path, scope)));
      return;
    default:
      throw invalidRequest(`${path}.role`, 'expected user, assistant, system or developer');
  }
}

/** Plain text, the usual case, needs no path. */
function contentOf(item: JsonObject, member: string, path: string, scope: Scope): Block[] {
  const value = item[member];
  return typeof value === 'string' ? [textBlock(value)] : decodeContent(value, `${path}.${member}`, scope);
}

function decodeToolOutput(item: JsonObject, custom: boolean, path: string, messages: Message[], scope: Scope): void {
  reportUnknown(item, outputMembers, path, scope);
  const blocks = contentOf(item, 'output', path, scope);
  const result = toolResultBlock(requiredString(item, 'call_id', path), blocks, false, optionalString(item, 'name', path), custom);
  blocksOf('tool', messages).push(result);
}

function decodeReasoning(item: JsonObject, path: string, messages: Message[], scope: Scope): void {
  const blocks = blocksOf('assistant', messages);
  if (signPrevious(item, blocks[blocks.length - 1])) return;
  const block = decodeReasoningItem(item);
  if (block === undefined) {
    // It only names what the server keeps.
    blocks.push(unknownBlock(api, item));
    return;
  }
  reportUnknown(item, reasoningMembers, path, scope);
  if (item['summary'] !== undefined && !Array.isArray(item['summary'])) dropped(scope, `${path}.summary`, 'expected an array');
  blocks.push(block);
}

/** The blocks of the last message if it has this role, else of a new one. */
function blocksOf(role: 'assistant' | 'tool', messages: Message[]): Block[] {
  const last = messages[messages.length - 1];
  if (last?.role === role) return last.blocks;
  const added = message(role, []);
  messages.push(added);
  return added.blocks;
}
