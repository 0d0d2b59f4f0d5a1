/**
 * The rules for schemas with `strict: true`, for tools and for structured outputs
 * (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
 */

const FORBIDDEN = ['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'patternProperties'];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function context(path: readonly string[]): string {
  return `In context=(${path.map((key) => `'${key}'`).join(', ')})`;
}

function isObjectType(schema: Record<string, unknown>): boolean {
  const { type } = schema;
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || (type === undefined && 'properties' in schema);
}

function checkObject(schema: Record<string, unknown>, path: readonly string[]): string | undefined {
  if (schema['additionalProperties'] !== false)
    return `${context(path)}, 'additionalProperties' is required to be supplied and to be false.`;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  for (const key of Object.keys(properties)) {
    if (required.includes(key)) continue;
    return `${context(path)}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${key}'.`;
  }
  for (const key of required) {
    if (!(String(key) in properties)) return `${context(path)}, 'required' contains extra key '${String(key)}' that is not in properties.`;
  }
  return undefined;
}

function walk(schema: unknown, path: readonly string[]): string | undefined {
  if (!isObject(schema)) return `${context(path)}, schema must be an object.`;
  for (const keyword of FORBIDDEN) {
    if (keyword in schema) return `${context(path)}, '${keyword}' is not permitted.`;
  }
  if (!('type' in schema || '$ref' in schema || 'anyOf' in schema || 'enum' in schema || 'const' in schema)) {
    return `${context(path)}, schema must have a 'type' key.`;
  }
  if (isObjectType(schema)) {
    const wrong = checkObject(schema, path);
    if (wrong !== undefined) return wrong;
  }
  for (const group of ['properties', '$defs', 'definitions']) {
    for (const [key, value] of Object.entries(isObject(schema[group]) ? schema[group] : {})) {
      const wrong = walk(value, [...path, group, key]);
      if (wrong !== undefined) return wrong;
    }
  }
  if ('items' in schema) return walk(schema['items'], [...path, 'items']);
  for (const [position, choice] of (Array.isArray(schema['anyOf']) ? schema['anyOf'] : []).entries()) {
    const wrong = walk(choice, [...path, 'anyOf', String(position)]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** What is wrong with a schema that claims to be strict, or `undefined`. */
export function findStrictSchemaFault(schema: unknown): string | undefined {
  const rootFault = findRootSchemaFault(schema);
  if (rootFault !== undefined) return rootFault;
  if (isObject(schema) && 'anyOf' in schema) return 'In context=(), root schema must not use anyOf.';
  return walk(schema, []);
}

/** The one rule that also holds without `strict`: the root is an object. */
export function findRootSchemaFault(schema: unknown): string | undefined {
  const type = isObject(schema) ? schema['type'] : undefined;
  if (type === 'object') return undefined;
  return `schema must be a JSON Schema of 'type: "object"', got 'type: "${typeof type === 'string' ? type : 'None'}"'.`;
}
