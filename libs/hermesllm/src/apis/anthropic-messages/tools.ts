import type { JsonObject } from '../../codec.ts';
import type { FunctionTool, HostedTool, LlmRequest, Tool, ToolChoice } from '../../model/request.ts';
import { elementPath } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { decodeCacheControl, encodeCacheControl } from './cache-control.ts';
import type { WireBlock, WireToolChoice } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import {
  onlyKnown,
  readBoolean,
  readItem,
  readList,
  readObject,
  readString,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';
import { hostedDefinition, hostedTool } from '../hosted-tool.ts';
import { readWebSearch } from '../web-search.ts';
import { functionOfCustom, objectSchema } from '../function-tool.ts';

const toolMembers = words('type name description input_schema strict cache_control');
const choiceMembers = words('type name disable_parallel_tool_use');

export function decodeTools(wire: Fields): Tool[] | undefined {
  const list = readList(wire, 'tools');
  if (list === undefined) return undefined;
  const tools: Tool[] = [];
  for (let i = 0; i < list.length; i++) {
    const tool = readItem(wire, list, 'tools', i);
    const type = readString(tool, 'type') ?? 'custom';
    // A tool of the client's own; those with another `type` are Anthropic's and have a version in it.
    tools.push(type === 'custom' ? decodeFunction(onlyKnown(tool, toolMembers)) : hostedTool(type, api, tool.wire));
  }
  return tools;
}

const decodeFunction = (tool: Fields): FunctionTool => ({
  type: 'function',
  name: requireString(tool, 'name'),
  description: readString(tool, 'description'),
  schema: requireObject(tool, 'input_schema').wire,
  strict: readBoolean(tool, 'strict'),
  cache: decodeCacheControl(tool),
  namespace: undefined,
});

/** Sets `toolChoice` and `parallelToolCalls`. */
export function decodeToolChoice(wire: Fields, request: LlmRequest): void {
  const choice = readObject(wire, 'tool_choice', choiceMembers);
  if (choice === undefined) return;
  const single = readBoolean(choice, 'disable_parallel_tool_use');
  if (single !== undefined) request.parallelToolCalls = !single;
  const type = requireString(choice, 'type');
  if (type === 'tool') request.toolChoice = { type, name: requireString(choice, 'name') };
  else if (type === 'any') request.toolChoice = { type: 'required' };
  else if (type === 'auto' || type === 'none') request.toolChoice = { type };
  else throw wrongMember(choice, 'type', 'expected auto, any, tool or none');
}

/** `only`: the names that an allowed subset leaves. */
export function encodeTools(
  tools: readonly Tool[] | undefined,
  only: readonly string[] | undefined,
  scope: Scope,
): WireBlock[] | undefined {
  if (tools === undefined || tools.length === 0) return undefined;
  const out: WireBlock[] = [];
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    if (only !== undefined && tool.type !== 'hosted' && !only.includes(tool.name)) continue;
    const wire = encodeTool(tool, elementPath('tools', i), scope);
    if (wire !== undefined) out.push(wire);
  }
  return out.length === 0 ? undefined : out;
}

function encodeTool(tool: Tool, path: string, scope: Scope): WireBlock | undefined {
  if (tool.type === 'hosted') return hostedDefinition<WireBlock>(tool, api, ownTools(tool, path, scope), path, scope);
  return encodeFunction(tool.type === 'function' ? tool : functionOfCustom(tool, path, scope), path, scope);
}

const ownTools = (tool: HostedTool, path: string, scope: Scope): Record<string, WireBlock> => ({
  'web-search': { type: 'web_search_20250305', name: 'web_search', ...(tool.api === api ? undefined : searchOptions(tool, path, scope)) },
  'code-execution': { type: 'code_execution_20250825', name: 'code_execution' },
});

function searchOptions(tool: HostedTool, path: string, scope: Scope): JsonObject {
  const { location, allowedDomains, blockedDomains } = readWebSearch(tool);
  if (allowedDomains !== undefined && blockedDomains !== undefined)
    dropped(scope, `${path}.blocked_domains`, 'Anthropic takes allowed or blocked domains, not both');
  return {
    allowed_domains: allowedDomains,
    blocked_domains: allowedDomains === undefined ? blockedDomains : undefined,
    user_location: location === undefined ? undefined : { type: 'approximate', ...location },
  };
}

// A definition without `type` is a client tool, so the member is left out: `type` of WireBlock is for Anthropic's own tools.
function encodeFunction(tool: FunctionTool, path: string, scope: Scope): WireBlock {
  if (tool.strict === true) {
    // Anthropic's strict tools take another subset of JSON Schema (additionalProperties: false everywhere, no numeric bounds …) and
    // answer 400 to the rest: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
    dropped(scope, `${path}.strict`, 'Strict schemas differ between the APIs; the tool is sent without the guarantee');
  }
  const wire: { [member: string]: unknown } = {
    name: tool.name,
    description: tool.description,
    input_schema: objectSchema(tool.schema, path, scope),
    cache_control: encodeCacheControl(tool.cache, path, scope),
  };
  return wire as WireBlock;
}

/** `thinks`: extended thinking is on, or cannot be off, which excludes a forced choice. */
export function encodeToolChoice(request: LlmRequest, hasTools: boolean, thinks: boolean, scope: Scope): WireToolChoice | undefined {
  const { toolChoice, parallelToolCalls } = request;
  const type = wireType[toolChoice?.type === 'allowed' ? toolChoice.mode : (toolChoice?.type ?? 'auto')];
  const single = parallelToolCalls === false ? true : undefined;
  if (!hasTools) {
    if (type === 'any' || type === 'tool') dropped(scope, 'toolChoice', 'There are no tools to choose from');
    return undefined;
  }
  if (toolChoice?.type === 'allowed') approximated(scope, 'toolChoice', 'Only the allowed tools are sent');
  if (thinks && (type === 'any' || type === 'tool')) {
    dropped(scope, 'toolChoice', 'Extended thinking excludes a forced tool');
    return single === undefined ? undefined : choice('auto', undefined, single);
  }
  if (type === 'none') return choice('none', undefined, undefined);
  if (toolChoice === undefined && single === undefined) return undefined;
  return choice(type, toolChoice?.type === 'tool' ? toolChoice.name : undefined, single);
}

const wireType: Readonly<Record<Exclude<ToolChoice['type'], 'allowed'>, WireToolChoice['type']>> = {
  auto: 'auto',
  required: 'any',
  none: 'none',
  tool: 'tool',
};

const choice = (
  type: WireToolChoice['type'],
  name: string | undefined,
  disable_parallel_tool_use: boolean | undefined,
): WireToolChoice => ({
  type,
  name,
  disable_parallel_tool_use,
});
