import type { JsonObject } from '../codec.ts';
import type { LlmRequest, Tool } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { approximated } from '../warn.ts';

// JSON's numbers have any digits, JavaScript's about 16: https://www.rfc-editor.org/rfc/rfc8259#section-6

/** Whether a valid JSON text has a number that is another one, or none, once it was read and written again. */
export function losesDigits(json: string): boolean {
  if (!/\d{16}|\de/i.test(json)) return false; // what all but a few arguments are
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.e+-]*/gi)) {
    if (!token.startsWith('"') && digits(token) !== digits(String(Number(token)))) return true;
  }
  return false;
}

/** The digits that make a number the one it is: a double that has the same is no other, for it is the nearest. */
const digits = (text: string): string => text.replace(/e.*|[-.]/gi, '').replace(/^0+|(?<!0)0+$/g, '');

/** Whether a value that was read from JSON, and written again as `json`, has numbers that may have been others in the first text. */
export const mayHaveLostDigits = (json: string, value: unknown): boolean => /\d{16}|\de\+|null/.test(json) && holdsVast(value);

/** Whether a number in it is so large that it may have been another one in the text it was read from. */
function holdsVast(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  if (Array.isArray(value)) return value.some(holdsVast); // a loop over keys is slow here
  for (const key in value) if (holdsVast((value as JsonObject)[key])) return true;
  return false;
}

/** Bounds of schemas are often the largest integers of 64 bits, which JavaScript's numbers do not hold. */
export function reportVast({ tools, outputFormat }: LlmRequest, scope: Scope): void {
  const check = (value: unknown, path: string): void => {
    if (holdsVast(value)) approximated(scope, path, 'Its largest numbers may have had other digits');
  };
  for (let i = 0; i < (tools?.length ?? 0); i++) {
    const tool = tools?.[i] as Tool;
    if (tool.type === 'function') check(tool.schema, `tools[${i}].schema`);
  }
  if (outputFormat?.type === 'json-schema') check(outputFormat.schema, 'outputFormat.schema');
}
