import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { asArray, asObject, elementPath, memberPath, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { reportUnknown } from '../../warn.ts';
import { decodeBlocks } from './decode-blocks.ts';

const turnMembers: ReadonlySet<string> = new Set(['role', 'content']);

/** The system prompt and the turns, in the hub's order: the prompt first, system messages among the turns where they stood. */
export function decodeMessages(wire: JsonObject, scope: Scope): Message[] {
  const messages: Message[] = [];
  const { system } = wire;
  if (system !== undefined && system !== null) {
    const blocks = decodeBlocks(system, 'system', scope);
    if (blocks.length > 0) messages.push(message('system', blocks));
  }
  // A prompt of Prompt management, whose variables are given, may be all that is said.
  const turns = wire['messages'] === undefined && wire['promptVariables'] !== undefined ? [] : asArray(wire['messages'], 'messages');
  for (let i = 0; i < turns.length; i++) {
    const path = elementPath('messages', i);
    const turn = asObject(turns[i], path);
    reportUnknown(turn, turnMembers, path, scope);
    const blocks = decodeBlocks(turn['content'], memberPath(path, 'content'), scope);
    const role = requiredString(turn, 'role', path);
    if (role === 'assistant' || role === 'system') messages.push(message(role, blocks));
    else if (role === 'user') pushUserTurn(blocks, messages);
    else throw invalidRequest(memberPath(path, 'role'), 'expected user, assistant or system');
  }
  return messages;
}

/** The hub keeps tool results in messages of their own; a run of them is one message. */
function pushUserTurn(blocks: Block[], messages: Message[]): void {
  if (blocks.length === 0) messages.push(message('user', blocks));
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
