import type { Block } from '../../model/block.ts';
import { textBlock, toolCallBlock, toolResultBlock, unknownBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { dropped } from '../../warn.ts';
import { decodeContent } from './decode-parts.ts';
import { decodeReasoningItem, signPrevious } from './reasoning.ts';
import { joinTexts } from '../join-texts.ts';
import { api } from './api.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { onlyKnown, pathAt, readItem, readString, requireObject, requireString, wrongMember } from '../../fields.ts';

// `id` and `status` name and describe an item on the server that made it; no other server knows them, so they are read and left.
const messageMembers = words('type role content id status');
const callMembers = words('type id call_id name namespace arguments status');
const customCallMembers = words('type id call_id name namespace input status');
const outputMembers = words('type id call_id name namespace output status');
const reasoningMembers = words('type id summary content encrypted_content status');

/** `input`: text, one item, or a list of items. Adjacent items of the assistant become one message, adjacent results of tools too. */
export function decodeInput(wire: Fields, messages: Message[]): void {
  const { input } = wire.wire;
  if (typeof input === 'string') messages.push(message('user', [textBlock(input)]));
  else if (!Array.isArray(input)) decodeItem(requireObject(wire, 'input'), messages);
  else for (let i = 0; i < input.length; i++) decodeItem(readItem(wire, input, 'input', i), messages);
}

function decodeItem(item: Fields, messages: Message[]): void {
  const type = readString(item, 'type') ?? (item.wire['role'] === undefined ? undefined : 'message');
  switch (type) {
    case 'message':
      decodeMessage(onlyKnown(item, messageMembers), messages);
      return;
    case 'function_call':
      decodeCall(onlyKnown(item, callMembers), 'arguments', messages);
      return;
    case 'custom_tool_call':
      decodeCall(onlyKnown(item, customCallMembers), 'input', messages);
      return;
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const blocks = joinTexts(decodeContent(onlyKnown(item, outputMembers), 'output'));
      const custom = type === 'custom_tool_call_output';
      blocksOf('tool', messages).push(toolResultBlock(requireString(item, 'call_id'), blocks, false, readString(item, 'name'), custom));
      return;
    }
    case 'reasoning':
      decodeReasoning(item, messages);
      return;
    case undefined:
      throw wrongMember(item, 'type', 'required');
    default: // item_reference, tools that OpenAI runs, and what may come
      blocksOf('assistant', messages).push(unknownBlock(api, item.wire));
  }
}

function decodeCall(item: Fields, input: 'arguments' | 'input', messages: Message[]): void {
  const id = requireString(item, 'call_id');
  const name = requireString(item, 'name');
  const text = requireString(item, input);
  const namespace = readString(item, 'namespace');
  blocksOf('assistant', messages).push(toolCallBlock(id, name, text, input === 'input', undefined, undefined, namespace));
}

function decodeMessage(item: Fields, messages: Message[]): void {
  const role = requireString(item, 'role');
  switch (role) {
    case 'assistant': {
      const blocks = blocksOf('assistant', messages);
      for (const block of decodeContent(item, 'content')) blocks.push(block);
      return;
    }
    case 'user':
    case 'system':
    case 'developer':
      messages.push(message(role, decodeContent(item, 'content')));
      return;
    default:
      throw wrongMember(item, 'role', 'expected user, assistant, system or developer');
  }
}

function decodeReasoning(item: Fields, messages: Message[]): void {
  const blocks = blocksOf('assistant', messages);
  if (signPrevious(item.wire, blocks[blocks.length - 1])) return;
  const block = decodeReasoningItem(item.wire);
  // Without content it only names what the server keeps.
  blocks.push(block ?? unknownBlock(api, item.wire));
  if (block === undefined) return;
  const { summary } = onlyKnown(item, reasoningMembers).wire;
  if (summary !== undefined && !Array.isArray(summary)) dropped(item.scope, pathAt(item, 'summary'), 'expected an array');
}

/** The blocks of the last message if it has this role, else of a new one. */
function blocksOf(role: 'assistant' | 'tool', messages: Message[]): Block[] {
  const last = messages[messages.length - 1];
  if (last?.role === role) return last.blocks;
  const added = message(role, []);
  messages.push(added);
  return added.blocks;
}
