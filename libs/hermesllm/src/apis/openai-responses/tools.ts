import type { JsonObject } from '../../codec.ts';
import type { HostedTool, LlmRequest, Tool } from '../../model/request.ts';
import { elementPath, isObject, maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import { api } from './api.ts';
import type { WireTool } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import {
  onlyKnown,
  pathAt,
  pathOf,
  readBoolean,
  readItem,
  readList,
  readObject,
  readString,
  requireString,
  wrongMember,
} from '../../fields.ts';
import { hostedDefinition, hostedTool } from '../hosted-tool.ts';
import { isToolsetOf } from './mcp-tools.ts';
import { readWebSearch } from '../web-search.ts';
import { decodeAllowed } from '../allowed-tools.ts';

const functionMembers = words('type name description parameters strict');
const customMembers = words('type name description format');
const namespaceMembers = words('type name description tools');
const allowedMembers = words('type mode tools');

export function decodeTools(wire: Fields): Tool[] | undefined {
  const list = readList(wire, 'tools');
  if (list === undefined) return undefined;
  const tools: Tool[] = [];
  for (let i = 0; i < list.length; i++) decodeTool(readItem(wire, list, 'tools', i), undefined, tools);
  return tools;
}

function decodeTool(tool: Fields, namespace: string | undefined, tools: Tool[]): void {
  const type = requireString(tool, 'type');
  switch (type) {
    case 'function':
      onlyKnown(tool, functionMembers);
      tools.push({
        type,
        name: requireString(tool, 'name'),
        description: readString(tool, 'description'),
        schema: tool.wire['parameters'] ?? undefined,
        strict: readBoolean(tool, 'strict'),
        cache: undefined,
        namespace,
      });
      return;
    case 'custom':
      onlyKnown(tool, customMembers);
      tools.push({
        type,
        name: requireString(tool, 'name'),
        description: readString(tool, 'description'),
        format: tool.wire['format'] ?? undefined,
        namespace,
      });
      return;
    case 'namespace':
      if (namespace !== undefined) throw wrongMember(tool, '', 'a namespace inside a namespace');
      decodeNamespace(onlyKnown(tool, namespaceMembers), tools);
      return;
    default:
      tools.push(hostedTool(type, api, tool.wire));
  }
}

function decodeNamespace(tool: Fields, tools: Tool[]): void {
  const name = requireString(tool, 'name');
  if (readString(tool, 'description')) dropped(tool.scope, pathAt(tool, 'description'), 'Only the tools of a namespace are described');
  const members = readList(tool, 'tools') ?? [];
  for (let i = 0; i < members.length; i++) decodeTool(readItem(tool, members, 'tools', i), name, tools);
}

/** Sets `toolChoice`. True when the choice names a tool that OpenAI runs, for which the hub has no word. */
export function decodeToolChoice(wire: Fields, request: LlmRequest): boolean {
  const mode = wire.wire['tool_choice'];
  if (typeof mode === 'string') {
    if (mode !== 'auto' && mode !== 'required' && mode !== 'none')
      throw wrongMember(wire, 'tool_choice', 'expected auto, required or none');
    request.toolChoice = { type: mode };
    return false;
  }
  const choice = readObject(wire, 'tool_choice');
  if (choice === undefined) return false;
  switch (requireString(choice, 'type')) {
    case 'function':
    case 'custom': {
      // Some clients nest the name as Chat Completions does.
      const nested = maybeObject(choice.wire['function']);
      request.toolChoice = { type: 'tool', name: maybeString(nested?.['name']) ?? requireString(choice, 'name') };
      return false;
    }
    case 'allowed_tools':
      request.toolChoice = decodeAllowed(onlyKnown(choice, allowedMembers), (tool) => {
        const name = readString(tool, 'name');
        if (name === undefined) dropped(tool.scope, pathOf(tool), 'Only tools of the client can be named');
        return name;
      });
      return false;
    default:
      return true;
  }
}

/** Tools of one namespace become its members again, where the first of them stood. `servers`: MCP servers, which are tools here. */
export function encodeTools(tools: readonly Tool[] = [], scope: Scope, servers: readonly WireTool[] = []): WireTool[] | undefined {
  const out: WireTool[] = [];
  let namespaces: Map<string, WireTool[]> | undefined;
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    if (tool.type === 'hosted' && isToolsetOf(servers, tool)) continue;
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
  out.push(...servers);
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
  const own = {
    'web-search': { type: 'web_search', ...webSearchOptions(tool) },
    'code-execution': { type: 'code_interpreter', container: { type: 'auto' } },
  };
  return hostedDefinition<WireTool>(tool, api, own, path, scope);
}

/**
 * `blocked_domains` is served beside `allowed_domains`, though the types of openai 7.57 leave it out: https://github.com/vercel/ai/pull/18035.
 */
function webSearchOptions(tool: HostedTool): JsonObject {
  const { location, allowedDomains, blockedDomains, contextSize } = readWebSearch(tool);
  const filters = { allowed_domains: allowedDomains, blocked_domains: blockedDomains };
  return {
    user_location: location === undefined ? undefined : { type: 'approximate', ...location },
    filters: allowedDomains === undefined && blockedDomains === undefined ? undefined : filters,
    search_context_size: contextSize,
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
