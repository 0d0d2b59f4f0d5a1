import type { JsonObject } from '@plano/hermesllm';
import type { FunctionTool } from './function-tool.ts';
import { isObject } from './function-tool.ts';

/** Python's names of types, which providers refuse, by JSON Schema's. */
const standardTypes: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  tuple: 'array',
  set: 'array',
  dict: 'object',
  dictionary: 'object',
};

/** A tool as providers take it: its parameters an object schema with standard types. */
export function nativeTool(tool: FunctionTool): JsonObject {
  const parameters = isObject(tool.parameters) ? tool.parameters : { properties: {} };
  return {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: { ...standardSchema(parameters), type: 'object' } },
  };
}

/** Members whose values are schemas by name, a schema, or a list of schemas. */
const named = new Set(['properties', '$defs', 'definitions', 'patternProperties']);
const single = new Set(['items', 'additionalProperties', 'not']);
const listed = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

function standardSchema(schema: JsonObject): JsonObject {
  const standard: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) standard[name] = standardMember(name, value);
  return standard;
}

function standardMember(name: string, value: unknown): unknown {
  if (name === 'type') return Array.isArray(value) ? value.map(standardType) : standardType(value);
  if (named.has(name) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, isObject(each) ? standardSchema(each) : each]));
  }
  if (single.has(name) && isObject(value)) return standardSchema(value);
  if (listed.has(name) && Array.isArray(value)) {
    return (value as readonly unknown[]).map((each) => (isObject(each) ? standardSchema(each) : each));
  }
  return value;
}

const standardType = (type: unknown): unknown =>
  typeof type === 'string' && Object.hasOwn(standardTypes, type) ? standardTypes[type] : type;
