import { parseData } from '../../codec.ts';
import type { ToolCallBlock } from '../../model/block.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';

const validId = /^[a-zA-Z0-9_-]+$/;

/**
 * A tool call's id in the form that Anthropic accepts (`^[a-zA-Z0-9_-]+$`): other characters become `_`, and a hash of the whole id
 * follows, so that two ids that differ stay different. It depends on nothing but the id: a call and its result get the same one.
 */
export function toolUseId(id: string): string {
  if (validId.test(id)) return id;
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return `${id.replace(/[^a-zA-Z0-9_-]/g, '_')}_${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/**
 * The input of a call as the object that the API demands. A custom tool's text stands in the member that its emulation as a
 * function has; text that is no JSON object is kept there too.
 */
export function toolInput(call: ToolCallBlock, path: string, scope: Scope): object {
  if (call.custom) return { input: call.input };
  if (call.input.trim() === '') return {};
  const value = parseData(call.input);
  if (isObject(value)) return value;
  approximated(scope, `${path}.input`, 'The tool input is not a JSON object; it became the text of a member named input');
  return { input: call.input };
}
