import type { JsonObject } from '../../codec.ts';
import type { CustomTool, FunctionTool, HostedTool, Tool } from '../../model/request.ts';
import { asObject, elementPath, isObject, memberPath, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, emulated, reportUnknown, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { camelMembers, listOrOne } from './members.ts';
import { geminiToolName } from './tool-name.ts';
import type { WirePart } from './wire.ts';

const toolMembers: ReadonlySet<string> = new Set([
  'functionDeclarations',
  'googleSearch',
  'googleSearchRetrieval',
  'codeExecution',
  'urlContext',
  'fileSearch',
  'computerUse',
  'googleMaps',
  'mcpServers',
]);
const declarationMembers: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'parametersJsonSchema']);

/** A wire tool may hold declarations and several of Google's own tools, each of which is one tool in the hub. */
export function decodeTools(wire: JsonObject, scope: Scope): Tool[] | undefined {
  const value = wire['tools'];
  if (value === undefined || value === null) return undefined;
  const list = listOrOne(value, 'tools');
  const tools: Tool[] = [];
  for (let i = 0; i < list.length; i++) {
    const path = elementPath('tools', i);
    const tool = camelMembers(asObject(list[i], path), toolMembers);
    for (const key in tool) {
      const member = tool[key];
      if (member === null) continue;
      if (key === 'functionDeclarations') decodeDeclarations(member, memberPath(path, key), scope, tools);
      else tools.push({ type: 'hosted', kind: hostedKind(key), api, value: { [key]: member } });
    }
  }
  return tools;
}

const hostedKind = (key: string): HostedTool['kind'] =>
  key === 'googleSearch' || key === 'googleSearchRetrieval' ? 'web-search' : key === 'codeExecution' ? 'code-execution' : 'other';

function decodeDeclarations(value: unknown, path: string, scope: Scope, tools: Tool[]): void {
  const list = listOrOne(value, path);
  for (let i = 0; i < list.length; i++) {
    const here = elementPath(path, i);
    const declaration = camelMembers(asObject(list[i], here), declarationMembers);
    reportUnknown(declaration, declarationMembers, here, scope);
    tools.push({
      type: 'function',
      name: requiredString(declaration, 'name', here),
      description: optionalString(declaration, 'description', here),
      schema: declaration['parametersJsonSchema'] ?? decodeParameters(declaration['parameters']),
      strict: undefined,
      cache: undefined,
      namespace: undefined,
    });
  }
}

const decodeParameters = (parameters: unknown): unknown =>
  parameters === undefined || parameters === null ? undefined : jsonSchemaOf(parameters);

export interface EncodedTools {
  tools: WirePart[] | undefined;
  /** Whether there are functions to choose from. */
  functions: boolean;
  /** Whether every function wants its arguments to be held to its schema. */
  strict: boolean;
}

/**
 * One tool with all declarations, then Google's own tools. `only`: the names that an allowed subset leaves. `held`: strictness can be
 * asked for, since the model is free to choose.
 */
export function encodeTools(
  tools: readonly Tool[] | undefined,
  only: readonly string[] | undefined,
  held: boolean,
  scope: Scope,
): EncodedTools {
  if (tools === undefined || tools.length === 0) return { tools: undefined, functions: false, strict: false };
  const declarations: WirePart[] = [];
  const hosted: WirePart[] = [];
  let loose = 0;
  const strict: string[] = [];
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    const path = elementPath('tools', i);
    if (tool.type === 'hosted') pushHosted(tool, path, scope, hosted);
    else if (only === undefined || only.includes(tool.name)) {
      if (tool.type === 'function' && tool.strict === true) strict.push(path);
      else loose++;
      declarations.push(tool.type === 'function' ? encodeFunction(tool, path, scope) : encodeCustom(tool, path, scope));
    }
  }
  const validated = held && strict.length > 0 && loose === 0;
  for (const path of strict) {
    if (validated) approximated(scope, `${path}.strict`, 'Gemini is asked to validate all calls (mode VALIDATED)');
    else dropped(scope, `${path}.strict`, 'Gemini validates all functions or none, and only where it may choose');
  }
  const out = declarations.length === 0 ? hosted : [{ functionDeclarations: declarations }, ...hosted];
  return { tools: out.length === 0 ? undefined : out, functions: declarations.length > 0, strict: validated };
}

function encodeFunction(tool: FunctionTool, path: string, scope: Scope): WirePart {
  if (tool.cache !== undefined) unsupported(scope, `${path}.cache`);
  return {
    name: encodeName(tool, path, scope),
    description: tool.description,
    parametersJsonSchema: encodeSchema(tool.schema, path, scope),
  };
}

function encodeSchema(schema: unknown, path: string, scope: Scope): unknown {
  if (schema === undefined || schema === null) return undefined;
  if (isObject(schema)) return Object.keys(schema).length === 0 ? undefined : schema;
  approximated(scope, `${path}.schema`, 'The schema is not an object; the tool takes any object');
  return { type: 'object' };
}

function encodeCustom(tool: CustomTool, path: string, scope: Scope): WirePart {
  emulated(scope, path, 'A free-text tool became a function with one text member named input');
  if (isObject(tool.format) && tool.format['type'] !== 'text') {
    unsupported(scope, `${path}.format`);
  }
  return {
    name: encodeName(tool, path, scope),
    description: tool.description,
    parametersJsonSchema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
  };
}

function encodeName(tool: FunctionTool | CustomTool, path: string, scope: Scope): string {
  if (tool.namespace !== undefined) unsupported(scope, `${path}.namespace`);
  const name = geminiToolName(tool.name);
  if (name !== tool.name) approximated(scope, `${path}.name`, `Gemini refuses the name; the tool is called ${name}`);
  return name;
}

function pushHosted(tool: HostedTool, path: string, scope: Scope, out: WirePart[]): void {
  if (tool.api === api) {
    if (isObject(tool.value)) out.push(tool.value);
    return;
  }
  if (tool.kind === 'other') {
    unsupported(scope, path, `this tool of ${tool.api}`);
    return;
  }
  approximated(scope, path, `Google's own ${tool.kind} tool stands in, without the options of ${tool.api}`);
  out.push(tool.kind === 'web-search' ? { googleSearch: {} } : { codeExecution: {} });
}
