import type { Block, ReasoningBlock } from '../../model/block.ts';
import { textBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { callIds } from './call-ids.ts';
import { decodeParts } from './decode-parts.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { readItem, readObject, readString, requireList, wrongMember } from '../../fields.ts';
import { pushUserTurn } from '../turns.ts';
import type { CallIds } from './call-ids.ts';

const contentMembers = words('role parts');

/** The system instruction and the contents, in the hub's order. */
export function decodeMessages(wire: Fields): Message[] {
  const messages: Message[] = [];
  const ids = callIds();
  const { systemInstruction } = wire.wire;
  if (typeof systemInstruction === 'string') {
    if (systemInstruction !== '') messages.push(message('system', [textBlock(systemInstruction)]));
  } else {
    const system = readObject(wire, 'systemInstruction', contentMembers);
    const blocks = system === undefined ? [] : decodeContent(system, ids).blocks;
    if (blocks.length > 0) messages.push(message('system', blocks));
  }
  const contents = requireList(wire, 'contents');
  for (let i = 0; i < contents.length; i++) {
    const content = readItem(wire, contents, 'contents', i, contentMembers);
    const { role, blocks } = decodeContent(content, ids);
    switch (role) {
      case 'model':
        pushModelTurn(blocks, messages);
        break;
      case undefined:
      case '':
      case 'user':
      case 'function': {
        // `function` is of the first versions of the API, for function responses
        const call = blocks.findIndex(({ type }) => type === 'tool-call');
        if (call !== -1) throw wrongMember(content, `parts[${call}].functionCall`, 'only the model calls functions');
        pushUserTurn(blocks, messages);
        break;
      }
      default:
        throw wrongMember(content, 'role', 'expected user or model');
    }
  }
  return messages;
}

const decodeContent = (content: Fields, ids: CallIds): { role: string | undefined; blocks: Block[] } => ({
  role: readString(content, 'role'),
  blocks: decodeParts(content, ids),
});

/**
 * Google's SDKs record a streamed answer as one content a chunk. Such a run is one message, and text that was cut between two chunks
 * is one block again. A signature that came late belongs to the block before it.
 */
function pushModelTurn(blocks: readonly Block[], messages: Message[]): void {
  let last = messages[messages.length - 1];
  const continued = last?.role === 'assistant';
  if (last === undefined || !continued) {
    last = message('assistant', []);
    messages.push(last);
  }
  const known = last.blocks;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const previous = known[known.length - 1];
    if (block.type === 'tool-result') messages.push(message('tool', [block]));
    else if (!(previous !== undefined && continues(previous, block, continued && i === 0))) known.push(block);
  }
}

/** Adds a block to the one before it, where both are one. */
function continues(previous: Block, block: Block, cut: boolean): boolean {
  if (block.type !== 'text' && block.type !== 'reasoning') return false;
  if (previous.type !== block.type || previous.signature !== undefined) return false;
  if (block.type === 'reasoning' && (block.redacted ?? (previous as ReasoningBlock).redacted) !== undefined) return false;
  // Clients that gather the parts of a stream in one content split its thoughts; they are worth something only with their signature, whole.
  if (!cut && block.type === 'text' && (block.text !== '' || block.signature === undefined)) return false;
  previous.text += block.text;
  previous.signature = block.signature;
  return true;
}
