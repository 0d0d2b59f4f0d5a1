import type { FunctionTool, LlmRequest, Tool, ToolChoice } from '../../model/request.ts';
import { elementPath, isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, emulated, unsupported } from '../../warn.ts';
import { decodeCachePoint, pushCachePoint } from './cache-point.ts';
import { api } from './api.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock, WireToolConfig } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import {
  pathOf,
  readBoolean,
  readItem,
  readObject,
  readString,
  requireList,
  requireObject,
  requireString,
  wrongMember,
} from '../../fields.ts';
import { hostedDefinition, hostedTool } from '../hosted-tool.ts';
import { functionOfCustom, objectSchema } from '../function-tool.ts';
import { claudeSchema, holdsClaude } from '../schema-subset.ts';

const configMembers = words('tools toolChoice');
const elementMembers = words('toolSpec systemTool cachePoint');
const specMembers = words('name description inputSchema strict');
const schemaMembers = words('json');

/** Sets `tools` and `toolChoice` from `toolConfig`. */
export function decodeToolConfig(wire: Fields, request: LlmRequest): void {
  const config = readObject(wire, 'toolConfig', configMembers);
  if (config === undefined) return;
  const list = requireList(config, 'tools');
  const tools: Tool[] = [];
  for (let i = 0; i < list.length; i++) decodeTool(readItem(config, list, 'tools', i, elementMembers), tools);
  request.tools = tools;
  request.toolChoice = decodeToolChoice(config);
}

function decodeTool(element: Fields, tools: Tool[]): void {
  const spec = readObject(element, 'toolSpec', specMembers);
  const hosted = readObject(element, 'systemTool');
  if (spec !== undefined) tools.push(decodeFunction(spec));
  else if (hosted !== undefined) tools.push(hostedTool(requireString(hosted, 'name'), api, element.wire));
  else if (element.wire['cachePoint'] === undefined) throw wrongMember(element, '', 'expected toolSpec, systemTool or cachePoint');
  else {
    const hint = decodeCachePoint(element);
    const previous = tools[tools.length - 1];
    if (hint === undefined) return;
    if (previous?.type === 'function') previous.cache = hint;
    else dropped(element.scope, pathOf(element), 'There is no tool before this cache point that can be cached');
  }
}

const decodeFunction = (spec: Fields): FunctionTool => ({
  type: 'function',
  name: requireString(spec, 'name'),
  description: readString(spec, 'description'),
  schema: requireObject(spec, 'inputSchema', schemaMembers).wire['json'] ?? undefined,
  strict: readBoolean(spec, 'strict'),
  cache: undefined,
  namespace: undefined,
});

function decodeToolChoice(config: Fields): ToolChoice | undefined {
  const choice = readObject(config, 'toolChoice');
  if (choice === undefined) return undefined;
  if (isObject(choice.wire['auto'])) return { type: 'auto' };
  if (isObject(choice.wire['any'])) return { type: 'required' };
  if (isObject(choice.wire['tool'])) return { type: 'tool', name: requireString(requireObject(choice, 'tool'), 'name') };
  throw wrongMember(choice, '', 'expected auto, any or tool');
}

/**
 * `used`: names of the tools that the history has calls or results of. Bedrock refuses such a history without `toolConfig`, so tools that
 * are not offered (any more) get a definition that says no more than their name.
 */
export function encodeToolConfig(
  request: LlmRequest,
  used: ReadonlySet<string>,
  thinks: boolean,
  context: UpstreamContext,
): WireToolConfig | undefined {
  const { scope } = context;
  const { toolChoice, parallelToolCalls } = request;
  const none = toolChoice?.type === 'none';
  const tools = none && used.size === 0 ? [] : encodeTools(request, context);
  if (parallelToolCalls === false && tools.length > 0) {
    unsupported(scope, 'parallelToolCalls');
  }
  if (tools.length === 0) {
    if (toolChoice !== undefined && !none && toolChoice.type !== 'auto') {
      dropped(scope, 'toolChoice', 'There are no tools to choose from');
    }
    return used.size === 0 ? undefined : { tools: nominalTools(used, scope), toolChoice: undefined };
  }
  if (none) {
    approximated(scope, 'toolChoice', 'Converse has no choice of none, and the history needs its tools: the model may call one');
    return { tools, toolChoice: undefined };
  }
  return { tools, toolChoice: encodeToolChoice(toolChoice, thinks, scope) };
}

function nominalTools(names: ReadonlySet<string>, scope: Scope): WireBlock[] {
  emulated(scope, 'tools', 'Bedrock refuses calls of tools that are not offered; the names in the history are offered again');
  const tools: WireBlock[] = [];
  for (const name of names) tools.push(toolSpec(name, undefined, { type: 'object', properties: {} }, undefined));
  return tools;
}

function encodeTools({ tools = [], toolChoice }: LlmRequest, context: UpstreamContext): WireBlock[] {
  const only = toolChoice?.type === 'allowed' ? toolChoice.names : undefined;
  const out: WireBlock[] = [];
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    if (only !== undefined && tool.type !== 'hosted' && !only.includes(tool.name)) continue;
    encodeTool(tool, elementPath('tools', i), context, out);
  }
  return out;
}

function encodeTool(tool: Tool, path: string, context: UpstreamContext, out: WireBlock[]): void {
  const { model, scope } = context;
  if (tool.type === 'hosted') {
    const wire = hostedDefinition<WireBlock>(tool, api, model.nova2 ? novaTools : {}, path, scope);
    if (wire !== undefined) out.push(wire);
  } else encodeFunction(tool.type === 'function' ? tool : functionOfCustom(tool, path, scope), path, context, out);
}

// https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-tools.html
const novaTools: Readonly<Record<string, WireBlock>> = {
  'web-search': { systemTool: { name: 'nova_grounding' } },
  'code-execution': { systemTool: { name: 'nova_code_interpreter' } },
};

/** An empty description is refused. */
const toolSpec = (name: string, description: string | undefined, json: unknown, strict: boolean | undefined): WireBlock => ({
  toolSpec: { name, description: description === '' ? undefined : description, inputSchema: { json }, strict },
});

function encodeFunction(tool: FunctionTool, path: string, context: UpstreamContext, out: WireBlock[]): void {
  const { model, own, scope } = context;
  const holds = own || (model.schemas && (tool.strict !== true || holdsClaude(tool.schema)));
  if (tool.strict === true && !holds) dropped(scope, `${path}.strict`, 'Bedrock does not hold this model to such a schema');
  const strict = tool.strict === true && holds ? true : undefined;
  const schema = objectSchema(tool.schema, path, scope);
  out.push(toolSpec(tool.name, tool.description, strict && !own ? claudeSchema(schema, `${path}.schema`, scope) : schema, strict));
  pushCachePoint(tool.cache, path, context, out);
}

/** `auto` is what happens anyway, and some models refuse to be told. `thinks`: Claude thinks, which excludes a forced choice. */
function encodeToolChoice(choice: ToolChoice | undefined, thinks: boolean, scope: Scope): WireBlock | undefined {
  if (choice?.type === 'allowed') approximated(scope, 'toolChoice', 'Only the allowed tools are sent');
  const type = choice?.type === 'allowed' ? choice.mode : choice?.type;
  if (type !== 'required' && type !== 'tool') return undefined;
  if (thinks) {
    dropped(scope, 'toolChoice', 'Extended thinking excludes a forced tool');
    return undefined;
  }
  return choice?.type === 'tool' ? { tool: { name: choice.name } } : { any: {} };
}
