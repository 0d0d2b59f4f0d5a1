import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { Block, ReasoningBlock } from '../../model/block.ts';
import { textBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { message } from '../../model/request.ts';
import { asObject, elementPath, memberPath, optionalString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { reportUnknown } from '../../warn.ts';
import { callIds } from './call-ids.ts';
import type { PartContext } from './decode-parts.ts';
import { decodeParts } from './decode-parts.ts';
import { camelMembers, listOrOne } from './members.ts';

const contentMembers: ReadonlySet<string> = new Set(['role', 'parts']);

/** The system instruction and the contents, in the hub's order. */
export function decodeMessages(wire: JsonObject, scope: Scope): Message[] {
  const messages: Message[] = [];
  const context: PartContext = { scope, ids: callIds() };
  const { systemInstruction } = wire;
  if (systemInstruction !== undefined && systemInstruction !== null && systemInstruction !== '') {
    const blocks =
      typeof systemInstruction === 'string'
        ? [textBlock(systemInstruction)]
        : decodeContent(systemInstruction, 'systemInstruction', context).blocks;
    if (blocks.length > 0) messages.push(message('system', blocks));
  }
  const contents = listOrOne(wire['contents'], 'contents');
  for (let i = 0; i < contents.length; i++) {
    const path = elementPath('contents', i);
    const { role, blocks } = decodeContent(contents[i], path, context);
    switch (role) {
      case 'model':
        pushModelTurn(blocks, messages);
        break;
      case undefined:
      case '':
      case 'user':
      case 'function': // of the first versions of the API, for function responses
        pushUserTurn(blocks, path, messages);
        break;
      default:
        throw invalidRequest(memberPath(path, 'role'), 'expected user or model');
    }
  }
  return messages;
}

function decodeContent(value: unknown, path: string, context: PartContext): { role: string | undefined; blocks: Block[] } {
  const content = camelMembers(asObject(value, path), contentMembers);
  reportUnknown(content, contentMembers, path, context.scope);
  return { role: optionalString(content, 'role', path), blocks: decodeParts(content['parts'], `${path}.parts`, context) };
}

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

/** The hub keeps tool results in messages of their own; a run of them is one message. */
function pushUserTurn(blocks: Block[], path: string, messages: Message[]): void {
  if (blocks.length === 0) messages.push(message('user', blocks));
  const last = messages[messages.length - 1];
  let run = last?.role === 'tool' ? last : undefined;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    if (block.type === 'tool-call') throw invalidRequest(`${path}.parts[${i}].functionCall`, 'only the model calls functions');
    const role = block.type === 'tool-result' ? 'tool' : 'user';
    if (run?.role !== role) {
      run = message(role, []);
      messages.push(run);
    }
    run.blocks.push(block);
  }
}
