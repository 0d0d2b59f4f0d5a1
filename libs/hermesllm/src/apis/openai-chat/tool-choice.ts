import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { LlmRequest, ToolChoice } from '../../model/request.ts';
import { asObject, elementPath, isObject, optionalArray, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped } from '../../warn.ts';

/** `tool_choice`, or the deprecated `function_call`. */
export function decodeToolChoice(wire: JsonObject): ToolChoice | undefined {
  const { tool_choice: choice, function_call: legacy } = wire;
  if (choice !== undefined && choice !== null) return decodeChoice(choice);
  if (legacy === undefined || legacy === null) return undefined;
  return typeof legacy === 'string'
    ? modeOf(legacy, 'function_call')
    : { type: 'tool', name: requiredString(asObject(legacy, 'function_call'), 'name', 'function_call') };
}

function decodeChoice(choice: unknown): ToolChoice {
  if (typeof choice === 'string') return modeOf(choice, 'tool_choice');
  const object = asObject(choice, 'tool_choice');
  const type = requiredString(object, 'type', 'tool_choice');
  switch (type) {
    case 'function':
    case 'custom':
      return { type: 'tool', name: nameOf(object, type, 'tool_choice') };
    case 'allowed_tools': {
      const path = 'tool_choice.allowed_tools';
      const allowed = asObject(object['allowed_tools'], path);
      const mode = requiredString(allowed, 'mode', path);
      if (mode !== 'auto' && mode !== 'required') throw invalidRequest(`${path}.mode`, 'expected auto or required');
      const list = optionalArray(allowed, 'tools', path) ?? [];
      const names: string[] = [];
      for (let i = 0; i < list.length; i++) {
        const here = elementPath(`${path}.tools`, i);
        const tool = asObject(list[i], here);
        names.push(nameOf(tool, requiredString(tool, 'type', here), here));
      }
      return { type: 'allowed', mode, names };
    }
    default:
      throw invalidRequest('tool_choice.type', 'expected function, custom or allowed_tools');
  }
}

/** A tool is named inside the member that is called after its type. */
function nameOf(tool: JsonObject, type: string, path: string): string {
  const inner = tool[type];
  return isObject(inner) ? requiredString(inner, 'name', `${path}.${type}`) : requiredString(tool, 'name', path);
}

function modeOf(value: string, path: string): ToolChoice {
  switch (value) {
    case 'auto':
    case 'none':
    case 'required':
      return { type: value };
    default:
      throw invalidRequest(path, 'expected auto, none, required or an object');
  }
}

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
