import { nameMark } from '../name-mark.ts';

const validId = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * A tool call's id in the form that Bedrock accepts (`[a-zA-Z0-9_-]+`, at most 64): other characters become `_`, and a hash of the whole id
 * follows, so that ids that differ stay different. It depends on nothing but the id: a call and its result get the same one.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html
 */
export function toolUseId(id: string): string {
  if (validId.test(id)) return id;
  return id.slice(0, 55).replace(/[^a-zA-Z0-9_-]/g, '_') + nameMark(id);
}
