import type { ClientConversation, ConversationMessage } from '@plano/common';
import { contentText, metadataKeys } from '@plano/common';
import { readConversationState } from './conversation-state.ts';

/**
 * The conversation as function calling reads it: texts only, and with the calls of the last answer, which a client brings back in its metadata,
 * put before that answer. A client that has them in its history already does not get them twice.
 */
export function functionCallingHistory({ messages, metadata }: ClientConversation): ConversationMessage[] {
  const history = messages.map(textMessage);
  const state = readConversationState(metadata[metadataKeys.state]);
  if (state.length === 0 || hasThem(messages, state)) return history;
  const last = history.length - 1;
  const place = history[last - 1]?.['role'] === 'assistant' ? last - 1 : last;
  history.splice(place, 0, ...state);
  return history;
}

function hasThem(messages: readonly ConversationMessage[], state: readonly ConversationMessage[]): boolean {
  const result = state.find(({ role }) => role === 'tool') ?? state[0];
  return messages.some(({ role, content }) => role === result?.['role'] && content === result?.['content']);
}

function textMessage(message: ConversationMessage): ConversationMessage {
  const { role, content, tool_calls, tool_call_id, model } = message;
  return {
    role,
    content: contentText(content),
    ...(model === undefined ? {} : { model }),
    ...(tool_calls === undefined ? {} : { tool_calls }),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
  };
}
