import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { HostedTool, LlmRequest, Tool, ToolChoice } from '../../model/request.ts';
import { asObject, elementPath, isObject, optionalArray, optionalBoolean, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, reportUnknown, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import type { WireTool } from './wire.ts';

const functionMembers: ReadonlySet<string> = new Set(['type', 'name', 'description', 'parameters', 'strict']);
const customMembers: ReadonlySet<string> = new Set(['type', 'name', 'description', 'format']);
const namespaceMembers: ReadonlySet<string> = new Set(['type', 'name', 'description', 'tools']);
const allowedMembers: ReadonlySet<string> = new Set(['type', 'mode', 'tools']);

export function decodeTools(wire: JsonObject, scope: Scope): Tool[] | undefined {
  const list = optionalArray(wire, 'tools', '');
  if (list === undefined) return undefined;
  const tools: Tool[] = [];
  for (let i = 0; i < list.length; i++) decodeTool(list[i], elementPath('tools', i), undefined, tools, scope);
  return tools;
}

function decodeTool(value: unknown, path: string, namespace: string | undefined, tools: Tool[], scope: Scope): void {
  const tool = asObject(value, path);
  const type = requiredString(tool, 'type', path);
  switch (type) {
    case 'function':
      reportUnknown(tool, functionMembers, path, scope);
      tools.push({
        type,
        name: requiredString(tool, 'name', path),
        description: optionalString(tool, 'description', path),
        schema: tool['parameters'] ?? undefined,
        strict: optionalBoolean(tool, 'strict', path),
        cache: undefined,
        namespace,
      });
      return;
    case 'custom':
      reportUnknown(tool, customMembers, path, scope);
      tools.push({
        type,
        name: requiredString(tool, 'name', path),
        description: optionalString(tool, 'description', path),
        format: tool['format'] ?? undefined,
        namespace,
      });
      return;
    case 'namespace':
      if (namespace !== undefined) throw invalidRequest(path, 'a namespace inside a namespace');
      decodeNamespace(tool, path, tools, scope);
      return;
    default:
      tools.push({ type: 'hosted', kind: hostedKind(type), api, value: tool });
  }
}

function decodeNamespace(tool: JsonObject, path: string, tools: Tool[], scope: Scope): void {
  reportUnknown(tool, namespaceMembers, path, scope);
  const name = requiredString(tool, 'name', path);
  if (optionalString(tool, 'description', path)) {
    dropped(scope, `${path}.description`, 'Only the tools of a namespace are described');
  }
  const members = optionalArray(tool, 'tools', path) ?? [];
  for (let i = 0; i < members.length; i++) decodeTool(members[i], elementPath(`${path}.tools`, i), name, tools, scope);
}

const hostedKind = (type: string): HostedTool['kind'] =>
  type.startsWith('web_search') ? 'web-search' : type === 'code_interpreter' ? 'code-execution' : 'other';

/** Sets `toolChoice`. True when the choice names a tool that OpenAI runs, for which the hub has no word. */
export function decodeToolChoice(wire: JsonObject, request: LlmRequest, scope: Scope): boolean {
  const choice = wire['tool_choice'];
  if (choice === undefined || choice === null) return false;
  if (typeof choice === 'string') {
    if (choice !== 'auto' && choice !== 'required' && choice !== 'none')
      throw invalidRequest('tool_choice', 'expected auto, required or none');
    request.toolChoice = { type: choice };
    return false;
  }
  const object = asObject(choice, 'tool_choice');
  switch (requiredString(object, 'type', 'tool_choice')) {
    case 'function':
    case 'custom': {
      // Some clients nest the name as Chat Completions does.
      const named = isObject(object['function']) ? object['function'] : object;
      request.toolChoice = { type: 'tool', name: requiredString(named, 'name', 'tool_choice') };
      return false;
    }
    case 'allowed_tools':
      request.toolChoice = decodeAllowed(object, scope);
      return false;
    default:
      return true;
  }
}

function decodeAllowed(choice: JsonObject, scope: Scope): ToolChoice {
  reportUnknown(choice, allowedMembers, 'tool_choice', scope);
  const mode = optionalString(choice, 'mode', 'tool_choice') ?? 'auto';
  if (mode !== 'auto' && mode !== 'required') throw invalidRequest('tool_choice.mode', 'expected auto or required');
  const names: string[] = [];
  const list = optionalArray(choice, 'tools', 'tool_choice') ?? [];
  for (let i = 0; i < list.length; i++) {
    const path = elementPath('tool_choice.tools', i);
    const tool = asObject(list[i], path);
    const name = optionalString(tool, 'name', path);
    if (name !== undefined) names.push(name);
    else dropped(scope, path, 'Only tools of the client can be named');
  }
  return { type: 'allowed', mode, names };
}

/** Tools of one namespace become its members again, where the first of them stood. */
export function encodeTools(tools: readonly Tool[] | undefined, scope: Scope): WireTool[] | undefined {
  if (tools === undefined || tools.length === 0) return undefined;
  const out: WireTool[] = [];
  let namespaces: Map<string, WireTool[]> | undefined;
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    const wire = encodeTool(tool, elementPath('tools', i), scope);
    if (wire === undefined) continue;
    const namespace = tool.type === 'hosted' ? undefined : tool.namespace;
    if (namespace === undefined) {
      out.push(wire);
      continue;
    }
    namespaces ??= new Map();
    const members = namespaces.get(namespace);
    if (members !== undefined) members.push(wire);
    else {
      const first = [wire];
      namespaces.set(namespace, first);
      out.push({ type: 'namespace', name: namespace, description: '', tools: first });
    }
  }
  return out.length === 0 ? undefined : out;
}

function encodeTool(tool: Tool, path: string, scope: Scope): WireTool | undefined {
  switch (tool.type) {
    case 'function':
      if (tool.cache !== undefined) approximated(scope, `${path}.cache`, 'OpenAI caches prefixes by itself');
      return {
        type: 'function',
        name: tool.name,
        description: tool.description,
        parameters: tool.schema ?? null,
        // Left out, this API takes it as true, which refuses most schemas that were not written for it.
        strict: tool.strict ?? false,
      };
    case 'custom':
      return { type: 'custom', name: tool.name, description: tool.description, format: tool.format };
    case 'hosted':
      return encodeHosted(tool, path, scope);
  }
}

function encodeHosted(tool: HostedTool, path: string, scope: Scope): WireTool | undefined {
  if (tool.api === api) return tool.value as WireTool;
  if (tool.kind === 'other') {
    unsupported(scope, path, `this tool of ${tool.api}`);
    return undefined;
  }
  if (tool.kind === 'code-execution') {
    approximated(scope, path, `OpenAI's code interpreter stands in, without the options of ${tool.api}`);
    return { type: 'code_interpreter', container: { type: 'auto' } };
  }
  const options = webSearchOptions(tool.value);
  approximated(scope, path, `OpenAI's web search stands in; of the options of ${tool.api} it takes location, domains and size`);
  return { type: 'web_search', ...options };
}

/** The options that the vendors name alike: `user_location` (flat, or `approximate` inside), `allowed_domains`, `search_context_size`. */
function webSearchOptions(value: unknown): JsonObject {
  if (!isObject(value)) return {};
  const location = value['user_location'];
  const place = isObject(location) && isObject(location['approximate']) ? { type: 'approximate', ...location['approximate'] } : location;
  const domains = value['allowed_domains'];
  return {
    ...(isObject(place) ? { user_location: place } : {}),
    ...(Array.isArray(domains) ? { filters: { allowed_domains: domains } } : {}),
    ...(typeof value['search_context_size'] === 'string' ? { search_context_size: value['search_context_size'] } : {}),
  };
}

export function encodeToolChoice({ toolChoice, tools }: LlmRequest): unknown {
  if (toolChoice === undefined) return undefined;
  switch (toolChoice.type) {
    case 'tool':
      return { type: kindOf(toolChoice.name, tools), name: toolChoice.name };
    case 'allowed':
      return { type: 'allowed_tools', mode: toolChoice.mode, tools: toolChoice.names.map((name) => ({ type: kindOf(name, tools), name })) };
    default:
      return toolChoice.type;
  }
}

const kindOf = (name: string, tools: readonly Tool[] | undefined): 'function' | 'custom' =>
  tools?.some((tool) => tool.type === 'custom' && tool.name === name) ? 'custom' : 'function';

/** The namespace of each tool that has one. */
export function namespacesOf(tools: readonly Tool[] | undefined): ReadonlyMap<string, string> | undefined {
  let names: Map<string, string> | undefined;
  for (const tool of tools ?? []) {
    if (tool.type !== 'hosted' && tool.namespace !== undefined) (names ??= new Map()).set(tool.name, tool.namespace);
  }
  return names;
}
