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

const saysJson = (messages: LlmRequest['messages'], begin: number): boolean => {
  for (let i = begin; i < messages.length; i++) {
    if (messages[i]?.blocks.some((block) => block.type === 'text' && /json/i.test(block.text))) return true;
  }
  return false;
};

/**
 * A format that OpenAI takes. It answers 400 to a wish for JSON in messages that do not speak of it
 * (https://platform.openai.com/docs/guides/structured-outputs#json-mode): those from `begin` on, because the `instructions` of a response do
 * not count. And it does to a schema of anything but an object, which its own clients know, and those of other APIs do not.
 */
export function openaiOutput({ outputFormat: format, messages }: LlmRequest, begin: number, scope: Scope): OpenaiOutput {
  if (format?.type === 'json' && !saysJson(messages, begin)) {
    emulated(scope, 'outputFormat', 'A message asks for JSON, for OpenAI wants to read of it');
    return { format, instruction: jsonInstruction };
  }
  if (format?.type !== 'json-schema') return { format, instruction: undefined };
  const { schema, strict } = format;
  if (scope.client?.startsWith('openai') !== true && !ofObject(schema)) {
    emulated(scope, 'outputFormat', 'A message asks for it; OpenAI holds a model to schemas of objects only');
    return { format: undefined, instruction: formatInstruction(format) };
  }
  return { format: { ...format, ...openaiSchema(schema, strict, 'outputFormat.strict', scope) }, instruction: undefined };
}
