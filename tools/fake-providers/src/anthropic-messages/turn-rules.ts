/** Rules about the conversation: who speaks first, what may stand in whose message, and that tool calls and results fit together. */
import { invalid } from './error.ts';
import type { AnthropicRefusal } from './error.ts';
import type { BlockParam, MessageParam, MessagesRequest } from './request-schema.ts';

/** A block with the place it came from. */
interface Placed {
  readonly block: BlockParam;
  readonly message: number;
  readonly position: number;
}

/** Consecutive messages of one role, which the API joins into one turn. */
export interface Turn {
  readonly role: MessageParam['role'];
  readonly blocks: readonly Placed[];
  readonly first: number;
}

/** The content of a message as blocks. */
export function blocksOf(message: MessageParam): readonly BlockParam[] {
  return typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
}

/** Joins consecutive messages of the same role. */
export function joinTurns(messages: readonly MessageParam[]): Turn[] {
  const turns: { role: MessageParam['role']; blocks: Placed[]; first: number }[] = [];
  for (const [index, message] of messages.entries()) {
    const blocks = blocksOf(message).map((block, position) => ({ block, message: index, position }));
    const last = turns.at(-1);
    if (last?.role === message.role) last.blocks.push(...blocks);
    else turns.push({ role: message.role, blocks, first: index });
  }
  return turns;
}

const ONLY_ASSISTANT = new Set(['tool_use', 'thinking', 'redacted_thinking', 'server_tool_use']);
const ONLY_USER = new Set(['tool_result', 'image', 'search_result', 'container_upload']);

function checkText(text: string, path: string): AnthropicRefusal | undefined {
  if (text === '') return invalid(`${path}: text content blocks must be non-empty`);
  return text.trim() === '' ? invalid(`${path}: text content blocks must contain non-whitespace text`) : undefined;
}

/** Every message says something, and only what its role may say. */
export function checkContents({ messages, system }: Pick<MessagesRequest, 'messages' | 'system'>): AnthropicRefusal | undefined {
  if (messages.find(({ role }) => role !== 'system')?.role !== 'user') return invalid('messages: first message must use the "user" role');
  for (const block of typeof system === 'object' ? system : []) {
    const fault = checkText(block.text, 'system');
    if (fault !== undefined) return fault;
  }
  for (const [index, message] of messages.entries()) {
    const path = `messages.${index}`;
    const final = index === messages.length - 1 && message.role === 'assistant';
    if (message.content.length === 0) {
      if (final) continue;
      return invalid(`${path}: all messages must have non-empty content except for the optional final assistant message`);
    }
    for (const [position, block] of blocksOf(message).entries()) {
      if (block.type === 'text') {
        const fault = checkText(block.text, 'messages');
        if (fault !== undefined) return fault;
      }
      if (message.role === 'user' && ONLY_ASSISTANT.has(block.type)) {
        return invalid(`${path}.content.${position}: \`${block.type}\` blocks can only be in \`assistant\` messages`);
      }
      if (message.role === 'assistant' && ONLY_USER.has(block.type)) {
        return invalid(`${path}.content.${position}: \`${block.type}\` blocks can only be in \`user\` messages`);
      }
      if (block.type !== 'tool_result' || typeof block.content !== 'object') continue;
      for (const part of block.content) {
        const fault = part.type === 'text' ? checkText(part.text, 'messages') : undefined;
        if (fault !== undefined) return fault;
      }
    }
  }
  return undefined;
}

function resultsAtStart(turn: Turn | undefined): { results: Map<string, Placed>; repeated: string | undefined } {
  const results = new Map<string, Placed>();
  let repeated: string | undefined;
  for (const placed of turn?.role === 'user' ? turn.blocks : []) {
    if (placed.block.type !== 'tool_result') break;
    if (results.has(placed.block.tool_use_id)) repeated = placed.block.tool_use_id;
    results.set(placed.block.tool_use_id, placed);
  }
  return { results, repeated };
}

/** Every call is answered at the start of the next turn, and every result answers a call of the turn before. */
export function checkToolTurns({ messages }: Pick<MessagesRequest, 'messages'>): AnthropicRefusal | undefined {
  const turns = joinTurns(messages);
  const everyId = new Set<string>();
  for (const [index, turn] of turns.entries()) {
    const calls = new Set<string>();
    for (const { block } of turn.blocks) {
      if (block.type !== 'tool_use') continue;
      if (everyId.has(block.id)) return invalid('messages: `tool_use` ids must be unique');
      everyId.add(block.id);
      calls.add(block.id);
    }
    const { results, repeated } = resultsAtStart(turns[index + 1]);
    const open = [...calls].filter((id) => !results.has(id));
    if (open.length > 0) {
      return invalid(
        `messages.${turn.first}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. ` +
          'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
      );
    }
    if (repeated !== undefined)
      return invalid(`each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${repeated}`);
    const before = turns[index - 1];
    for (const { block, message, position } of turn.blocks) {
      if (block.type !== 'tool_result') continue;
      const known = before?.blocks.some((placed) => placed.block.type === 'tool_use' && placed.block.id === block.tool_use_id) === true;
      if (known) continue;
      return invalid(
        `messages.${message}.content.${position}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. ` +
          'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
      );
    }
  }
  return undefined;
}
