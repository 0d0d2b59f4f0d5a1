import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { isObject, maybeObject } from '../read.ts';
import type { Quirk } from './provider.ts';

const placeholder = { google: { thought_signature: 'skip_thought_signature_validator' } };

const isSigned = (call: JsonObject): boolean =>
  typeof maybeObject(maybeObject(call['extra_content'])?.['google'])?.['thought_signature'] === 'string';

/** Signs the first call of every step since the user last spoke. */
function signCalls(wire: JsonObject, warn: (warning: Warning) => void): JsonObject {
  const { messages } = wire;
  if (!Array.isArray(messages)) return wire;
  let changed: unknown[] | undefined;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message: unknown = messages[i];
    if (!isObject(message)) continue;
    if (message['role'] === 'user' && !followsResult(messages, i)) break;
    const calls = message['tool_calls'];
    if (message['role'] !== 'assistant' || !Array.isArray(calls)) continue;
    const [first, ...others]: unknown[] = calls;
    if (!isObject(first) || isSigned(first)) continue;
    changed ??= messages.slice();
    changed[i] = { ...message, tool_calls: [{ ...first, extra_content: placeholder }, ...others] };
    warn({
      type: 'emulated',
      path: `messages[${i}].tool_calls[0].extra_content`,
      reason: 'Gemini 3 demands a signature; it is told not to validate this call',
    });
  }
  return changed === undefined ? wire : { ...wire, messages: changed };
}

/** What stands beside the results of tools, such as the picture that one took, begins no turn. */
function followsResult(messages: readonly unknown[], index: number): boolean {
  for (let i = index - 1; i >= 0; i--) {
    const role = maybeObject(messages[i])?.['role'];
    if (role !== 'user') return role === 'tool';
  }
  return false;
}

/**
 * Gemini 3 refuses calls without a thought signature at its OpenAI-compatible endpoint, too; calls of other models have none. Source:
 * https://ai.google.dev/gemini-api/docs/thought-signatures#openai-compatibility.
 */
export const geminiSignatures: Quirk = {
  name: 'gemini-3-signatures',
  apis: ['openai-chat'],
  when: (target) => /gemini-[3-9]/.test(target.model),
  apply: (wire, _target, warn) => signCalls(wire, warn),
};
