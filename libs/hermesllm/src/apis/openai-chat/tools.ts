import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { CustomTool, FunctionTool, HostedTool, LlmRequest, Tool } from '../../model/request.ts';
import {
  asObject,
  elementPath,
  isObject,
  maybeObject,
  maybeString,
  optionalArray,
  optionalBoolean,
  optionalObject,
  optionalString,
  requiredString,
} from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, emulated, foreign, reportUnknown } from '../../warn.ts';
import { decodeCacheHint, reportCache } from './cache-hint.ts';
import { api } from './api.ts';
import type { WirePart } from './wire.ts';

const toolMembers: ReadonlySet<string> = new Set(['type', 'function', 'custom', 'cache_control']);
const functionMembers: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict', 'cache_control']);
const customMembers: ReadonlySet<string> = new Set(['name', 'description', 'format']);

/** The tools of `tools`, of the deprecated `functions`, and web search, which is an option of the request here. Undefined for none. */
export function decodeTools(wire: JsonObject, scope: Scope): Tool[] | undefined {
  const tools: Tool[] = [];
  const list = optionalArray(wire, 'tools', '') ?? [];
  for (let i = 0; i < list.length; i++) {
    const path = elementPath('tools', i);
    tools.push(decodeTool(asObject(list[i], path), path, scope));
  }
  const functions = optionalArray(wire, 'functions', '') ?? [];
  for (let i = 0; i < functions.length; i++) {
    const path = elementPath('functions', i);
    tools.push(decodeFunction(asObject(functions[i], path), path, undefined, scope));
  }
  if (functions.length > 0) approximated(scope, 'functions', 'The answer has tool_calls instead of a function_call');
  const search = optionalObject(wire, 'web_search_options', '');
  if (search !== undefined) tools.push({ type: 'hosted', kind: 'web-search', api, value: search });
  return tools.length === 0 ? undefined : tools;
}

function decodeTool(tool: JsonObject, path: string, scope: Scope): Tool {
  const type = optionalString(tool, 'type', path) ?? 'function';
  switch (type) {
    case 'function':
      reportUnknown(tool, toolMembers, path, scope);
      return decodeFunction(asObject(tool['function'], `${path}.function`), `${path}.function`, { tool, path }, scope);
    case 'custom':
      reportUnknown(tool, toolMembers, path, scope);
      return decodeCustom(asObject(tool['custom'], `${path}.custom`), `${path}.custom`, scope);
    default:
      return { type: 'hosted', kind: hostedKind(type), api, value: tool };
  }
}

function decodeFunction(
  definition: JsonObject,
  path: string,
  holder: { tool: JsonObject; path: string } | undefined,
  scope: Scope,
): FunctionTool {
  reportUnknown(definition, functionMembers, path, scope);
  const schema = optionalObject(definition, 'parameters', path);
  const hint = holder === undefined ? undefined : decodeCacheHint(holder.tool, holder.path, scope);
  return {
    type: 'function',
    name: requiredString(definition, 'name', path),
    description: optionalString(definition, 'description', path),
    schema,
    strict: optionalBoolean(definition, 'strict', path),
    cache: hint ?? decodeCacheHint(definition, path, scope),
    namespace: undefined,
  };
}

function decodeCustom(definition: JsonObject, path: string, scope: Scope): CustomTool {
  reportUnknown(definition, customMembers, path, scope);
  const format = optionalObject(definition, 'format', path);
  // The grammar stands one level deeper here than in the hub.
  const grammar = format === undefined ? undefined : optionalObject(format, 'grammar', `${path}.format`);
  return {
    type: 'custom',
    name: requiredString(definition, 'name', path),
    description: optionalString(definition, 'description', path),
    format: grammar === undefined ? format : { type: 'grammar', ...grammar },
    namespace: undefined,
  };
}

function hostedKind(type: string): HostedTool['kind'] {
  if (type.includes('web_search')) return 'web-search';
  return type.includes('code_interpreter') || type.includes('code_execution') ? 'code-execution' : 'other';
}

/**
 * Writes `tools` and `web_search_options`.
 *
 * OpenAI's own servers know custom tools, but speak the Responses API too; the servers that are reached by this API alone know functions
 * only. So a custom tool is always offered as a function with one text, which is made a custom call again on the way back.
 */
export function encodeTools({ tools }: LlmRequest, wire: Record<string, unknown>, scope: Scope): void {
  if (tools === undefined) return;
  const list: WirePart[] = [];
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    const path = elementPath('tools', i);
    switch (tool.type) {
      case 'function':
        list.push(encodeFunction(tool, path, scope));
        break;
      case 'custom':
        list.push(encodeCustom(tool, path, scope));
        break;
      case 'hosted':
        if (tool.api === api && isObject(tool.value) && typeof tool.value['type'] === 'string') list.push(tool.value as WirePart);
        else if (tool.kind !== 'web-search') throw refused(tool, path);
        else if (wire['web_search_options'] !== undefined) dropped(scope, path, 'Web search is asked for already');
        else wire['web_search_options'] = tool.api === api ? tool.value : searchOptions(tool, path, scope);
        break;
    }
  }
  if (list.length > 0) wire['tools'] = list;
}

/**
 * A tool that another API's server would run, such as search in stored files, has nothing that could stand in for it: the request is
 * refused, not sent without it.
 */
function refused(tool: HostedTool, path: string): Error {
  const type = isObject(tool.value) ? maybeString(tool.value['type']) : undefined;
  return invalidRequest(path, `the upstream has no tool ${type ?? tool.kind} of ${tool.api}`);
}

function encodeFunction(tool: FunctionTool, path: string, scope: Scope): WirePart {
  reportCache(tool.cache, path, scope);
  reportNamespace(tool.namespace, path, scope);
  const { name, description, schema, strict } = tool;
  return { type: 'function', function: { name, description, parameters: schema ?? undefined, strict } };
}

function encodeCustom(tool: CustomTool, path: string, scope: Scope): WirePart {
  emulated(scope, path, 'A free-text tool became a function with one text member named input');
  reportNamespace(tool.namespace, path, scope);
  const format = isObject(tool.format) ? tool.format : undefined;
  if (format !== undefined && format['type'] !== 'text')
    approximated(scope, `${path}.format`, 'The grammar is shown to the model, not enforced');
  const parameters = {
    type: 'object',
    properties: { input: { type: 'string' } },
    required: ['input'],
    additionalProperties: true,
    'x-custom-format': format,
  };
  return { type: 'function', function: { name: tool.name, description: tool.description, parameters, strict: false } };
}

function reportNamespace(namespace: string | undefined, path: string, scope: Scope): void {
  if (namespace !== undefined)
    approximated(scope, `${path}.namespace`, 'Chat Completions has no namespaces of tools; its name stands alone');
}

const locationMembers = ['city', 'country', 'region', 'timezone'];

/** Web search of another API: the place of the user and the size of the context have the same names everywhere. */
function searchOptions({ value, api: origin }: HostedTool, path: string, scope: Scope): JsonObject {
  const source = maybeObject(value) ?? {};
  const size = maybeString(source['search_context_size']);
  const location = maybeObject(source['user_location']);
  for (const key in source) {
    if (key === 'type' || key === 'name' || key === 'search_context_size' || key === 'user_location' || source[key] === null) continue;
    foreign(scope, `${path}.${key}`, origin);
  }
  return { search_context_size: size, user_location: location === undefined ? undefined : approximateLocation(location) };
}

function approximateLocation(location: JsonObject): JsonObject {
  const source = maybeObject(location['approximate']) ?? location;
  const approximate: Record<string, string> = {};
  for (const key of locationMembers) {
    const value = source[key];
    if (typeof value === 'string') approximate[key] = value;
  }
  return { type: 'approximate', approximate };
}
