/**
 * The schemas structured outputs take (https://platform.claude.com/docs/en/build-with-claude/structured-outputs): a subset of JSON schema in
 * which objects are closed and values are not bounded.
 */

const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength'],
  array: ['maxItems', 'uniqueItems'],
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with an output schema, or `undefined`. */
export function findOutputSchemaFault(schema: unknown): string | undefined {
  if (!isObject(schema)) return 'Schema should be an object';
  const types: readonly unknown[] = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  for (const type of types) {
    if (type === 'object' && schema['additionalProperties'] !== false) {
      return "For 'object' type, 'additionalProperties' must be explicitly set to false";
    }
    for (const keyword of UNSUPPORTED[String(type)] ?? []) {
      if (keyword in schema) return `For '${String(type)}' type, property '${keyword}' is not supported`;
    }
    if (type === 'array' && 'minItems' in schema && schema['minItems'] !== 0 && schema['minItems'] !== 1) {
      return "For 'array' type, 'minItems' values other than 0 or 1 are not supported";
    }
  }
  const inner: unknown[] = [];
  for (const group of ['properties', '$defs', 'definitions']) if (isObject(schema[group])) inner.push(...Object.values(schema[group]));
  for (const group of ['anyOf', 'allOf']) if (Array.isArray(schema[group])) inner.push(...(schema[group] as unknown[]));
  if ('items' in schema) inner.push(schema['items']);
  for (const value of inner) {
    const fault = findOutputSchemaFault(value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
