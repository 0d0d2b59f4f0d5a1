import type { JsonObject } from '../../codec.ts';
import { isObject, setMember } from '../../read.ts';
import { camelMembers } from './members.ts';
import { words } from '../../words.ts';

const schemaMembers = words('anyOf maxItems minItems maxLength minLength maxProperties minProperties propertyOrdering');
/** Written as text: they are 64-bit integers. */
const counts = words('maxItems minItems maxLength minLength maxProperties minProperties');

/**
 * Gemini's own schema (`parameters`, `responseSchema`: a subset of OpenAPI 3.0, https://ai.google.dev/api/caching#Schema) as JSON Schema:
 * types in lower case, `nullable` as a type, `example` as `examples`, the order of properties as their order.
 */
export function jsonSchemaOf(value: unknown): unknown {
  if (!isObject(value)) return value;
  const schema = camelMembers(value, schemaMembers);
  const out: Record<string, unknown> = {};
  for (const key in schema) {
    const member = schema[key];
    if (member === null && key !== 'default' && key !== 'example') continue;
    switch (key) {
      case 'type':
        if (member !== 'TYPE_UNSPECIFIED') out['type'] = typeof member === 'string' ? member.toLowerCase() : member;
        break;
      case 'nullable':
      case 'propertyOrdering':
        break;
      case 'properties':
        out['properties'] = isObject(member) ? properties(member, schema['propertyOrdering']) : member;
        break;
      case 'items':
        out['items'] = jsonSchemaOf(member);
        break;
      case 'anyOf':
        out['anyOf'] = Array.isArray(member) ? member.map(jsonSchemaOf) : member;
        break;
      case 'example':
        out['examples'] = [member];
        break;
      default:
        setMember(out, key, counts.has(key) && typeof member === 'string' && /^\d+$/.test(member) ? Number(member) : member);
    }
  }
  if (schema['nullable'] === true) allowNull(out);
  return out;
}

function properties(wire: JsonObject, order: unknown): JsonObject {
  const out: Record<string, unknown> = {};
  if (Array.isArray(order)) {
    for (const name of order) if (typeof name === 'string' && Object.hasOwn(wire, name)) setMember(out, name, jsonSchemaOf(wire[name]));
  }
  for (const name in wire) if (!Object.hasOwn(out, name)) setMember(out, name, jsonSchemaOf(wire[name]));
  return out;
}

function allowNull(schema: Record<string, unknown>): void {
  if (typeof schema['type'] === 'string' && schema['type'] !== 'null') schema['type'] = [schema['type'], 'null'];
  else if (Array.isArray(schema['anyOf'])) schema['anyOf'] = [...(schema['anyOf'] as unknown[]), { type: 'null' }];
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(null)) schema['enum'] = [...(schema['enum'] as unknown[]), null];
}
