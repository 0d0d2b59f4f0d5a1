import { functionCallingMetadata } from '@plano/common';
import type { JsonObject } from '@plano/hermesllm';
import { FunctionCallingError } from './function-calling-error.ts';
import type { FunctionTool } from './function-tool.ts';
import { functionTool, isObject } from './function-tool.ts';
import { nestsDeeperThan } from './json-depth.ts';

/** A request that was checked. */
export interface CheckedRequest {
  readonly messages: readonly ChatMessage[];
  /** Undefined when the request has no list of tools: then there is no system message. */
  readonly tools: readonly FunctionTool[] | undefined;
  readonly optimizeContextWindow: boolean;
  readonly agentMode: boolean;
}

/** A message with what matters to function calling. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  /** Text; parts are joined by line feeds, what is no text is left out. */
  readonly text: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: unknown }[];
  readonly toolCallId: string | null;
  /** The message as it came. */
  readonly wire: JsonObject;
}

const roles: Readonly<Record<string, ChatMessage['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};
const depthLimit = 256;

const invalid = (path: string, message: string): FunctionCallingError =>
  new FunctionCallingError('invalid_request', `Invalid request body: ${path}: ${message}`);

/**
 * Checks a parsed Chat Completions body.
 *
 * @throws FunctionCallingError (400) that names what is wrong
 */
export function readRequest(body: unknown): CheckedRequest {
  if (!isObject(body)) throw new FunctionCallingError('invalid_request', 'Invalid request body: it is not a JSON object');
  if (nestsDeeperThan(body, depthLimit)) {
    throw new FunctionCallingError('invalid_request', `Invalid request body: it is nested deeper than ${depthLimit} levels`);
  }
  if (!Array.isArray(body['messages']) || body['messages'].length === 0)
    throw invalid('messages', 'must be a list with at least one message');
  const messages = (body['messages'] as readonly unknown[]).map((message, index) => readMessage(message, `messages[${index}]`));
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  const flag = (name: string): boolean => metadata[name] === true || metadata[name] === 'true';
  return {
    messages,
    tools: readTools(body['tools']),
    optimizeContextWindow: flag(functionCallingMetadata.optimizeContextWindow),
    agentMode: flag(functionCallingMetadata.useAgentOrchestrator),
  };
}

function readMessage(message: unknown, path: string): ChatMessage {
  if (!isObject(message)) throw invalid(path, 'must be an object');
  const role = typeof message['role'] === 'string' && Object.hasOwn(roles, message['role']) ? roles[message['role']] : undefined;
  if (role === undefined) throw invalid(`${path}.role`, 'must be system, developer, user, assistant or tool');
  const { tool_calls: calls, tool_call_id: id } = message;
  if (calls !== undefined && calls !== null && !Array.isArray(calls)) throw invalid(`${path}.tool_calls`, 'must be a list');
  return {
    role,
    text: textOf(message['content'], `${path}.content`),
    toolCalls: ((calls ?? []) as readonly unknown[]).map((call, index) => readCall(call, `${path}.tool_calls[${index}]`)),
    toolCallId: typeof id === 'string' ? id : null,
    wire: message,
  };
}

function textOf(content: unknown, path: string): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalid(path, 'must be text or a list of parts');
  const texts: string[] = [];
  for (const part of content as readonly unknown[]) if (isObject(part) && typeof part['text'] === 'string') texts.push(part['text']);
  return texts.join('\n');
}

function readCall(call: unknown, path: string): ChatMessage['toolCalls'][number] {
  if (!isObject(call) || !isObject(call['function']) || typeof call['function']['name'] !== 'string') {
    throw invalid(`${path}.function.name`, 'must be text');
  }
  return {
    id: typeof call['id'] === 'string' ? call['id'] : '',
    name: call['function']['name'],
    arguments: parsed(call['function']['arguments']),
  };
}

/** Arguments that are no JSON stay text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? {};
  try {
    const json: unknown = JSON.parse(value);
    return nestsDeeperThan(json, depthLimit) ? value : json;
  } catch {
    return value;
  }
}

function readTools(tools: unknown): FunctionTool[] | undefined {
  if (tools === undefined || tools === null) return undefined;
  if (!Array.isArray(tools)) throw invalid('tools', 'must be a list');
  const seen = new Set<string>();
  return (tools as readonly unknown[]).map((tool, index) => {
    const path = `tools[${index}].function`;
    if (!isObject(tool) || !isObject(tool['function']))
      throw invalid(path, 'must be an object: only tools of type `function` can be called');
    const { name, parameters } = tool['function'];
    if (typeof name !== 'string' || name === '') throw invalid(`${path}.name`, 'must be text');
    if (seen.has(name)) throw invalid(`${path}.name`, `\`${name}\` is there twice`);
    seen.add(name);
    if (parameters !== undefined && parameters !== null && !isObject(parameters))
      throw invalid(`${path}.parameters`, 'must be a JSON Schema object');
    return functionTool(name, tool['function']);
  });
}
