import type { JsonObject } from './codec.ts';
import type { Warning } from './model/warning.ts';
import { isObject, listOf } from './read.ts';
import { words } from './words.ts';

/** Everything has a default. */
export interface HistoryOptions {
  /** Hears of every item that cannot be part of a history. */
  warn?: ((warning: Warning) => void) | undefined;
  /**
   * Whether the upstream that gets the history keeps what it answered (`store`). One that does not refuses reasoning that it cannot read
   * from the item itself. Default false.
   */
  stored?: boolean | undefined;
}

/** Calls that the client answers; one that was cut can have no answer. */
const clientCalls: ReadonlySet<unknown> = words('function_call custom_tool_call');

/**
 * What a Responses API answer adds to the `input` of the next request: its output items as they are, calls with their `call_id`, reasoning
 * with its encrypted content, annotations and what OpenAI may add. Items that no upstream would take back are left out and reported: calls
 * whose arguments were cut, messages without content, reasoning that only the server that made it could look up.
 *
 * Source: {@link https://platform.openai.com/docs/guides/conversation-state | Conversation state}.
 *
 * @param output - `output` of a response; anything but a list counts as empty
 * @returns new list, the same item objects
 * @example
 * const input = [...previousInput, ...inputItemsOf(response.output), { type: 'function_call_output', call_id: 'call_1', output: '21 °C' }];
 */
export function inputItemsOf(output: unknown, { warn, stored = false }: HistoryOptions = {}): JsonObject[] {
  const items: JsonObject[] = [];
  const list = listOf(output);
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const reason = isObject(item) ? unfit(item, stored) : 'Not an object';
    if (reason === undefined) items.push(item as JsonObject);
    else warn?.({ type: 'dropped', path: `output[${i}]`, reason });
  }
  return items;
}

function unfit(item: JsonObject, stored: boolean): string | undefined {
  if (typeof item['type'] !== 'string') return 'An item without a type';
  if (clientCalls.has(item['type']) && item['status'] === 'incomplete') return 'The call was cut, so nothing can answer it';
  if (item['type'] === 'message' && listOf(item['content']).length === 0 && typeof item['content'] !== 'string')
    return 'A message without content';
  if (item['type'] === 'reasoning' && !stored && typeof item['encrypted_content'] !== 'string' && listOf(item['summary']).length === 0)
    return 'Reasoning that only the server that made it can look up';
  return undefined;
}
