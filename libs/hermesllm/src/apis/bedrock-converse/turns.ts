import type { Block } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import { elementPath } from '../../read.ts';
import { approximated, dropped, emulated, unsupported } from '../../warn.ts';
import { encodeBlock } from './encode-blocks.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock, WireTurn } from './wire.ts';

/** What stands for the user's first words when a conversation begins with the assistant: something must, and it should ask for nothing. */
export const openingText = '(The conversation begins.)';
/** What stands in a turn that says nothing; blank text is refused, like no content at all. */
export const emptyText = '(empty)';
/** A document must have a text beside it. */
export const documentText = '(See the document.)';

/** A turn while it grows: its tool results stand before everything else. */
interface Turn {
  role: WireTurn['role'];
  content: WireBlock[];
  /** Where the next tool result goes. */
  results: number;
  /** Where in the hub it began. */
  path: string;
}

export interface EncodedTurns {
  system: WireBlock[];
  turns: WireTurn[];
  /** Names of the tools that are called, or whose results are told. */
  tools: ReadonlySet<string>;
  /** Whether the turns end with results of a call that the model made without thinking first. */
  unsigned: boolean;
}

/**
 * The hub's messages as Converse's system prompt and alternating turns. Neighbours of one side are one turn; a user turn has its tool
 * results first. System and developer messages are all in the prompt, in their order.
 */
export function encodeTurns(messages: readonly Message[], context: UpstreamContext): EncodedTurns {
  const { scope } = context;
  const system: WireBlock[] = [];
  const turns: Turn[] = [];
  const tools = new Set<string>();
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Message;
    const path = elementPath('messages', i);
    if (message.name !== undefined) unsupported(scope, `${path}.name`);
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) approximated(scope, path, 'Moved to the system prompt');
      pushSystem(message, path, context, system);
    } else pushTurn(message, path, context, turns, tools);
  }
  if (turns[0]?.role === 'assistant') {
    emulated(scope, 'messages', 'Bedrock wants the user to speak first; a neutral text was put before the assistant');
    turns.unshift({ role: 'user', content: [{ text: openingText }], results: 0, path: 'messages' });
  }
  const written: WireTurn[] = [];
  for (const turn of turns) {
    fillTurn(turn, context);
    written.push({ role: turn.role, content: turn.content });
  }
  return { system, turns: written, tools, unsigned: endsUnsigned(turns) };
}

function pushSystem({ blocks }: Message, path: string, context: UpstreamContext, system: WireBlock[]): void {
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(`${path}.blocks`, i);
    if (block.type === 'text') encodeBlock(block, here, context, system);
    else dropped(context.scope, here, 'A system prompt has only text');
  }
}

function pushTurn(message: Message, path: string, context: UpstreamContext, turns: Turn[], tools: Set<string>): void {
  const { blocks } = message;
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  const last = turns[turns.length - 1];
  const turn: Turn = last?.role === role ? last : { role, content: [], results: 0, path };
  if (turn !== last) turns.push(turn);
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(`${path}.blocks`, i);
    if (role === 'assistant' && block.type === 'media') {
      dropped(context.scope, here, `The assistant's turns have no ${block.kind} at Bedrock`);
    } else if (block.type === 'tool-result') {
      if (block.name !== undefined) tools.add(block.name);
      pushResult(block, here, context, turn);
    } else {
      if (block.type === 'tool-call') tools.add(block.name);
      encodeBlock(block, here, context, turn.content);
    }
  }
  if (turn.results > 0 && tools.size === 0) tools.add('tool');
}

function pushResult(block: Block, path: string, context: UpstreamContext, turn: Turn): void {
  const made: WireBlock[] = [];
  encodeBlock(block, path, context, made);
  if (turn.content.length > turn.results) {
    approximated(context.scope, path, 'Tool results were moved to the beginning of their turn');
  }
  turn.content.splice(turn.results, 0, ...made);
  turn.results += made.length;
}

/** Adds the text without which Bedrock refuses a turn. */
function fillTurn({ role, content, path }: Turn, { scope }: UpstreamContext): void {
  if (content.length === 0) {
    emulated(scope, path, `Bedrock refuses an empty turn; sent ${emptyText}`);
    content.push({ text: emptyText });
    return;
  }
  if (role !== 'user') return;
  let document = false;
  for (const block of content) {
    if (block['text'] !== undefined || block['toolResult'] !== undefined) return;
    if (block['document'] !== undefined) document = true;
  }
  if (!document) return;
  emulated(scope, path, `Bedrock wants a text beside a document; sent ${documentText}`);
  content.push({ text: documentText });
}

function endsUnsigned(turns: readonly Turn[]): boolean {
  const last = turns[turns.length - 1];
  const calls = turns[turns.length - 2];
  if (last === undefined || calls === undefined || last.results === 0 || calls.role !== 'assistant') return false;
  return calls.content[0]?.['reasoningContent'] === undefined;
}
