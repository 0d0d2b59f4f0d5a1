import type { JsonObject } from '../../codec.ts';
import { parseData } from '../../codec.ts';
import { invalidRequest } from '../../hermes-error.ts';
import type { OutputFormat } from '../../model/request.ts';
import { asObject, memberPath, optionalObject, optionalString, requiredString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { dropped, emulated, reportUnknown } from '../../warn.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { WireBlock } from './wire.ts';

const configMembers: ReadonlySet<string> = new Set(['textFormat', 'effort']);
const formatMembers: ReadonlySet<string> = new Set(['type', 'structure']);
const structureMembers: ReadonlySet<string> = new Set(['jsonSchema']);
const schemaMembers: ReadonlySet<string> = new Set(['schema', 'name', 'description']);

/** `outputConfig.textFormat`. The schema is JSON text on this wire, and a value in the hub. */
export function decodeOutputFormat(wire: JsonObject, scope: Scope): OutputFormat | undefined {
  const config = optionalObject(wire, 'outputConfig', '');
  if (config === undefined) return undefined;
  reportUnknown(config, configMembers, 'outputConfig', scope);
  const path = 'outputConfig.textFormat';
  const format = optionalObject(config, 'textFormat', 'outputConfig');
  if (format === undefined) return undefined;
  reportUnknown(format, formatMembers, path, scope);
  const type = requiredString(format, 'type', path);
  if (type !== 'json_schema') {
    dropped(scope, `${path}.type`, `The format ${type} is unknown`);
    return undefined;
  }
  const structurePath = memberPath(path, 'structure');
  const structure = asObject(format['structure'], structurePath);
  reportUnknown(structure, structureMembers, structurePath, scope);
  const here = memberPath(structurePath, 'jsonSchema');
  const definition = asObject(structure['jsonSchema'], here);
  reportUnknown(definition, schemaMembers, here, scope);
  const schema = parseData(requiredString(definition, 'schema', here));
  if (schema === undefined) throw invalidRequest(`${here}.schema`, 'expected a JSON Schema as JSON text');
  return {
    type: 'json-schema',
    name: optionalString(definition, 'name', here),
    description: optionalString(definition, 'description', here),
    schema,
    strict: true,
  };
}

const jsonInstruction = 'Answer with a single JSON object and nothing else.';

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
  if (format.type === 'json') {
    emulated(scope, 'outputFormat', 'The system prompt asks for JSON; Bedrock does not enforce it');
    system.push({ text: jsonInstruction });
    return undefined;
  }
  const { name, description } = format;
  const schema = JSON.stringify(format.schema ?? {});
  if (own || model.schemas) {
    return { type: 'json_schema', structure: { jsonSchema: { schema, name, description } } };
  }
  emulated(scope, 'outputFormat', 'Bedrock does not hold this model to a schema; the system prompt asks for it');
  const purpose = description === undefined ? '' : ` ${description}`;
  system.push({ text: `${jsonInstruction}${purpose} It must be valid against this JSON Schema:\n${schema}` });
  return undefined;
}
