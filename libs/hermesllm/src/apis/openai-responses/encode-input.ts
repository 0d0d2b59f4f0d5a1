import type { Block, ToolCallBlock, ToolResultBlock } from '../../model/block.ts';
import type { LlmRequest, Message } from '../../model/request.ts';
import { elementPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, foreign, unsupported } from '../../warn.ts';
import { encodeOutputText, encodeParts } from './encode-parts.ts';
import { encodeOwnReasoning } from './reasoning.ts';
import { api } from './api.ts';
import type { WireItem, WirePart } from './wire.ts';
import { failedText } from '../failed-result.ts';

export interface EncodedInput {
  instructions: string | undefined;
  input: WireItem[];
  /** The first message that is in `input`. */
  begin: number;
  /** Whether reasoning of an earlier turn goes back. */
  reasons: boolean;
}

/** System messages that open the conversation are `instructions`; every other message becomes items where it stands. */
export function encodeInput(request: LlmRequest, scope: Scope): EncodedInput {
  const { messages } = request;
  const customCalls = new Set<string>();
  const out: EncodedInput = { instructions: undefined, input: [], begin: 0, reasons: false };
  let leading = true;
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as Message;
    const path = elementPath('messages', i);
    if (message.name !== undefined) unsupported(scope, `${path}.name`);
    if (leading && message.role === 'system') {
      const text = plainText(message.blocks);
      if (text !== undefined) {
        if (message.blocks.some((block) => block.type === 'text' && block.cache !== undefined)) {
          approximated(scope, `${path}.cache`, 'OpenAI caches prefixes by itself');
        }
        out.instructions = out.instructions === undefined ? text : `${out.instructions}\n\n${text}`;
        out.begin = i + 1;
        continue;
      }
    }
    leading = false;
    switch (message.role) {
      case 'assistant':
        encodeAssistant(message.blocks, path, out, customCalls, scope);
        break;
      case 'tool':
        for (let j = 0; j < message.blocks.length; j++) {
          const block = message.blocks[j] as Block;
          const blockPath = elementPath(`${path}.blocks`, j);
          if (block.type === 'tool-result') out.input.push(encodeResult(block, customCalls, blockPath, scope));
          else dropped(scope, blockPath, 'A tool message holds results only');
        }
        break;
      default: {
        const content = encodeParts(message.blocks, path, scope);
        if (content.length > 0 || message.blocks.length === 0) out.input.push({ type: 'message', role: message.role, content });
      }
    }
  }
  // A request without any item is refused.
  if (out.input.length === 0 && out.instructions !== undefined) {
    out.input.push(systemItem(out.instructions));
    out.instructions = undefined;
    out.begin = 0;
  }
  return out;
}

export const systemItem = (text: string): WireItem => ({ type: 'message', role: 'system', content: [{ type: 'input_text', text }] });

/** The text of blocks that are nothing else, without what only items can carry. */
function plainText(blocks: readonly Block[]): string | undefined {
  let text: string | undefined;
  for (const block of blocks) {
    if (block.type !== 'text' || block.citations !== undefined) return undefined;
    text = text === undefined ? block.text : `${text}\n\n${block.text}`;
  }
  return text;
}

function encodeAssistant(blocks: readonly Block[], path: string, out: EncodedInput, customCalls: Set<string>, scope: Scope): void {
  let content: WirePart[] | undefined; // of the open message item
  const addPart = (part: WirePart): void => {
    if (content === undefined) {
      content = [];
      out.input.push({ type: 'message', role: 'assistant', content });
    }
    content.push(part);
  };
  const addItem = (item: WireItem): void => {
    content = undefined;
    out.input.push(item);
  };
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i] as Block;
    const blockPath = elementPath(`${path}.blocks`, i);
    switch (block.type) {
      case 'text':
        addPart(encodeOutputText(block, blockPath, scope));
        break;
      case 'refusal':
        addPart({ type: 'refusal', refusal: block.text });
        break;
      case 'tool-call':
        if (block.custom) customCalls.add(block.id);
        if (block.signature !== undefined) unsupported(scope, `${blockPath}.signature`);
        if (block.cache !== undefined) approximated(scope, `${blockPath}.cache`, 'OpenAI caches prefixes by itself');
        addItem(callItem(block));
        break;
      case 'reasoning': {
        const item = encodeOwnReasoning(block, blockPath, scope);
        if (item === undefined) break;
        out.reasons = true;
        addItem(item);
        break;
      }
      case 'unknown':
        if (block.api !== api) foreign(scope, blockPath, block.api);
        else if (isPart(block.value as WireItem)) addPart(block.value as WirePart);
        else addItem(block.value as WireItem);
        break;
      default:
        unsupported(scope, blockPath, block.type);
    }
  }
}

/** Content parts of this API are all named for their direction; items are not. */
const isPart = ({ type }: WireItem): boolean => type.startsWith('input_') || type.startsWith('output_');

/** A call without its item id, which only the server that made it knows. */
function callItem(block: ToolCallBlock): WireItem {
  const { namespace } = block;
  return block.custom
    ? { type: 'custom_tool_call', call_id: block.id, name: block.name, namespace, input: block.input }
    : { type: 'function_call', call_id: block.id, name: block.name, namespace, arguments: argumentsOf(block) };
}

export const argumentsOf = ({ input }: ToolCallBlock): string => (input.trim() === '' ? '{}' : input);

function encodeResult(block: ToolResultBlock, customCalls: ReadonlySet<string>, path: string, scope: Scope): WireItem {
  if (block.cache !== undefined) approximated(scope, `${path}.cache`, 'OpenAI caches prefixes by itself');
  const parts = encodeParts(block.blocks, path, scope);
  if (block.isError) {
    approximated(scope, `${path}.isError`, 'The output of a failed tool is marked by its text');
    const [first] = parts;
    if (first?.type === 'input_text') parts[0] = { ...first, text: failedText(String(first['text'])) };
    else parts.unshift({ type: 'input_text', text: failedText('') });
  }
  const type = block.custom || customCalls.has(block.id) ? 'custom_tool_call_output' : 'function_call_output';
  return { type, call_id: block.id, output: shortest(parts) };
}

/** Text alone is sent as text, which every server of this API takes. */
function shortest(parts: WirePart[]): string | WirePart[] {
  if (parts.length === 0) return '';
  const [first] = parts;
  return parts.length === 1 && first?.type === 'input_text' && first['prompt_cache_breakpoint'] === undefined
    ? String(first['text'])
    : parts;
}
