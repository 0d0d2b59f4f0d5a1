import type { Block, MediaBlock, ReasoningBlock, TextBlock } from '../../model/block.ts';
import type { LlmRequest, Message } from '../../model/request.ts';
import type { Signature } from '../../model/signature.ts';
import { elementPath, isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, emulated, foreign, unsupported } from '../../warn.ts';
import { mediaHead, reportDetail } from '../media-head.ts';
import { toolInput } from '../tool-input.ts';
import { openingText } from '../turns.ts';
import { api } from './api.ts';
import type { Resolution } from './encode-media.ts';
import { encodeMedia, resolutionOf } from './encode-media.ts';
import { encodeResult } from './encode-result.ts';
import { isThird } from './models.ts';
import type { WireContent, WirePart } from './wire.ts';

/**
 * Stands for the signature that Gemini 3 demands of the first call of a step and that another model's call does not have:
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const noSignature = 'skip_thought_signature_validator';

/** Function responses, and the media that belong to them. */
interface Results {
  list: { id: string; part: WirePart }[];
  beside: WirePart[];
}

/** A turn while it grows. A user's has its results first. */
interface Turn {
  role: WireContent['role'];
  results: Results | undefined;
  parts: WirePart[];
  /** Ids of the calls, and where the first of them stood. */
  calls: string[] | undefined;
  firstCall: WirePart | undefined;
  firstCallPath: string;
}

interface Context {
  scope: Scope;
  third: boolean;
  /** The function that each call called. */
  names: Map<string, string>;
  resolution: Resolution;
}

export interface EncodedContents {
  system: WirePart[];
  contents: WireContent[];
  mediaResolution: string | undefined;
}

/**
 * The hub's messages as Gemini's system instruction and turns. Neighbours of one side are one turn; results are in the order of their
 * calls. System and developer messages are all in the instruction, in their order.
 */
export function encodeContents({ model, messages }: LlmRequest, scope: Scope): EncodedContents {
  const system: WirePart[] = [];
  const turns: Turn[] = [];
  const context: Context = { scope, third: isThird(model), names: new Map(), resolution: resolutionOf(scope) };
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Message;
    const path = elementPath('messages', i);
    if (message.name !== undefined) unsupported(scope, `${path}.name`);
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) approximated(scope, path, 'Moved to the system instruction');
      pushSystem(message, path, scope, system);
    } else pushTurn(message, path, context, turns);
  }
  if (turns[0]?.role !== 'user') {
    emulated(scope, 'messages', 'The user has to speak first; a neutral text was put there');
    const opening = newTurn('user');
    opening.parts.push({ text: openingText });
    turns.unshift(opening);
  }
  if (context.third) fillSignatures(turns, scope);
  return { system, contents: written(turns), mediaResolution: context.resolution.value() };
}

const newTurn = (role: Turn['role']): Turn => ({
  role,
  results: undefined,
  parts: [],
  calls: undefined,
  firstCall: undefined,
  firstCallPath: '',
});

function written(turns: readonly Turn[]): WireContent[] {
  const contents: WireContent[] = [];
  let calls: readonly string[] | undefined;
  for (const turn of turns) {
    const { role, results } = turn;
    let { parts } = turn;
    if (results !== undefined) {
      const { list, beside } = results;
      if (list.length > 1 && calls !== undefined) sortByCall(list, calls);
      const all: WirePart[] = [];
      for (const { part } of list) all.push(part);
      for (const part of beside) all.push(part);
      for (const part of parts) all.push(part);
      parts = all;
    }
    contents.push({ role, parts });
    calls = turn.calls;
  }
  return contents;
}

/** Results of calls that are not there keep their place at the end. */
function sortByCall(results: Results['list'], calls: readonly string[]): void {
  const order = new Map<string, number>();
  for (let i = 0; i < calls.length; i++) order.set(calls[i] as string, i);
  results.sort((a, b) => (order.get(a.id) ?? calls.length) - (order.get(b.id) ?? calls.length));
}

/**
 * Gemini 3 validates the steps since the user last spoke, and of each step its first call. Clients put words and images of their own beside
 * the results of tools (reminders, the picture that a tool took): a turn with results still belongs to the steps, whatever else it holds.
 */
function fillSignatures(turns: readonly Turn[], scope: Scope): void {
  for (let i = turns.length - 1; i >= 0; i--) {
    const turn = turns[i] as Turn;
    if (turn.role === 'user' && turn.results === undefined) return;
    if (turn.firstCall === undefined || turn.firstCall['thoughtSignature'] !== undefined) continue;
    turn.firstCall['thoughtSignature'] = noSignature;
    emulated(scope, `${turn.firstCallPath}.signature`, 'Gemini 3 demands one; it is told not to validate this call');
  }
}

function pushSystem({ blocks }: Message, path: string, scope: Scope, system: WirePart[]): void {
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = elementPath(`${path}.blocks`, i);
    if (block.type === 'text') pushText(block, here, scope, system);
    else dropped(scope, here, 'A system instruction has only text');
  }
}

const reportCache = (path: string, scope: Scope): void => unsupported(scope, `${path}.cache`);

function pushTurn({ role: from, blocks }: Message, path: string, context: Context, turns: Turn[]): void {
  const role = from === 'assistant' ? 'model' : 'user';
  const last = turns[turns.length - 1];
  const turn = last?.role === role ? last : newTurn(role);
  for (let i = 0; i < blocks.length; i++) pushBlock(blocks[i] as Block, elementPath(`${path}.blocks`, i), context, turn);
  // A turn without parts is refused.
  if (turn !== last && (turn.parts.length > 0 || turn.results !== undefined)) turns.push(turn);
}

function pushBlock(block: Block, path: string, context: Context, turn: Turn): void {
  const { scope } = context;
  switch (block.type) {
    case 'text':
      pushText(block, path, scope, turn.parts);
      return;
    case 'refusal':
      if (block.text !== '') turn.parts.push({ text: block.text });
      return;
    case 'reasoning':
      pushReasoning(block, path, scope, turn);
      return;
    case 'media':
      pushMedia(block, path, context, turn);
      return;
    case 'tool-call': {
      if (block.cache !== undefined) reportCache(path, scope);
      const { name } = block;
      context.names.set(block.id, name);
      const functionCall = { id: block.id === '' ? undefined : block.id, name, args: toolInput(block, path, scope) };
      const part: WirePart = { functionCall, thoughtSignature: ownSignature(block.signature, path, scope) };
      if (turn.firstCall === undefined) {
        turn.firstCall = part;
        turn.firstCallPath = path;
      }
      turn.calls ??= [];
      turn.calls.push(block.id);
      turn.parts.push(part);
      return;
    }
    case 'tool-result': {
      if (turn.parts.length > 0) approximated(scope, path, 'Function responses were moved to the beginning of their turn');
      const { part, beside } = encodeResult(block, context.names.get(block.id), context.third, path, scope);
      turn.results ??= { list: [], beside: [] };
      turn.results.list.push({ id: block.id, part });
      for (const media of beside) turn.results.beside.push(media);
      return;
    }
    case 'unknown':
      if (block.api === api && isObject(block.value)) turn.parts.push(block.value);
      else foreign(scope, path, block.api);
  }
}

function ownSignature(signature: Signature | undefined, path: string, scope: Scope): string | undefined {
  if (signature === undefined || signature.origin === api) return signature?.data;
  dropped(scope, `${path}.signature`, 'The signature is of another vendor');
  return undefined;
}

/** Gemini refuses empty text, but for the signature that it carries. */
function pushText({ text, signature, cache, citations }: TextBlock, path: string, scope: Scope, parts: WirePart[]): void {
  if (cache !== undefined) reportCache(path, scope);
  if (citations !== undefined && citations.length > 0) unsupported(scope, `${path}.citations`);
  const thoughtSignature = ownSignature(signature, path, scope);
  if (thoughtSignature !== undefined) parts.push({ text, thoughtSignature });
  else if (text !== '') parts.push({ text });
}

/** Thoughts go back as Gemini's own or as text without any proof; those of another vendor are of no use to it. */
function pushReasoning({ text, signature, redacted }: ReasoningBlock, path: string, scope: Scope, turn: Turn): void {
  const foreign = (signature !== undefined && signature.origin !== api) || redacted !== undefined;
  if (foreign) {
    dropped(scope, path, "Another vendor's reasoning is of no use to Gemini");
    return;
  }
  if (text !== '' || signature !== undefined) turn.parts.push({ text, thought: true, thoughtSignature: signature?.data });
}

function pushMedia(block: MediaBlock, path: string, context: Context, turn: Turn): void {
  const { scope } = context;
  const { parts } = turn;
  const { source } = block;
  const begin = parts.length;
  if (source.type === 'blocks') {
    approximated(scope, `${path}.source`, 'The blocks of the document stand in its place');
    if (block.citable === true) unsupported(scope, `${path}.citable`);
    const { blocks } = source;
    for (let i = 0; i < blocks.length; i++) pushBlock(blocks[i] as Block, elementPath(`${path}.source.blocks`, i), context, turn);
  } else {
    const part = encodeMedia(block, path, scope);
    if (part !== undefined) parts.push(part);
  }
  if (parts.length === begin) return;
  if (block.kind === 'image') context.resolution.add(block, path);
  else reportDetail(block, path, scope);
  const head = mediaHead(block, source.type !== 'blocks', path, scope);
  if (head !== undefined) parts.splice(begin, 0, { text: head });
}
