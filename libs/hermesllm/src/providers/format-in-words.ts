import { formatInstruction } from '../apis/output-format.ts';
import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { listOf, maybeObject, maybeString } from '../read.ts';

/** A Chat Completions request that asks in a message for what its `response_format` says, and has another one. */
export function formatInWords(wire: JsonObject, format: JsonObject | undefined, warn: (warning: Warning) => void): JsonObject {
  const named = maybeObject(maybeObject(wire['response_format'])?.['json_schema']);
  const content = formatInstruction(
    named === undefined
      ? { type: 'json' }
      : {
          type: 'json-schema',
          name: undefined,
          description: maybeString(named['description']),
          schema: named['schema'],
          strict: undefined,
        },
  );
  warn({ type: 'emulated', path: 'response_format', reason: 'A message asks for it; the provider does not take it here' });
  return { ...wire, response_format: format, messages: [{ role: 'system', content }, ...listOf(wire['messages'])] };
}

/** `text`, `json_object` or `json_schema`. */
export const formatType = (wire: JsonObject): unknown => maybeObject(wire['response_format'])?.['type'];
