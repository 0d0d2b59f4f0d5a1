import { jsonrepair } from 'jsonrepair';
import type { JsonObject } from '@plano/hermesllm';
import { unfence } from './fence.ts';
import { isObject } from './function-tool.ts';
import { nestsDeeperThan } from './json-depth.ts';

/** What a model said, in the order of precedence. */
export type ModelAnswer =
  | { readonly kind: 'response' | 'clarification'; readonly json: string; readonly text: string; readonly functions: readonly string[] }
  | { readonly kind: 'tool-calls'; readonly json: string; readonly calls: readonly SpokenCall[] }
  /** JSON in which there is nothing of the kind. */
  | { readonly kind: 'nothing'; readonly json: string }
  | { readonly kind: 'unreadable' };

/** A call as the model wrote it. */
export interface SpokenCall {
  readonly name: string;
  readonly arguments: unknown;
}

const depthLimit = 64;
const memberNames = ['response', 'required_functions', 'clarification', 'tool_calls'];

/**
 * Reads what Arch-Function wrote: JSON in a code block, whole or without the prefill that the model was made to continue, and repaired when it is
 * not quite JSON. Text that cannot be read is `unreadable`, never an error.
 *
 * @param prefill with which the answer was begun for the model
 * @example
 * parseModelAnswer("```json\n{'tool_calls': [{'name': 'f'}]}\n```", ''); // { kind: 'tool-calls', json: '{"tool_calls":[{"name":"f"}]}', calls: [{ name: 'f', arguments: undefined }] }
 */
export function parseModelAnswer(text: string, prefill: string): ModelAnswer {
  const value = readObject(text, unfence(prefill));
  if (value === undefined) return { kind: 'unreadable' };
  const json = JSON.stringify(value);
  const { response, clarification } = value;
  if (typeof response === 'string' && response !== '') return { kind: 'response', json, text: response, functions: [] };
  const functions = listOf(value['required_functions']).filter((name): name is string => typeof name === 'string');
  if (functions.length > 0) return { kind: 'clarification', json, text: typeof clarification === 'string' ? clarification : '', functions };
  const calls = listOf(value['tool_calls']).filter(isObject);
  if (calls.length === 0) return { kind: 'nothing', json };
  return {
    kind: 'tool-calls',
    json,
    calls: calls.map((call) => ({ name: typeof call['name'] === 'string' ? call['name'] : '', arguments: call['arguments'] })),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

/** The first reading of the text that is an object with a known member; exact readings before repaired ones. */
function readObject(text: string, prefill: string): JsonObject | undefined {
  const readings = readingsOf(text, prefill);
  for (const read of [JSON.parse as (json: string) => unknown, repaired]) {
    for (const reading of readings) {
      const value = attempt(read, reading);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function readingsOf(text: string, prefill: string): string[] {
  const inner = unfence(text);
  if (inner === '') return [];
  const readings = inner.startsWith('{') ? [inner] : [prefill + withoutClosingFence(inner), `{${withoutClosingFence(inner)}`];
  const brace = inner.indexOf('{');
  const end = inner.lastIndexOf('}');
  if (brace !== -1 && end > brace) readings.push(inner.slice(brace, end + 1));
  else if (brace > 0) readings.push(withoutClosingFence(inner.slice(brace)));
  // Older servers of the model were prompted with, and answered in, escaped quotes and line feeds.
  if (inner.includes('\\"')) readings.push(...readings.map((reading) => reading.replace(/^(\\n)+|(\\n)+$/g, '').replaceAll('\\"', '"')));
  return readings;
}

const withoutClosingFence = (text: string): string => text.replace(/\s*```\s*$/, '');

const repaired = (text: string): unknown => JSON.parse(jsonrepair(text));

/** A JSON object, repaired when it must be; undefined when the text is none. */
export function readLooseObject(text: string): JsonObject | undefined {
  return attempt(JSON.parse as (json: string) => unknown, text, []) ?? attempt(repaired, text, []);
}

function attempt(read: (json: string) => unknown, reading: string, anyOf = memberNames): JsonObject | undefined {
  try {
    const value = read(reading);
    if (!isObject(value) || nestsDeeperThan(value, depthLimit)) return undefined;
    return anyOf.length === 0 || anyOf.some((name) => Object.hasOwn(value, name)) ? value : undefined;
  } catch {
    return undefined;
  }
}
