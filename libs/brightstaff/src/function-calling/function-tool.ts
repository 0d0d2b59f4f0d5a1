import type { JsonObject } from '@plano/hermesllm';

/** A tool that may be called, taken apart once. */
export interface FunctionTool {
  readonly name: string;
  readonly description: string;
  /** The `function` member as the caller wrote it. */
  readonly definition: JsonObject;
  /** JSON Schema of the arguments; undefined when none is declared. */
  readonly parameters: JsonObject | undefined;
  /** Names of parameters that must be there. */
  readonly required: readonly string[];
  hasEnum(parameter: string): boolean;
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Takes the `function` member of a tool apart. */
export function functionTool(name: string, definition: JsonObject): FunctionTool {
  const parameters = isObject(definition['parameters']) ? definition['parameters'] : undefined;
  const required = Array.isArray(parameters?.['required']) ? (parameters['required'] as readonly unknown[]) : [];
  const properties = isObject(parameters?.['properties']) ? parameters['properties'] : {};
  return {
    name,
    description: typeof definition['description'] === 'string' ? definition['description'] : '',
    definition,
    parameters,
    required: required.filter((each): each is string => typeof each === 'string'),
    hasEnum(parameter) {
      const property = Object.hasOwn(properties, parameter) ? properties[parameter] : undefined;
      return isObject(property) && property['enum'] !== undefined;
    },
  };
}
