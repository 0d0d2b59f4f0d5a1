import { nameMark } from '../name-mark.ts';

const validId = /^[a-zA-Z0-9_-]+$/;

/**
 * A tool call's id in the form that Anthropic accepts (`^[a-zA-Z0-9_-]+$`): other characters become `_`, and a hash of the whole id
 * follows, so that two ids that differ stay different. It depends on nothing but the id: a call and its result get the same one.
 */
export function toolUseId(id: string): string {
  if (validId.test(id)) return id;
  return id.replace(/[^a-zA-Z0-9_-]/g, '_') + nameMark(id);
}
