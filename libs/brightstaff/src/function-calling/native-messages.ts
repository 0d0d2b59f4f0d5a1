import type { JsonObject } from '@plano/hermesllm';
import { spokenCalls } from './arch-function-history.ts';
import type { ChatMessage } from './read-request.ts';
import type { Trimmable } from './trim-history.ts';

/** A message for a chat model with what it counts in the budget. */
export interface NativeMessage extends Trimmable {
  readonly wire: JsonObject;
}

/**
 * Writes a conversation for a chat model with native tools. Only standard members are kept, every tool result answers a call before it, and calls
 * that a client sends back as text (`x-arch-fc-model-response`) become calls again; a result of no known call becomes a user's message.
 */
export function nativeMessages(messages: readonly ChatMessage[], optimizeContextWindow: boolean): NativeMessage[] {
  const open = new Set<string>();
  return messages.map((message, index): NativeMessage => {
    const { role, text, wire } = message;
    if (role === 'tool') {
      const content = optimizeContextWindow ? '' : text;
      const id = message.toolCallId ?? '';
      if (open.delete(id)) return { role, content, wire: { role, tool_call_id: id, content } };
      return { role: 'user', content, wire: { role: 'user', content: `Result of a function call: ${content}` } };
    }
    const answers = resultIds(messages, index);
    if (role === 'assistant' && answers.length > 0) {
      const calls = message.toolCalls.length > 0 ? message.toolCalls : named(spokenCalls(text), answers);
      const answered = calls.filter(({ id }) => answers.includes(id));
      if (answered.length > 0) {
        for (const { id } of answered) open.add(id);
        const content = message.toolCalls.length > 0 && text !== '' ? text : null;
        const tool_calls = answered.map(({ id, name, arguments: input }) => ({
          id,
          type: 'function',
          function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
        }));
        return { role, content: text + JSON.stringify(tool_calls), wire: { role, content, tool_calls } };
      }
    }
    const content = role === 'user' && Array.isArray(wire['content']) && wire['content'].length > 0 ? wire['content'] : text;
    return { role, content: text, wire: { role, content } };
  });
}

/** Ids that the tool messages directly behind a message answer. */
function resultIds(messages: readonly ChatMessage[], index: number): string[] {
  const ids: string[] = [];
  for (let at = index + 1; messages[at]?.role === 'tool'; at++) {
    const id = messages[at]?.toolCallId;
    if (id !== null && id !== undefined && id !== '') ids.push(id);
  }
  return ids;
}

/** Spoken calls have no ids; results answer them in order. */
const named = (calls: ReturnType<typeof spokenCalls>, ids: readonly string[]): ChatMessage['toolCalls'] =>
  (calls ?? []).flatMap(({ name, arguments: input }, index) => {
    const id = ids[index];
    return id === undefined || name === undefined ? [] : [{ id, name, arguments: input }];
  });
