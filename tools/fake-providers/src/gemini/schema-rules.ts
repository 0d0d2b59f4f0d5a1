/** What the API finds wrong with schemas in its own dialect (`parameters`, `responseSchema`). */
import type { GeminiSchema } from './tool-schema.ts';

/** The first fault, as `path: words`, or `undefined`. */
export function findGeminiSchemaFault(schema: GeminiSchema, path: string): string | undefined {
  const type = schema.type?.toUpperCase();
  if (schema.anyOf === undefined && (type === undefined || type === 'TYPE_UNSPECIFIED')) return `${path}.type: must be specified`;
  if (schema.enum !== undefined && type !== 'STRING') return `${path}.enum: only allowed for STRING type`;
  if (type === 'OBJECT' && Object.keys(schema.properties ?? {}).length === 0)
    return `${path}.properties: should be non-empty for OBJECT type`;
  if (type === 'ARRAY' && schema.items === undefined) return `${path}.items: missing field.`;
  if (type !== 'OBJECT' && schema.properties !== undefined) return `${path}.properties: only allowed for OBJECT type`;
  for (const name of schema.required ?? []) {
    if (!(name in (schema.properties ?? {}))) return `${path}.required: property is not defined: ${name}`;
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const fault = findGeminiSchemaFault(property, `${path}.properties[${name}]`);
    if (fault !== undefined) return fault;
  }
  for (const [position, choice] of (schema.anyOf ?? []).entries()) {
    const fault = findGeminiSchemaFault(choice, `${path}.any_of[${position}]`);
    if (fault !== undefined) return fault;
  }
  return schema.items === undefined ? undefined : findGeminiSchemaFault(schema.items, `${path}.items`);
}
