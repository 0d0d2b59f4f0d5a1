import type { Fields } from '../fields.ts';
import { pathAt, readInteger, readString, requireString } from '../fields.ts';
import type { ReasoningRequest } from '../model/request.ts';
import { approximated } from '../warn.ts';
import { words } from '../words.ts';

// How Claude is asked to think, by its own API and at Bedrock: `{ type, budget_tokens, display }`, and an effort beside it.

export const thinkingMembers = words('type budget_tokens display');

export const reasoningRequest = (
  mode: ReasoningRequest['mode'],
  effort: string | undefined,
  budget?: number,
  include?: boolean,
  summary?: string,
): ReasoningRequest => ({ mode, effort, budget, summary, include });

export function decodeThinking(thinking: Fields | undefined, effort: string | undefined): ReasoningRequest | undefined {
  if (thinking === undefined) return effort === undefined ? undefined : reasoningRequest(undefined, effort);
  const display = readString(thinking, 'display');
  const mode = decodeMode(thinking);
  return reasoningRequest(mode, effort, readInteger(thinking, 'budget_tokens'), display === undefined ? undefined : display !== 'omitted');
}

function decodeMode(thinking: Fields): ReasoningRequest['mode'] {
  const type = requireString(thinking, 'type');
  if (type === 'enabled') return 'on';
  if (type === 'disabled') return 'off';
  // `between_tools`, and what may come.
  if (type !== 'adaptive') approximated(thinking.scope, pathAt(thinking, 'type'), `${type} was read as adaptive`);
  return 'adaptive';
}
