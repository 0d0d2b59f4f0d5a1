import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { isObject } from '../read.ts';
import { dropParameters } from './drop-parameters.ts';
import type { Capabilities, Provider } from './provider.ts';

type Warn = (warning: Warning) => void;

function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

/** What Mistral's models want ids of calls to be. */
export const mistralId = /^[A-Za-z0-9]{9}$/;

/** Nine letters and digits that follow from an id, so that a call and its result keep meeting each other. */
export const shortId = (id: string): string =>
  (hash(id, 0x811c9dc5).toString(36).padStart(7, '0') + hash(`${id}.`, 0x9747b28c).toString(36).padStart(7, '0')).slice(2, 11);

function fitToolCalls(calls: unknown, pattern: RegExp): unknown {
  if (!Array.isArray(calls)) return calls;
  return calls.map((call: unknown) =>
    isObject(call) && typeof call['id'] === 'string' && !pattern.test(call['id']) ? { ...call, id: shortId(call['id']) } : call,
  );
}

function fitReasoning(message: JsonObject, field: Capabilities['reasoningField'], index: number, warn: Warn): JsonObject {
  const reasoning = message['reasoning_content'];
  if (field === 'reasoning_content' || reasoning === undefined) return message;
  const changed: Record<string, unknown> = { ...message };
  delete changed['reasoning_content'];
  if (field === 'reasoning') changed['reasoning'] ??= reasoning;
  else if (typeof reasoning === 'string' && reasoning !== '') {
    warn({ type: 'dropped', path: `messages[${index}].reasoning_content`, reason: 'the provider takes no reasoning back' });
  }
  return changed;
}

function fitMessage(message: JsonObject, capabilities: Capabilities, index: number, warn: Warn): JsonObject {
  const { toolCallIdPattern: pattern, reasoningField } = capabilities;
  let fitted = message;
  if (message['role'] === 'developer' && !capabilities.supportsDeveloperRole) {
    fitted = { ...fitted, role: 'system' };
    warn({ type: 'approximated', path: `messages[${index}].role`, reason: 'the provider knows no developer role; sent as system' });
  }
  if (message['role'] === 'assistant') fitted = fitReasoning(fitted, reasoningField, index, warn);
  if (pattern === undefined) return fitted;
  if (fitted['tool_calls'] !== undefined) fitted = { ...fitted, tool_calls: fitToolCalls(fitted['tool_calls'], pattern) };
  const id = fitted['tool_call_id'];
  return typeof id === 'string' && !pattern.test(id) ? { ...fitted, tool_call_id: shortId(id) } : fitted;
}

function fitMessages(wire: JsonObject, capabilities: Capabilities, warn: Warn): JsonObject {
  const messages = wire['messages'];
  if (!Array.isArray(messages)) return wire;
  let changed: unknown[] | undefined;
  for (let i = 0; i < messages.length; i++) {
    const message: unknown = messages[i];
    if (!isObject(message)) continue;
    const fitted = fitMessage(message, capabilities, i, warn);
    if (fitted === message) continue;
    changed ??= messages.slice();
    changed[i] = fitted;
  }
  return changed === undefined ? wire : { ...wire, messages: changed };
}

/** Whether the provider's Chat server understands less than a client that speaks Chat may send it. Reasoning is the client's own choice. */
export const restrictsChat = ({ capabilities }: Provider): boolean =>
  capabilities.maxTokensField !== 'max_completion_tokens' ||
  !capabilities.supportsDeveloperRole ||
  !capabilities.supportsStreamUsage ||
  capabilities.droppedParameters.length > 0 ||
  capabilities.toolCallIdPattern !== undefined;

/**
 * Fits a Chat Completions request to what the provider's server understands, by its {@link Capabilities}. Returns the same object when
 * nothing had to change.
 */
export function fitChatRequest(provider: Provider, wire: JsonObject, warn: Warn): JsonObject {
  const { capabilities } = provider;
  let fitted = wire;
  if (capabilities.maxTokensField === 'max_tokens' && wire['max_completion_tokens'] !== undefined) {
    const changed: Record<string, unknown> = { ...wire, max_tokens: wire['max_completion_tokens'] };
    delete changed['max_completion_tokens'];
    fitted = changed;
  }
  if (capabilities.droppedParameters.length > 0) {
    fitted = dropParameters(fitted, capabilities.droppedParameters, `${provider.id} does not accept it`, warn);
  }
  if (!capabilities.supportsStreamUsage && fitted['stream_options'] !== undefined) {
    const changed: Record<string, unknown> = { ...fitted };
    delete changed['stream_options'];
    fitted = changed;
  }
  return fitMessages(fitted, capabilities, warn);
}
