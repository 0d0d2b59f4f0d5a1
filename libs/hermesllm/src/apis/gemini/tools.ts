import type { FunctionTool, Tool } from '../../model/request.ts';
import { elementPath, isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import { api } from './api.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { WirePart } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { has, readItem, readList, readString, requireString, spelled } from '../../fields.ts';
import { hostedDefinition, hostedTool } from '../hosted-tool.ts';
import { functionOfCustom } from '../function-tool.ts';

const toolMembers = words(
  'functionDeclarations googleSearch googleSearchRetrieval codeExecution urlContext fileSearch computerUse googleMaps mcpServers',
);
const declarationMembers = words('name description parameters parametersJsonSchema');

/** A wire tool may hold declarations and several of Google's own tools, each of which is one tool in the hub. */
export function decodeTools(wire: Fields): Tool[] | undefined {
  const list = readList(wire, 'tools');
  if (list === undefined) return undefined;
  const tools: Tool[] = [];
  for (let i = 0; i < list.length; i++) {
    const tool = spelled(readItem(wire, list, 'tools', i), toolMembers);
    for (const key in tool.wire) {
      if (key === 'functionDeclarations') decodeDeclarations(tool, key, tools);
      else if (has(tool, key)) tools.push(hostedTool(key, api, { [key]: tool.wire[key] }));
    }
  }
  return tools;
}

function decodeDeclarations(tool: Fields, key: string, tools: Tool[]): void {
  const list = readList(tool, key) ?? [];
  for (let i = 0; i < list.length; i++) {
    const declaration = readItem(tool, list, key, i, declarationMembers);
    const { parametersJsonSchema, parameters } = declaration.wire;
    tools.push({
      type: 'function',
      name: requireString(declaration, 'name'),
      description: readString(declaration, 'description'),
      schema: parametersJsonSchema ?? jsonSchemaOf(parameters ?? undefined),
      strict: undefined,
      cache: undefined,
      namespace: undefined,
    });
  }
}

export interface EncodedTools {
  tools: WirePart[] | undefined;
  /** Whether there are functions to choose from. */
  functions: boolean;
  /** Whether every function wants its arguments to be held to its schema. */
  strict: boolean;
  /** Whether there are functions and Google's own tools. */
  mixed: boolean;
}

/**
 * One tool with all declarations, then Google's own tools. `only`: the names that an allowed subset leaves. `held`: strictness can be
 * asked for, since the model is free to choose. `apart`: the model takes functions or Google's own tools, not both.
 */
export function encodeTools(
  tools: readonly Tool[] | undefined,
  only: readonly string[] | undefined,
  held: boolean,
  apart: boolean,
  scope: Scope,
): EncodedTools {
  if (tools === undefined || tools.length === 0) return { tools: undefined, functions: false, strict: false, mixed: false };
  const alone = apart && tools.some(({ type }) => type !== 'hosted');
  const declarations: WirePart[] = [];
  const hosted: WirePart[] = [];
  let loose = 0;
  const strict: string[] = [];
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as Tool;
    const path = elementPath('tools', i);
    if (tool.type === 'hosted') {
      if (alone) {
        dropped(scope, path, "Before Gemini 3, functions exclude Google's own tools");
        continue;
      }
      const wire = hostedDefinition(tool, api, ownTools, path, scope);
      if (isObject(wire)) hosted.push(wire);
    } else if (only === undefined || only.includes(tool.name)) {
      if (tool.type === 'function' && tool.strict === true) strict.push(path);
      else loose++;
      declarations.push(encodeFunction(tool.type === 'function' ? tool : functionOfCustom(tool, path, scope), path, scope));
    }
  }
  const validated = held && strict.length > 0 && loose === 0;
  for (const path of strict) {
    if (validated) approximated(scope, `${path}.strict`, 'Gemini is asked to validate all calls (mode VALIDATED)');
    else dropped(scope, `${path}.strict`, 'Gemini validates all functions or none, and only where it may choose');
  }
  const out = declarations.length === 0 ? hosted : [{ functionDeclarations: declarations }, ...hosted];
  const functions = declarations.length > 0;
  return { tools: out.length === 0 ? undefined : out, functions, strict: validated, mixed: functions && hosted.length > 0 };
}

function encodeFunction(tool: FunctionTool, path: string, scope: Scope): WirePart {
  if (tool.cache !== undefined) unsupported(scope, `${path}.cache`);
  return {
    name: tool.name,
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

const ownTools: Readonly<Record<string, WirePart>> = { 'web-search': { googleSearch: {} }, 'code-execution': { codeExecution: {} } };
