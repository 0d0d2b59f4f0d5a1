import type { JsonObject } from '../../codec.ts';
import type { CustomTool, FunctionTool, HostedTool, LlmRequest, Tool } from '../../model/request.ts';
import { elementPath, isObject, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, foreign, unsupported } from '../../warn.ts';
import { decodeCacheHint, reportCache } from './cache-hint.ts';
import { api } from './api.ts';
import type { WirePart } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { onlyKnown, readBoolean, readItem, readList, readObject, readString, requireObject, requireString } from '../../fields.ts';
import { hostedTool, reportStandIn } from '../hosted-tool.ts';
import { readWebSearch } from '../web-search.ts';
import { functionOfCustom, openaiTools } from '../function-tool.ts';

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
export function encodeTools(request: LlmRequest, wire: Record<string, unknown>, scope: Scope): void {
  const tools = openaiTools(request.tools, scope);
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
        list.push(encodeFunction(functionOfCustom(tool, path, scope), path, scope));
        break;
      case 'hosted':
        if (tool.api === api && isObject(tool.value) && typeof tool.value['type'] === 'string') list.push(tool.value as WirePart);
        else if (tool.kind !== 'web-search') unsupported(scope, path, `this tool of ${tool.api}`);
        else if (wire['web_search_options'] !== undefined) dropped(scope, path, 'Web search is asked for already');
        else wire['web_search_options'] = tool.api === api ? tool.value : searchOptions(tool, path, scope);
        break;
    }
  }
  if (list.length > 0) wire['tools'] = list;
}

function encodeFunction(tool: FunctionTool, path: string, scope: Scope): WirePart {
  reportCache(tool.cache, path, scope);
  const { name, description, schema, strict } = tool;
  return { type: 'function', function: { name, description, parameters: schema ?? undefined, strict } };
}

/** Web search of another API. Domains have no place here. */
function searchOptions(tool: HostedTool, path: string, scope: Scope): JsonObject {
  const { contextSize, location } = readWebSearch(tool);
  const value = maybeObject(tool.value) ?? {};
  const source = maybeObject(value['googleSearch']) ?? maybeObject(value['systemTool']) ?? value;
  if (tool.api !== 'openai-responses') reportStandIn(tool.kind, tool.api, path, scope);
  for (const key in source) if (!searchMembers.has(key) && source[key] !== null) foreign(scope, `${path}.${key}`, tool.api);
  return {
    search_context_size: contextSize,
    user_location: location === undefined ? undefined : { type: 'approximate', approximate: location },
  };
}

const searchMembers = words('type name search_context_size user_location');
