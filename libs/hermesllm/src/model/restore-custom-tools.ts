import { parseData } from '../codec.ts';
import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import { isObject } from '../read.ts';
import type { Block, ToolCallBlock } from './block.ts';
import type { LlmRequest } from './request.ts';
import type { LlmResponse } from './response.ts';
import { mapBlocks } from './response.ts';
import type { StreamEvent } from './stream-event.ts';
import { blockDelta } from './stream-event.ts';

// A custom tool takes free text. For an API without such tools it is offered as a function with one string, `input`; here
// the calls that come back become custom calls again.

function customNames(request: LlmRequest | undefined): ReadonlySet<string> | undefined {
  if (request?.tools === undefined) return undefined;
  let names: Set<string> | undefined;
  for (const tool of request.tools) if (tool.type === 'custom') (names ??= new Set()).add(tool.name);
  return names;
}

/** The text inside `{"input": "…"}`, none in `{}`; the arguments themselves when the model did not keep to the form. */
function textOfInput(input: string): string {
  const value = parseData(input);
  if (!isObject(value)) return input;
  const text = value['input'] ?? (Object.keys(value).length === 0 ? '' : input);
  return typeof text === 'string' ? text : input;
}

const isEmulated = (block: Block, names: ReadonlySet<string>): block is ToolCallBlock =>
  block.type === 'tool-call' && !block.custom && names.has(block.name);

/** An answer with its emulated calls as calls of the custom tools that the client registered. */
export function restoreCustomTools(request: LlmRequest | undefined, response: LlmResponse): LlmResponse {
  const names = customNames(request);
  if (names === undefined) return response;
  return mapBlocks(response, (block) => (isEmulated(block, names) ? { ...block, custom: true, input: textOfInput(block.input) } : block));
}

/** The same for a stream; undefined when the request has no custom tools. */
export function restoreCustomToolsInStream(request: LlmRequest | undefined): Machine<StreamEvent, StreamEvent> | undefined {
  const names = customNames(request);
  if (names === undefined) return undefined;
  const open = new Map<number, ReturnType<typeof inputReader>>();
  const textEvents = (index: number, text: string): readonly StreamEvent[] => (text === '' ? none : [blockDelta(index, text)]);
  return {
    push(event) {
      switch (event.type) {
        case 'block-start': {
          const { block } = event;
          if (!isEmulated(block, names)) return [event];
          const reader = inputReader();
          open.set(event.index, reader);
          const start: StreamEvent = { ...event, block: { ...block, custom: true, input: '' } };
          return [start, ...textEvents(event.index, reader.push(block.input))];
        }
        case 'block-delta': {
          const reader = open.get(event.index);
          return reader === undefined ? [event] : textEvents(event.index, reader.push(event.text));
        }
        case 'block-end': {
          const reader = open.get(event.index);
          open.delete(event.index);
          return reader === undefined ? [event] : [...textEvents(event.index, reader.finish()), event];
        }
        default:
          return [event];
      }
    },
    finish: () => none,
  };
}

const prefix = /^\s*\{\s*"input"\s*:\s*"/;
const longestPrefix = 64;
const escapes = /\\(?:u.{4}|[^u])/gs;
/** Up to the end of the text, or to an escape that is not all there yet. */
const whole = /^(?:[^"\\]+|\\u.{4}|\\[^u])*/s;

/**
 * Reads `{"input":"…"}` as it arrives and hands on the unescaped text. Before the text begins, up to 64 characters wait;
 * arguments of another form are handed on as they are.
 */
function inputReader(): { push(text: string): string; finish(): string } {
  let state: 'before' | 'inside' | 'after' | 'raw' = 'before';
  let held = '';
  function inside(): string {
    const text = whole.exec(held)?.[0] ?? '';
    held = held.slice(text.length);
    if (held[0] === '"') {
      state = 'after';
      held = '';
    }
    return text.replace(escapes, (escape) => {
      const unescaped = parseData(`"${escape}"`);
      return typeof unescaped === 'string' ? unescaped : escape;
    });
  }
  return {
    push(text) {
      if (state === 'after') return '';
      if (state === 'raw') return text;
      held += text;
      if (state === 'before') {
        const match = prefix.exec(held);
        if (match !== null) {
          state = 'inside';
          held = held.slice(match[0].length);
        } else if (held.length > longestPrefix) {
          state = 'raw';
          const all = held;
          held = '';
          return all;
        }
      }
      return state === 'inside' ? inside() : '';
    },
    finish: () => (state === 'before' ? textOfInput(held) : held),
  };
}
