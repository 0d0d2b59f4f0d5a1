import { parseData } from '../../codec.ts';
import type { OutputFormat } from '../../model/request.ts';
import { dropped, emulated } from '../../warn.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathAt, readObject, readString, requireObject, requireString, wrongMember } from '../../fields.ts';
import { formatInstruction, strictSchema } from '../output-format.ts';
import { claudeSchema, holdsClaude } from '../schema-subset.ts';

const configMembers = words('textFormat effort');
const formatMembers = words('type structure');
const structureMembers = words('jsonSchema');
const schemaMembers = words('schema name description');

/** `outputConfig.textFormat`. The schema is JSON text on this wire, and a value in the hub. */
export function decodeOutputFormat(wire: Fields): OutputFormat | undefined {
  const format = readObject(readObject(wire, 'outputConfig', configMembers), 'textFormat', formatMembers);
  if (format === undefined) return undefined;
  const type = requireString(format, 'type');
  if (type !== 'json_schema') {
    dropped(wire.scope, pathAt(format, 'type'), `The format ${type} is unknown`);
    return undefined;
  }
  const definition = requireObject(requireObject(format, 'structure', structureMembers), 'jsonSchema', schemaMembers);
  const schema = parseData(requireString(definition, 'schema'));
  if (schema === undefined) throw wrongMember(definition, 'schema', 'expected a JSON Schema as JSON text');
  return strictSchema(schema, readString(definition, 'name'), readString(definition, 'description'));
}

/**
 * `textFormat` for models that can be held to a schema. For all others, and for "some JSON", which Converse has no form for, the system
 * prompt asks.
 */
export function encodeOutputFormat(
  format: OutputFormat | undefined,
  system: WireBlock[],
  { model, own, scope }: UpstreamContext,
): WireBlock | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  if (format.type === 'json-schema' && (own || (model.schemas && holdsClaude(format.schema)))) {
    const { name, description } = format;
    const schema = JSON.stringify((own ? format.schema : claudeSchema(format.schema, 'outputFormat.schema', scope)) ?? {});
    return { type: 'json_schema', structure: { jsonSchema: { schema, name, description } } };
  }
  emulated(scope, 'outputFormat', 'The system prompt asks for it; Bedrock does not enforce it');
  system.push({ text: formatInstruction(format) });
  return undefined;
}
