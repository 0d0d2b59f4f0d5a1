import { z } from 'zod';
import { authorSchema } from '../schema.ts';
import { keyDescriptions } from './key-descriptions.ts';

/** What is used of JSON Schema. */
export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  deprecated?: boolean;
  examples?: readonly unknown[];
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  required?: readonly string[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** A key of the file, as the schema has it. */
export interface SchemaKey {
  /** `*` stands for an index or for a name of the author's own. */
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

const deprecated = new Set([
  'llm_providers',
  'listeners.ingress_traffic',
  'listeners.egress_traffic',
  'model_providers.*.routing_preferences',
]);

/** The path by which a key is described: the old list of providers has the keys of the new one. */
export function describedPath(path: string): string {
  return path.startsWith('llm_providers.') ? path.replace('llm_providers', 'model_providers') : path;
}

/** JSON Schema (draft 7, which every editor reads) of the file that an author writes, with a description of every key. */
export function describedSchema(): JsonSchema {
  const schema = z.toJSONSchema(authorSchema, { io: 'input', unrepresentable: 'any', target: 'draft-7' }) as JsonSchema;
  for (const { path, schema: key } of schemaKeys(schema)) {
    const described = keyDescriptions[describedPath(path)];
    if (described === undefined) throw new Error(`no description of ${path} in key-descriptions.ts`);
    const unit = key.description?.includes('with its unit') === true ? `. ${key.description}` : '';
    const byDefault = described.default === undefined ? '' : `. Default: ${described.default}`;
    key.description = `${described.text}${byDefault}${unit}`.replaceAll(/: \[[^\]]*\]\([^)]*\)/g, '');
    if (deprecated.has(describedPath(path))) key.deprecated = true;
  }
  return { ...schema, title: 'Configuration of Plano' };
}

/** Every key of a schema, those of the forms of a union one after the other, in the order of the schema. */
export function schemaKeys(schema: JsonSchema): SchemaKey[] {
  const keys: SchemaKey[] = [];
  collect(schema, '', keys);
  return keys;
}

function collect(schema: JsonSchema, prefix: string, keys: SchemaKey[]): void {
  for (const form of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) collect(form, prefix, keys);
  const join = (key: string) => (prefix === '' ? key : `${prefix}.${key}`);
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    keys.push({ path: join(key), schema: member, required: schema.required?.includes(key) === true });
    collect(member, join(key), keys);
  }
  if (schema.items !== undefined) collect(schema.items, join('*'), keys);
  if (typeof schema.additionalProperties === 'object') collect(schema.additionalProperties, join('*'), keys);
}
