import type { Block } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { elementPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, emulated, unsupported } from '../../warn.ts';
import { encodeBlock, plainText } from './encode-blocks.ts';
import type { WireBlock, WireTurn } from './wire.ts';

/** What stands for the user's first words when a conversation begins with the assistant: something must, and it should ask for nothing. */
export const openingText = '(The conversation begins.)';

/** A turn while it grows: its tool results stand before everything else. */
interface Turn {
  role: WireTurn['role'];
  content: WireBlock[];
  results: number;
}

interface EncodedTurns {
  system: WireBlock[];
  turns: WireTurn[];
  /** Whether the turns end with results of a call that the model made without thinking first. */
  unsigned: boolean;
}

/**
 * The hub's messages as Anthropic's system prompt and alternating turns. Neighbours of one side are one turn; a user turn has its tool
 * results first, which the API demands. System and developer messages are all in the prompt, in their order.
 */
export function encodeTurns(messages: readonly Message[], scope: Scope): EncodedTurns {
  const system: WireBlock[] = [];
  const turns: Turn[] = [];
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Message;
    const path = elementPath('messages', i);
    if (message.name !== undefined) unsupported(scope, `${path}.name`);
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) approximated(scope, path, 'Moved to the system prompt');
      pushSystem(message, path, scope, system);
    } else pushTurn(message, path, scope, turns);
  }
  if (turns[0]?.role === 'assistant') {
    emulated(scope, 'messages', 'Anthropic wants the user to speak first; a neutral text was put before the assistant');
    turns.unshift({ role: 'user', content: [{ type: 'text', text: openingText }], results: 0 });
  }
  const written: WireTurn[] = [];
  for (const { role, content } of turns) written.push({ role, content: plainText(content) });
  return { system, turns: written, unsigned: endsUnsigned(turns) };
}

function pushSystem({ blocks }: Message, path: string, scope: Scope, system: WireBlock[]): void {
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(`${path}.blocks`, i);
    if (block.type === 'text') encodeBlock(block, here, scope, system);
    else dropped(scope, here, 'A system prompt has only text');
  }
}

function pushTurn(message: Message, path: string, scope: Scope, turns: Turn[]): void {
  const { blocks } = message;
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  const last = turns[turns.length - 1];
  const turn: Turn = last?.role === role ? last : { role, content: [], results: 0 };
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(`${path}.blocks`, i);
    if (role === 'assistant' && block.type === 'media') {
      unsupported(scope, here, block.kind);
    } else if (block.type === 'tool-result' && turn.content.length > turn.results) {
      approximated(scope, here, 'Tool results were moved to the beginning of their turn');
      turn.content.splice(turn.results++, 0, ...encodeOne(block, here, scope));
    } else {
      if (block.type === 'tool-result') turn.results++;
      encodeBlock(block, here, scope, turn.content);
    }
  }
  // A turn without content is refused.
  if (turn !== last && turn.content.length > 0) turns.push(turn);
}

function encodeOne(block: Block, path: string, scope: Scope): WireBlock[] {
  const out: WireBlock[] = [];
  encodeBlock(block, path, scope, out);
  return out;
}

function endsUnsigned(turns: readonly Turn[]): boolean {
  const last = turns[turns.length - 1];
  const calls = turns[turns.length - 2];
  if (last === undefined || calls === undefined || last.results === 0 || calls.role !== 'assistant') return false;
  const first = calls.content[0]?.type;
  return first !== 'thinking' && first !== 'redacted_thinking';
}
