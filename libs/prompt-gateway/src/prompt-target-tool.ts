import type { EffectiveParameter, EffectivePromptTarget } from '@plano/common';

/** A tool as OpenAI Chat Completions describes it. */
export interface ToolDefinition {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, ParameterSchema>>;
      readonly required?: readonly string[];
    };
  };
}

/** The JSON Schema of one parameter. */
export interface ParameterSchema {
  readonly type: string;
  readonly description: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly default?: string | number | boolean;
  readonly format?: string;
}

/** Configuration type names to JSON Schema types; anything else is text. */
const schemaTypes: Readonly<Record<string, string>> = {
  int: 'integer',
  integer: 'integer',
  float: 'number',
  number: 'number',
  bool: 'boolean',
  boolean: 'boolean',
  str: 'string',
  string: 'string',
  list: 'array',
  array: 'array',
  dict: 'object',
  dictionary: 'object',
  object: 'object',
};

/**
 * A prompt target as the tool that a model is offered for it.
 *
 * @example
 * toolOfPromptTarget({ name: 'get_weather', description: 'Weather of a city', parameters: [city], ... }).function.name; // 'get_weather'
 */
export function toolOfPromptTarget(target: EffectivePromptTarget): ToolDefinition {
  const properties: Record<string, ParameterSchema> = {};
  const required: string[] = [];
  for (const parameter of target.parameters) {
    properties[parameter.name] = schemaOf(parameter);
    if (parameter.required) required.push(parameter.name);
  }
  return {
    type: 'function',
    function: {
      name: target.name,
      description: target.description,
      parameters: { type: 'object', properties, ...(required.length === 0 ? {} : { required }) },
    },
  };
}

const schemaOf = (parameter: EffectiveParameter): ParameterSchema => ({
  type: schemaTypes[parameter.type.toLowerCase()] ?? 'string',
  description: parameter.description,
  ...(parameter.enum === null ? {} : { enum: parameter.enum }),
  ...(parameter.default === null ? {} : { default: parameter.default }),
  ...(parameter.format === null ? {} : { format: parameter.format }),
});
