import type { ConversationMessage } from '@plano/common';

/** Messages of one turn that a client brings back; more are not looked at. */
const messageLimit = 64;

/**
 * The messages in `metadata["x-arch-state"]` of a request: what an answer of ours had there, as text or parsed, or the nested lists that Plano
 * 0.4 reads (`[[{ key, tool_call, tool_response }]]`). Anything else, and whatever is no message of an assistant or a tool, counts as nothing.
 *
 * @example
 * readConversationState('{"messages":"[{\\"role\\":\\"tool\\",\\"content\\":\\"18\\"}]"}'); // [{ role: 'tool', content: '18' }]
 */
export function readConversationState(value: unknown): ConversationMessage[] {
  const state = parsed(value);
  if (isMembers(state)) {
    const messages = parsed(state['messages']);
    return Array.isArray(messages) ? (messages as readonly unknown[]).slice(0, messageLimit).flatMap(asStateMessage) : [];
  }
  if (!Array.isArray(state)) return [];
  const entries = (state as readonly unknown[]).flatMap((turn) => (Array.isArray(turn) ? (turn as readonly unknown[]) : []));
  return entries.slice(0, messageLimit / 2).flatMap(asMessages);
}

/** The state of an answer in the form in which it is given out. */
export const writeState = (messages: readonly ConversationMessage[]): string => JSON.stringify({ messages: JSON.stringify(messages) });

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON text may stand in JSON text. */
function parsed(value: unknown): unknown {
  let current = value;
  for (let level = 0; level < 3 && typeof current === 'string'; level += 1) {
    try {
      current = JSON.parse(current);
    } catch {
      return undefined;
    }
  }
  return current;
}

function asStateMessage(value: unknown): ConversationMessage[] {
  if (!isMembers(value)) return [];
  const { role, content, tool_calls, tool_call_id, model } = value;
  const text = typeof content === 'string' ? content : null;
  if (role === 'tool') return text === null ? [] : [{ role, content: text, ...(typeof tool_call_id === 'string' ? { tool_call_id } : {}) }];
  if (role !== 'assistant') return [];
  const calls = Array.isArray(tool_calls) ? (tool_calls as readonly unknown[]).filter(isToolCall) : [];
  if (text === null && calls.length === 0) return [];
  return [
    {
      role,
      content: text ?? '',
      ...(typeof model === 'string' ? { model } : {}),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

const isToolCall = (value: unknown): boolean =>
  isMembers(value) &&
  isMembers(value['function']) &&
  typeof value['function']['name'] === 'string' &&
  typeof value['function']['arguments'] === 'string';

function asMessages(value: unknown): ConversationMessage[] {
  if (!isMembers(value) || !isMembers(value['tool_call']) || typeof value['tool_call']['name'] !== 'string') return [];
  const { name, arguments: input } = value['tool_call'];
  const id = typeof value['key'] === 'string' ? value['key'] : 'call_1';
  const call = { id, type: 'function', function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}) } };
  const response = value['tool_response'];
  const messages: ConversationMessage[] = [{ role: 'assistant', content: '', tool_calls: [call] }];
  if (typeof response === 'string') messages.push({ role: 'tool', content: response, tool_call_id: id });
  return messages;
}
