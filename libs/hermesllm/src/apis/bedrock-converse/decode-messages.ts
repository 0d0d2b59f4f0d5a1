import type { Fields } from '../../fields.ts';
import { has, requireList } from '../../fields.ts';
import type { Message } from '../../model/request.ts';
import { decodeTurns } from '../turns.ts';
import { decodeBlocks } from './decode-blocks.ts';

/** The system prompt and the turns, in the hub's order. */
export function decodeMessages(wire: Fields): Message[] {
  // A prompt of Prompt management, whose variables are given, may be all that is said.
  const turns = wire.wire['messages'] === undefined && wire.wire['promptVariables'] !== undefined ? [] : requireList(wire, 'messages');
  return decodeTurns(wire, has(wire, 'system') ? decodeBlocks(wire, 'system') : [], turns, decodeBlocks);
}
