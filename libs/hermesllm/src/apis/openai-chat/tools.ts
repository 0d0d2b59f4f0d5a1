import type { JsonObject } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { CustomTool, FunctionTool, HostedTool, LlmRequest, Tool } from '../../model/request.ts';
import { elementPath, isObject, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, foreign } from '../../warn.ts';
import { decodeCacheHint, reportCache } from './cache-hint.ts';
import { api } from './api.ts';
import type { WirePart } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { onlyKnown, readBoolean, readItem, readList, readObject, readString, requireObject, requireString } from '../../fields.ts';
import { hostedTool } from '../hosted-tool.ts';
import { functionOfCustom } from '../function-tool.ts';

const toolMembers = words('type function custom cache_control');
const functionMembers = words('name description parameters strict cache_control');
const customMembers = words('name description format');

/** The tools of `tools`, of the deprecated `functions`, and web search, which is an option of the request here. Undefined for none. */
export function decodeTools(wire: Fields): Tool[] | undefined {
  const tools: Tool[] = [];
  const list = readList(wire, 'tools') ?? [];
  for (let i = 0; i < list.length; i++) tools.push(decodeTool(readItem(wire, list, 'tools', i)));
  const functions = readList(wire, 'functions') ?? [];
  for (let i = 0; i < functions.length; i++) tools.push(decodeFunction(readItem(wire, functions, 'functions', i, functionMembers)));
  if (functions.length > 0) approximated(wire.scope, 'functions', 'The answer has tool_calls instead of a function_call');
  const search = readObject(wire, 'web_search_options');
  if (search !== undefined) tools.push({ type: 'hosted', kind: 'web-search', api, value: search.wire });
  return tools.length === 0 ? undefined : tools;
}

function decodeTool(tool: Fields): Tool {
  const type = readString(tool, 'type') ?? 'function';
  if (type === 'custom') return decodeCustom(requireObject(onlyKnown(tool, toolMembers), type, customMembers));
  if (type !== 'function') return hostedTool(type, api, tool.wire);
  const hint = decodeCacheHint(onlyKnown(tool, toolMembers));
  const decoded = decodeFunction(requireObject(tool, type, functionMembers));
  decoded.cache = hint ?? decoded.cache;
  return decoded;
}

const decodeFunction = (definition: Fields): FunctionTool => ({
  type: 'function',
  name: requireString(definition, 'name'),
  description: readString(definition, 'description'),
  schema: readObject(definition, 'parameters')?.wire,
  strict: readBoolean(definition, 'strict'),
  cache: decodeCacheHint(definition),
  namespace: undefined,
});

function decodeCustom(definition: Fields): CustomTool {
  const format = readObject(definition, 'format');
  // The grammar stands one level deeper here than in the hub.
  const grammar = readObject(format, 'grammar')?.wire;
  return {
    type: 'custom',
    name: requireString(definition, 'name'),
    description: readString(definition, 'description'),
    format: grammar === undefined ? format?.wire : { type: 'grammar', ...grammar },
    namespace: undefined,
  };
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
        list.push(encodeFunction(functionOfCustom(tool, 'format', path, scope), path, scope));
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
