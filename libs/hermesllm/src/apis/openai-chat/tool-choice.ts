import type { LlmRequest, ToolChoice } from '../../model/request.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped } from '../../warn.ts';
import type { Fields } from '../../fields.ts';
import { has, readObject, requireObject, requireString, wrongMember } from '../../fields.ts';
import { decodeAllowed } from '../allowed-tools.ts';

/** `tool_choice`, or the deprecated `function_call`. */
export function decodeToolChoice(wire: Fields): ToolChoice | undefined {
  const key = has(wire, 'tool_choice') ? 'tool_choice' : 'function_call';
  const mode = wire.wire[key];
  if (typeof mode === 'string') {
    if (mode === 'auto' || mode === 'none' || mode === 'required') return { type: mode };
    throw wrongMember(wire, key, 'expected auto, none, required or an object');
  }
  const choice = readObject(wire, key);
  if (choice === undefined) return undefined;
  if (key === 'function_call') return { type: 'tool', name: requireString(choice, 'name') };
  const type = requireString(choice, 'type');
  if (type === 'function' || type === 'custom') return { type: 'tool', name: nameOf(choice, type) };
  if (type !== 'allowed_tools') throw wrongMember(choice, 'type', 'expected function, custom or allowed_tools');
  return decodeAllowed(requireObject(choice, type), (tool) => nameOf(tool, requireString(tool, 'type')));
}

/** A tool is named inside the member that is called after its type. */
const nameOf = (tool: Fields, type: string): string => requireString(isObject(tool.wire[type]) ? requireObject(tool, type) : tool, 'name');

/** Writes `tool_choice` and `parallel_tool_calls`, which OpenAI refuses in a request without tools. */
export function encodeToolChoice({ toolChoice, parallelToolCalls }: LlmRequest, wire: Record<string, unknown>, scope: Scope): void {
  if (wire['tools'] === undefined) {
    if (toolChoice !== undefined && toolChoice.type !== 'auto' && toolChoice.type !== 'none') {
      dropped(scope, 'toolChoice', 'There are no tools to choose from');
    }
    return;
  }
  wire['parallel_tool_calls'] = parallelToolCalls;
  if (toolChoice !== undefined) wire['tool_choice'] = encodeChoice(toolChoice);
}

function encodeChoice(choice: ToolChoice): unknown {
  switch (choice.type) {
    case 'tool':
      return { type: 'function', function: { name: choice.name } };
    case 'allowed': {
      const tools = choice.names.map((name) => ({ type: 'function', function: { name } }));
      return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools } };
    }
    default:
      return choice.type;
  }
}
