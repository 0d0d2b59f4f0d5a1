import type { ConversationMessage } from '@plano/common';

/** Messages of a Chat client's history that only Plano understands, by index. */
export interface OwnMessages {
  /** Calls of prompt targets and their results: the model never asked for them. */
  readonly calls: readonly number[];
  /** Other messages with our `model`, which an LLM's API refuses. */
  readonly models: readonly number[];
}

/**
 * Finds what a client put into its history from `x-arch-state` or from the first chunks of a stream. Tool calls of the client's own, which do not
 * carry our model name, are not among them.
 */
export function findOwnMessages(messages: readonly ConversationMessage[]): OwnMessages {
  const calls: number[] = [];
  const models: number[] = [];
  let inCall = false;
  for (const [index, message] of messages.entries()) {
    const { role, model } = message;
    const isOurs = role === 'assistant' && typeof model === 'string' && model.startsWith('Arch-');
    // Some clients keep no `model`: a tool's result behind a text is nobody else's form either.
    if (isOurs) inCall = isCall(message);
    else if (role === 'assistant') inCall = messages[index + 1]?.['role'] === 'tool' && isWrittenCall(message);
    else if (role !== 'tool') inCall = false;
    if (inCall) calls.push(index);
    else if (isOurs) models.push(index);
  }
  return { calls, models };
}

const hasCalls = ({ tool_calls: calls }: ConversationMessage): boolean => Array.isArray(calls) && calls.length > 0;

const isCall = (message: ConversationMessage): boolean => hasCalls(message) || isWrittenCall(message);

function isWrittenCall(message: ConversationMessage): boolean {
  const { content } = message;
  return !hasCalls(message) && typeof content === 'string' && /^\s*(```(json)?\s*)?\{\s*"tool_calls"\s*:/.test(content);
}
