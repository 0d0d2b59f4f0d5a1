import type { CustomTool, FunctionTool, Tool } from '../model/request.ts';
import { isObject } from '../read.ts';
import type { Scope } from '../scope.ts';
import { approximated, emulated } from '../warn.ts';
import { flatSchema, openaiSchema } from './schema-subset.ts';

/**
 * A free-text tool as a function with one text, for APIs that know functions only; on the way back its calls become custom calls again. Its
 * format, which nothing enforces there, stays in the schema as an annotation for the model to read.
 */
export function functionOfCustom({ name, description, format, namespace }: CustomTool, path: string, scope: Scope): FunctionTool {
  emulated(scope, path, 'A free-text tool became a function with one text member named input');
  const shown = isObject(format) ? { 'x-custom-format': format } : undefined;
  if (isObject(format) && format['type'] !== 'text')
    approximated(scope, `${path}.format`, 'The grammar is shown to the model, not enforced');
  const schema = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'], additionalProperties: true, ...shown };
  return { type: 'function', name, description, schema, strict: false, cache: undefined, namespace };
}

/** The schema of a tool's input for APIs where that is always an object. */
export function objectSchema(schema: unknown, path: string, scope: Scope): unknown {
  if (schema === undefined || schema === null) return { type: 'object', properties: {} };
  if (!isObject(schema)) {
    approximated(scope, `${path}.schema`, 'The schema is not an object; the tool takes any object');
    return { type: 'object' };
  }
  if (schema['type'] === 'object') return flatSchema(schema, path, scope);
  if (schema['type'] !== undefined) approximated(scope, `${path}.schema`, 'The input of a tool is always an object here');
  return flatSchema({ ...schema, type: 'object' }, path, scope);
}

/**
 * OpenAI answers 400 to an object without `properties`, and tools without parameters come like that from MCP servers:
 * https://github.com/openai/openai-agents-python/issues/449
 */
const withProperties = (schema: unknown): unknown =>
  isObject(schema) && schema['type'] === 'object' && schema['properties'] === undefined ? { ...schema, properties: {} } : schema;

/** Functions with schemas that OpenAI takes. */
export const openaiTools = (tools: readonly Tool[] | undefined, scope: Scope): readonly Tool[] | undefined =>
  tools?.map((tool, i) =>
    tool.type === 'function' ? { ...tool, ...openaiSchema(withProperties(tool.schema), tool.strict, `tools[${i}].strict`, scope) } : tool,
  );
