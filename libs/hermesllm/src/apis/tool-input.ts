import { parseData } from '../codec.ts';
import type { Fields } from '../fields.ts';
import { pathAt } from '../fields.ts';
import type { ToolCallBlock } from '../model/block.ts';
import { isObject } from '../read.ts';
import type { Scope } from '../scope.ts';
import { approximated } from '../warn.ts';
import { losesDigits, mayHaveLostDigits } from './exact-numbers.ts';

/**
 * The input of a call as the object that the API demands. A custom tool's text stands in the member that its emulation as a
 * function has; text that is no JSON object is kept there too.
 */
export function toolInput({ custom, input }: ToolCallBlock, path: string, scope: Scope): object {
  if (custom) return { input };
  if (input.trim() === '') return {};
  const value = parseData(input);
  if (isObject(value)) {
    if (losesDigits(input)) approximated(scope, `${path}.input`, 'A number has more digits, or is larger, than its reader holds');
    return value;
  }
  approximated(scope, `${path}.input`, 'The tool input is not a JSON object; it became the text of a member named input');
  return { input };
}

/** The JSON text of a member that an API writes as a value, such as the input of a call. Without `holder`, the key is its path. */
export function jsonText(value: unknown, scope: Scope, key: string, holder?: Fields): string {
  const text = JSON.stringify(value);
  if (mayHaveLostDigits(text, value)) approximated(scope, pathAt(holder, key), 'Its largest numbers may have had other digits');
  return text;
}

/** The same of an answer, whose upstream may have sent text already. */
export const inputText = (input: unknown, scope: Scope, key: string): string =>
  typeof input === 'string' ? input : jsonText(input ?? {}, scope, key);
