import type { Fields } from '../fields.ts';
import { readBoolean, readString } from '../fields.ts';
import type { LlmRequest, OutputFormat } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { openaiSchema } from './schema-subset.ts';

/** An answer by a schema, from the object that names it. */
export const jsonSchemaFormat = (format: Fields, schema: unknown): OutputFormat => ({
  type: 'json-schema',
  name: readString(format, 'name'),
  description: readString(format, 'description'),
  schema,
  strict: readBoolean(format, 'strict'),
});

/** Whether log-probabilities are wanted: `wanted` says so, or a number of alternatives alone. */
export const decodeLogprobsWish = (wanted: boolean | undefined, alternatives: number | undefined): LlmRequest['logprobs'] =>
  wanted === true || (wanted === undefined && alternatives !== undefined) ? { alternatives } : undefined;

/** An answer by a schema, where the API has no looser kind. */
export const strictSchema = (schema: unknown, name?: string, description?: string): OutputFormat => ({
  type: 'json-schema',
  name,
  description,
  schema,
  strict: true,
});

/** A format with a schema that OpenAI takes. */
export const openaiFormat = (format: OutputFormat | undefined, scope: Scope): OutputFormat | undefined =>
  format?.type === 'json-schema' ? { ...format, ...openaiSchema(format.schema, format.strict, 'outputFormat.strict', scope) } : format;

/** Asks for JSON in words, where the API cannot be told otherwise. */
export const jsonInstruction = 'Answer with a single JSON object and nothing else.';

/** The same for any format but text: its schema is shown, not enforced. */
export function formatInstruction(format: Exclude<OutputFormat, { type: 'text' }>): string {
  if (format.type === 'json') return jsonInstruction;
  const { description, schema = {} } = format;
  const purpose = description === undefined ? '' : ` ${description}`;
  return `${jsonInstruction}${purpose} It must be valid against this JSON Schema:\n${JSON.stringify(schema)}`;
}
