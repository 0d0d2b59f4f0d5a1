import type { Block, ReasoningBlock, ToolCallBlock, ToolResultBlock } from '../../model/block.ts';
import type { Message } from '../../model/request.ts';
import type { Signature } from '../../model/signature.ts';
import { blockPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, emulated, unsupported } from '../../warn.ts';
import { reportCache } from './cache-hint.ts';
import { encodePart, encodeParts, encodeUserContent, onlyText, plainContent } from './encode-parts.ts';
import { encodeThinkingBlock, hasProof, isUsable, joinReasoning } from './reasoning.ts';
import { api } from './api.ts';
import { encodeExtraContent } from './signatures.ts';
import type { WireMessage, WirePart, WireToolCall } from './wire.ts';
import { failedText } from '../failed-result.ts';

/**
 * The conversation as an upstream takes it. One hub message of tool results is one wire message a result, directly behind the calls that they
 * answer, which OpenAI demands; what a result has besides text follows the whole run as a message of the user, for only users send images here.
 */
export function encodeMessages(messages: readonly Message[], scope: Scope): WireMessage[] {
  const out: WireMessage[] = [];
  let shown: WirePart[] = [];
  let calls = -1; // where the next result of the last calls goes
  for (let i = 0; i < messages.length; i++) {
    const { role, blocks, name } = messages[i] as Message;
    if (role !== 'tool' && shown.length > 0) {
      out.push(wireMessage('user', shown, undefined));
      shown = [];
    }
    switch (role) {
      case 'system':
      case 'developer':
        out.push(wireMessage(role, promptText(blocks, i, scope), name));
        break;
      case 'user':
        out.push(wireMessage('user', encodeUserContent(blocks, i, scope), name));
        break;
      case 'assistant': {
        const wire = encodeAssistant(blocks, name, i, scope);
        if (wire === undefined) break;
        out.push(wire);
        calls = wire.tool_calls === undefined ? -1 : out.length;
        break;
      }
      case 'tool':
        for (let j = 0; j < blocks.length; j++) {
          const block = blocks[j] as Block;
          const here = blockPath(i, j);
          if (block.type === 'tool-result') {
            const behind = calls === -1 ? out.length : calls++;
            if (behind < out.length) approximated(scope, here, 'Moved directly behind the calls');
            out.splice(behind, 0, encodeResult(block, here, scope, shown));
          } else dropped(scope, here, 'Only results of tools stand in a tool message');
        }
        break;
    }
  }
  if (shown.length > 0) out.push(wireMessage('user', shown, undefined));
  return out;
}

function wireMessage(role: WireMessage['role'], content: WireMessage['content'], name: string | undefined): WireMessage {
  return name === undefined ? { role, content } : { role, content, name };
}

/** Instructions are one text: many servers take no parts in them. */
const promptText = (blocks: readonly Block[], message: number, scope: Scope): string =>
  onlyText(blocks) ?? linesOf(encodeParts(blocks, message, scope), message, scope);

function linesOf(parts: readonly WirePart[], message: number, scope: Scope): string {
  let text: string | undefined;
  for (const part of parts) {
    if (part.type !== 'text') dropped(scope, `messages[${message}].blocks`, 'Instructions are text');
    else text = text === undefined ? (part['text'] as string) : `${text}\n${part['text'] as string}`;
  }
  return text ?? '';
}

function encodeResult(block: ToolResultBlock, path: string, scope: Scope, shown: WirePart[]): WireMessage {
  reportCache(block.cache, path, scope);
  if (block.isError) approximated(scope, `${path}.isError`, 'The output of a failed tool is marked by its text');
  const text = onlyText(block.blocks) ?? resultText(block.blocks, path, scope, shown);
  return { role: 'tool', content: block.isError ? failedText(text) : text, tool_call_id: block.id };
}

function resultText(blocks: readonly Block[], path: string, scope: Scope, shown: WirePart[]): string {
  let text: string | undefined;
  for (let i = 0; i < blocks.length; i++) {
    const here = `${path}.blocks[${i}]`;
    const parts: WirePart[] = [];
    encodePart(blocks[i] as Block, here, scope, parts);
    for (const part of parts) {
      if (part.type === 'text') text = text === undefined ? (part['text'] as string) : `${text}\n${part['text'] as string}`;
      else {
        emulated(scope, here, 'Tool messages are text; the user shows the rest after them');
        shown.push(part);
      }
    }
  }
  return text ?? '';
}

/** Undefined for a turn that says nothing, or nothing that can be said here. */
function encodeAssistant(blocks: readonly Block[], name: string | undefined, message: number, scope: Scope): WireMessage | undefined {
  const parts: WirePart[] = [];
  const wire = wireMessage('assistant', null, name);
  let thoughts: ReasoningBlock[] | undefined;
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const here = blockPath(message, i);
    switch (block.type) {
      case 'reasoning':
        if (isUsable(block)) (thoughts ??= []).push(block);
        else dropped(scope, here, 'Only its origin can use this reasoning');
        break;
      case 'tool-call':
        (wire.tool_calls ??= []).push(encodeCall(block, here, scope));
        break;
      case 'refusal':
        parts.push({ type: 'refusal', refusal: block.text });
        break;
      case 'text':
        encodePart(block, here, scope, parts);
        if (isGoogles(block.signature, here, scope)) wire.extra_content = encodeExtraContent(block.signature);
        break;
      case 'unknown':
        if (block.api === api && isCall(block.value)) (wire.tool_calls ??= []).push(block.value);
        else encodePart(block, here, scope, parts);
        break;
      case 'media':
        if (block.kind === 'audio' && block.source.type === 'file' && block.source.api === api) wire.audio = { id: block.source.id };
        else unsupported(scope, here, block.kind);
        break;
      case 'tool-result':
        dropped(scope, here, 'Results stand in tool messages');
        break;
    }
  }
  if (parts.length > 0) wire.content = plainContent(parts);
  else if (wire.tool_calls === undefined) {
    if (thoughts === undefined && wire.audio === undefined) return undefined;
    wire.content = '';
  }
  if (thoughts !== undefined) {
    const text = joinReasoning(thoughts);
    if (text !== undefined) wire.reasoning_content = text;
    if (thoughts.some(hasProof)) wire.thinking_blocks = thoughts.map((block) => encodeThinkingBlock(block));
  }
  return wire;
}

/** A call of a type that is not known here was kept as it came. */
const isCall = (value: unknown): value is WireToolCall => typeof value === 'object' && value !== null && 'id' in value;

/**
 * Custom tools are offered as functions (see `tools.ts`), so a call of one has its text in a member of the arguments. A function without
 * arguments gets the empty object, which is what servers parse.
 */
function encodeCall(block: ToolCallBlock, path: string, scope: Scope): WireToolCall {
  reportCache(block.cache, path, scope);
  const { id, name, input, custom, signature } = block;
  const text = custom ? JSON.stringify({ input }) : input.trim() === '' ? '{}' : input;
  const wire: WireToolCall = { id, type: 'function', function: { name, arguments: text } };
  if (isGoogles(signature, path, scope)) wire.extra_content = encodeExtraContent(signature);
  return wire;
}

/** Gemini answers 400 to a call without the signature that it gave; nobody else has one here. */
function isGoogles(signature: Signature | undefined, path: string, scope: Scope): signature is Signature {
  if (signature === undefined || signature.origin === 'gemini') return signature !== undefined;
  dropped(scope, `${path}.signature`, 'Only its origin can use this signature');
  return false;
}
