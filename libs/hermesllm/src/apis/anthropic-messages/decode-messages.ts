import type { Fields } from '../../fields.ts';
import { has, requireList } from '../../fields.ts';
import type { Message } from '../../model/request.ts';
import { decodeTurns } from '../turns.ts';
import { decodeContent } from './decode-blocks.ts';

/** The system prompt and the turns, in the hub's order. */
export const decodeMessages = (wire: Fields): Message[] =>
  decodeTurns(
    wire,
    wire.wire['system'] === '' ? [] : has(wire, 'system') ? decodeContent(wire, 'system') : [],
    requireList(wire, 'messages'),
    decodeContent,
  );
