import type { Fields } from '../fields.ts';
import { readItem, readList, readString, wrongMember } from '../fields.ts';
import type { ToolChoice } from '../model/request.ts';

/** A choice among some tools, `{ mode, tools }`, as Chat Completions and Responses write it; tools that `nameOf` knows no name of are left out. */
export function decodeAllowed(allowed: Fields, nameOf: (tool: Fields) => string | undefined): ToolChoice {
  const mode = readString(allowed, 'mode') ?? 'auto';
  if (mode !== 'auto' && mode !== 'required') throw wrongMember(allowed, 'mode', 'expected auto or required');
  const names: string[] = [];
  const list = readList(allowed, 'tools') ?? [];
  for (let i = 0; i < list.length; i++) {
    const name = nameOf(readItem(allowed, list, 'tools', i));
    if (name !== undefined) names.push(name);
  }
  return { type: 'allowed', mode, names };
}
