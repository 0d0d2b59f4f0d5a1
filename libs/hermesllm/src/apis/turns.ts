import type { Fields } from '../fields.ts';
import { readItem, requireString, wrongMember } from '../fields.ts';
import type { Block } from '../model/block.ts';
import type { Message } from '../model/request.ts';
import { message } from '../model/request.ts';
import { words } from '../words.ts';

const turnMembers = words('role content');

/** The messages of an API that has a system prompt and turns: the prompt first, system messages among the turns where they stood. */
export function decodeTurns(
  wire: Fields,
  system: Block[],
  turns: readonly unknown[],
  decodeContent: (turn: Fields, key: string) => Block[],
): Message[] {
  const messages: Message[] = system.length === 0 ? [] : [message('system', system)];
  for (let i = 0; i < turns.length; i++) {
    const turn = readItem(wire, turns, 'messages', i, turnMembers);
    const blocks = decodeContent(turn, 'content');
    const role = requireString(turn, 'role');
    if (role === 'assistant' || role === 'system') messages.push(message(role, blocks));
    else if (role === 'user') pushUserTurn(blocks, messages);
    else throw wrongMember(turn, 'role', 'expected user, assistant or system');
  }
  return messages;
}

/** The hub keeps tool results in messages of their own; a run of them is one message. */
export function pushUserTurn(blocks: readonly Block[], messages: Message[]): void {
  if (blocks.length === 0) messages.push(message('user', []));
  const last = messages[messages.length - 1];
  let run = last?.role === 'tool' ? last : undefined;
  for (const block of blocks) {
    const role = block.type === 'tool-result' ? 'tool' : 'user';
    if (run?.role !== role) {
      run = message(role, []);
      messages.push(run);
    }
    run.blocks.push(block);
  }
}
