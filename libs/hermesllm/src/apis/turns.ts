import type { Fields } from '../fields.ts';
import { readItem, requireString, wrongMember } from '../fields.ts';
import type { Block } from '../model/block.ts';
import type { Message } from '../model/request.ts';
import { message } from '../model/request.ts';
import { words } from '../words.ts';
import { blockPath, elementPath } from '../read.ts';
import type { Scope } from '../scope.ts';
import { approximated, dropped, emulated, unsupported } from '../warn.ts';

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
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const role = block.type === 'tool-result' ? 'tool' : 'user';
    if (run?.role !== role) {
      run = message(role, []);
      messages.push(run);
    }
    run.blocks.push(block);
  }
}

/** What stands for the user's first words when a conversation begins with the assistant: something must, and it should ask for nothing. */
export const openingText = '(The conversation begins.)';

/** What asks the assistant to go on with its own words, where it cannot be made to. */
export const goingOn = '(Go on where you stopped, and repeat nothing.)';

type WireContent = { readonly [member: string]: unknown };

/** A turn while it grows. */
export interface Turn<Wire> {
  role: 'user' | 'assistant';
  content: Wire[];
  /** Where the next tool result goes: results stand before everything else. */
  results: number;
  /** Where in the hub it began. */
  path: string;
}

/** How an API writes its turns. */
export interface TurnWriter<Wire> {
  encodeBlock(block: Block, path: string, out: Wire[]): void;
  text(text: string): Wire;
  /** Whether a turn of the user without content is a turn; one of the assistant never is. */
  keepsEmpty: boolean;
  /** Whether the model refuses to go on with words of its own. */
  refusesPrefill: boolean;
  /** Whether a block is thinking. */
  isThinking(wire: Wire): boolean;
}

export interface EncodedTurns<Wire> {
  system: Wire[];
  turns: Turn<Wire>[];
  /** Whether the turns end with results of a call that the model made without thinking first, or with its own words without it. */
  unsigned: boolean;
}

/**
 * The hub's messages as a system prompt and alternating turns. Neighbours of one side are one turn; a user turn has its tool results first,
 * which the APIs demand. System and developer messages are all in the prompt, in their order. Turns may be empty.
 */
export function encodeTurns<Wire extends WireContent>(
  messages: readonly Message[],
  writer: TurnWriter<Wire>,
  scope: Scope,
): EncodedTurns<Wire> {
  const system: Wire[] = [];
  const turns: Turn<Wire>[] = [];
  for (let i = 0; i < messages.length; i++) {
    const { role, blocks, name } = messages[i] as Message;
    const path = elementPath('messages', i);
    if (name !== undefined) unsupported(scope, `${path}.name`);
    const prompts = role === 'system' || role === 'developer';
    if (prompts && turns.length > 0) approximated(scope, path, 'Moved to the system prompt');
    const turn = prompts ? undefined : turnOf(role === 'assistant' ? role : 'user', path, turns);
    for (let j = 0; j < blocks.length; j++) {
      const block = blocks[j] as Block;
      const here = blockPath(i, j);
      if (turn !== undefined) pushBlock(block, here, turn, writer, scope);
      else if (block.type === 'text') writer.encodeBlock(block, here, system);
      else dropped(scope, here, 'A system prompt has only text');
    }
    // A turn without content may have been made for nothing.
    if (turn !== undefined && turn.content.length === 0 && !(writer.keepsEmpty && turn.role === 'user')) turns.pop();
  }
  if (turns[0]?.role === 'assistant' || (turns.length === 0 && messages.length > 0)) {
    emulated(scope, 'messages', 'The user has to speak first; a neutral text was put there');
    turns.unshift({ role: 'user', content: [writer.text(openingText)], results: 0, path: 'messages' });
  }
  const last = turns[turns.length - 1];
  if (writer.refusesPrefill && endingText(last) !== undefined) {
    emulated(scope, 'messages', 'This model does not go on with words of its own; the user asks it to');
    turns.push({ role: 'user', content: [writer.text(goingOn)], results: 0, path: 'messages' });
  } else trimEnd(last, scope);
  return { system, turns, unsigned: endsUnsigned(turns, writer) };
}

/** The words that the assistant shall go on with. */
function endingText<Wire extends WireContent>(turn: Turn<Wire> | undefined): string | undefined {
  const text = turn?.role === 'assistant' ? turn.content[turn.content.length - 1]?.['text'] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** They may not end with white space: Claude answers 400. */
function trimEnd<Wire extends WireContent>(turn: Turn<Wire> | undefined, scope: Scope): void {
  const text = endingText(turn);
  if (turn === undefined || text === undefined || text.trimEnd() === text) return;
  const { content, path } = turn;
  approximated(scope, path, 'The white space at its end, which Claude refuses, was taken off');
  content.push({ ...(content.pop() as Wire), text: text.trimEnd() });
}

function turnOf<Wire>(role: Turn<Wire>['role'], path: string, turns: Turn<Wire>[]): Turn<Wire> {
  const last = turns[turns.length - 1];
  if (last?.role === role) return last;
  const turn: Turn<Wire> = { role, content: [], results: 0, path };
  turns.push(turn);
  return turn;
}

function pushBlock<Wire>(block: Block, path: string, turn: Turn<Wire>, writer: TurnWriter<Wire>, scope: Scope): void {
  const { role, content, results } = turn;
  if (role === 'assistant' && block.type === 'media') unsupported(scope, path, block.kind);
  else if (block.type !== 'tool-result') writer.encodeBlock(block, path, content);
  else if (content.length === results) {
    writer.encodeBlock(block, path, content);
    turn.results = content.length;
  } else {
    const made: Wire[] = [];
    writer.encodeBlock(block, path, made);
    approximated(scope, path, 'Tool results were moved to the beginning of their turn');
    content.splice(results, 0, ...made);
    turn.results += made.length;
  }
}

function endsUnsigned<Wire>(turns: readonly Turn<Wire>[], writer: TurnWriter<Wire>): boolean {
  const last = turns[turns.length - 1];
  const running = last !== undefined && last.results > 0 ? turns[turns.length - 2] : last;
  if (running?.role !== 'assistant') return false;
  const [first] = running.content;
  return first === undefined || !writer.isThinking(first);
}
