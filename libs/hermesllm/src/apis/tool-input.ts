import { parseData } from '../codec.ts';
import type { ToolCallBlock } from '../model/block.ts';
import { isObject } from '../read.ts';
import type { Scope } from '../scope.ts';
import { approximated } from '../warn.ts';

/**
 * The input of a call as the object that the API demands. A custom tool's text stands in the member that its emulation as a
 * function has; text that is no JSON object is kept there too.
 */
export function toolInput({ custom, input }: ToolCallBlock, path: string, scope: Scope): object {
  if (custom) return { input };
  if (input.trim() === '') return {};
  const value = parseData(input);
  if (isObject(value)) return value;
  approximated(scope, `${path}.input`, 'The tool input is not a JSON object; it became the text of a member named input');
  return { input };
}
