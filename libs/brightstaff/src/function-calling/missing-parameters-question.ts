import type { FunctionTool } from './function-tool.ts';
import { isObject } from './function-tool.ts';

/**
 * A question to the user for parameters of a tool, by their descriptions, for when the model has none.
 *
 * @example
 * missingParametersQuestion(weather, ['city', 'days']); // 'I still need: city (Name of the city), days (Number of days). Could you tell me?'
 */
export function missingParametersQuestion(tool: FunctionTool, parameters: readonly string[]): string {
  const properties = isObject(tool.parameters?.['properties']) ? tool.parameters['properties'] : {};
  const described = parameters.map((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const description = isObject(property) && typeof property['description'] === 'string' ? property['description'].trim() : '';
    return description === '' ? name : `${name} (${description})`;
  });
  return described.length === 0
    ? 'Could you tell me more about what you need?'
    : `I still need: ${described.join(', ')}. Could you tell me?`;
}
