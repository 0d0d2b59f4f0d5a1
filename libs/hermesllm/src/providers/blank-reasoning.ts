import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { isObject, listOf } from '../read.ts';

/**
 * A blank `reasoning_content` where the assistant's messages have none, for servers that want their own back: what another model thought has
 * no proof for them, and is left out before.
 */
export function blankReasoning(wire: JsonObject, calls: boolean, warn: (warning: Warning) => void): JsonObject {
  let filled = false;
  const messages = listOf(wire['messages']).map((message) => {
    if (!isObject(message) || message['role'] !== 'assistant' || typeof message['reasoning_content'] === 'string') return message;
    if (calls && listOf(message['tool_calls']).length === 0) return message;
    filled = true;
    return { ...message, reasoning_content: ' ' };
  });
  if (!filled) return wire;
  warn({ type: 'emulated', path: 'messages', reason: 'The model wants its reasoning back; a blank one stands where there is none' });
  return { ...wire, messages };
}
