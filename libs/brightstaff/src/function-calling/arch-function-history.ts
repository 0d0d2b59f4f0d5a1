import { FunctionCallingError } from './function-calling-error.ts';
import { unfence } from './fence.ts';
import { isObject } from './function-tool.ts';
import type { ChatMessage } from './read-request.ts';
import { spacedJson } from './spaced-json.ts';

/** A message as Arch-Function reads it. */
export interface ArchMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/**
 * Writes a conversation the way Arch-Function was trained to read it: calls and results between tags, results from the user.
 *
 * @throws FunctionCallingError (400) when the last message is not from the user or a tool
 */
export function archFunctionHistory(messages: readonly ChatMessage[], optimizeContextWindow: boolean): ArchMessage[] {
  const history = messages.map((message, index): ArchMessage => {
    if (message.toolCalls.length > 0) return { role: 'assistant', content: message.toolCalls.map(callText).join('\n') };
    if (message.role === 'tool') {
      return { role: 'user', content: optimizeContextWindow ? responseText('') : resultText(message, messages, index) };
    }
    return { role: message.role, content: message.text };
  });
  if (history.at(-1)?.role !== 'user') {
    throw new FunctionCallingError('invalid_request', 'Invalid request body: messages: the last message must be from the user');
  }
  return history;
}

const callText = ({ name, arguments: input }: ChatMessage['toolCalls'][number]): string =>
  `<tool_call>\n${spacedJson({ name, arguments: input })}\n</tool_call>`;

const responseText = (json: string): string => `<tool_response>\n${json}\n</tool_response>`;

/** A result with the name of its function, which stands in the call that it answers; a result of no known call stays as it is. */
function resultText(message: ChatMessage, messages: readonly ChatMessage[], index: number): string {
  const name = nameOfCall(message, messages, index);
  return name === undefined ? message.text : responseText(spacedJson({ name, result: message.text }));
}

function nameOfCall(message: ChatMessage, messages: readonly ChatMessage[], index: number): string | undefined {
  for (let at = index - 1; at >= 0 && message.toolCallId !== null && message.toolCallId !== ''; at--) {
    const call = messages[at]?.toolCalls.find(({ id }) => id === message.toolCallId);
    if (call !== undefined) return call.name;
  }
  const spoken = spokenCalls(messages[index - 1]?.text ?? '');
  return spoken?.[0] === undefined ? undefined : (spoken[0].name ?? 'no_name');
}

/** The calls in a message that holds the model's own answer, as clients send it back from `x-arch-fc-model-response`. */
export function spokenCalls(text: string): { name: string | undefined; arguments: unknown }[] | undefined {
  if (!text.includes('tool_calls')) return undefined;
  try {
    const value: unknown = JSON.parse(unfence(text));
    if (!isObject(value) || !Array.isArray(value['tool_calls'])) return undefined;
    return (value['tool_calls'] as readonly unknown[]).map((call) =>
      isObject(call)
        ? { name: typeof call['name'] === 'string' ? call['name'] : undefined, arguments: call['arguments'] ?? {} }
        : { name: undefined, arguments: {} },
    );
  } catch {
    return undefined;
  }
}
