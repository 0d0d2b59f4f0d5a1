import type { Fields } from '../fields.ts';
import { readBoolean, readString } from '../fields.ts';
import type { LlmRequest, OutputFormat } from '../model/request.ts';
import { isObject } from '../read.ts';
import type { Scope } from '../scope.ts';
import { emulated } from '../warn.ts';
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

/** Asks for JSON in words, where the API cannot be told otherwise. */
export const jsonInstruction = 'Answer with a single JSON object and nothing else.';

/** Whether a schema is of an object, as far as it says. */
const ofObject = (schema: unknown): boolean =>
  !isObject(schema) || (schema['type'] === undefined ? !unions.some((word) => schema[word] !== undefined) : schema['type'] === 'object');

const unions = ['anyOf', 'oneOf', 'enum', 'const'];

/** The same for any format but text: its schema is shown, not enforced. */
export function formatInstruction(format: Exclude<OutputFormat, { type: 'text' }>): string {
  if (format.type === 'json') return jsonInstruction;
  const { description, schema = {} } = format;
  const wish = ofObject(schema) ? jsonInstruction : jsonInstruction.replace('object', 'value');
  const purpose = description === undefined ? '' : ` ${description}`;
  return `${wish}${purpose} It must be valid against this JSON Schema:\n${JSON.stringify(schema)}`;
}

/** What OpenAI is asked for, and what it is told in words. */
export interface OpenaiOutput {
  format: OutputFormat | undefined;
  instruction: string | undefined;
}

const saysJson = (messages: LlmRequest['messages']): boolean =>
  messages.some(({ blocks }) => blocks.some((block) => block.type === 'text' && /json/i.test(block.text)));

/**
 * A format that OpenAI takes: it answers 400 to a schema of anything but an object, and to a wish for JSON in a conversation that does not
 * speak of it (https://platform.openai.com/docs/guides/structured-outputs). Its own clients know that, those of other APIs do not.
 */
export function openaiOutput({ outputFormat: format, messages }: LlmRequest, scope: Scope): OpenaiOutput {
  const free = format === undefined || format.type === 'text' || scope.client?.startsWith('openai') === true;
  const schema = format?.type === 'json-schema' ? format.schema : undefined;
  if (!free && !ofObject(schema)) {
    emulated(scope, 'outputFormat', 'A message asks for it; OpenAI holds a model to schemas of objects only');
    return { format: undefined, instruction: formatInstruction(format) };
  }
  if (!free && format.type === 'json' && !saysJson(messages)) {
    emulated(scope, 'outputFormat', 'A message asks for JSON, for OpenAI wants to read of it');
    return { format, instruction: jsonInstruction };
  }
  if (format?.type !== 'json-schema') return { format, instruction: undefined };
  return { format: { ...format, ...openaiSchema(schema, format.strict, 'outputFormat.strict', scope) }, instruction: undefined };
}
