import type { ReasoningRequest } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { readObject, readString } from '../../fields.ts';
import { reasoningRequest } from '../claude-thinking.ts';
import { nearestEffort } from '../nearest-effort.ts';

const reasoningMembers = words('effort summary generate_summary');

/** `reasoning` of a request. */
export interface WireReasoning {
  effort: string | undefined;
  summary: string | undefined;
}

export function decodeReasoningRequest(wire: Fields): ReasoningRequest | undefined {
  const reasoning = readObject(wire, 'reasoning', reasoningMembers);
  const effort = readString(reasoning, 'effort');
  const summary = readString(reasoning, 'summary') ?? readString(reasoning, 'generate_summary');
  return effort === undefined && summary === undefined ? undefined : reasoningRequest(undefined, effort, undefined, undefined, summary);
}

export function encodeReasoningRequest(reasoning: ReasoningRequest | undefined, scope: Scope): WireReasoning | undefined {
  if (reasoning === undefined) return undefined;
  const { mode, include } = reasoning;
  const effort = encodeEffort(reasoning, scope);
  // Who asks to think in another API gets to see the thoughts; an effort alone shows nothing anywhere.
  const shown = include ?? (mode === 'on' || mode === 'adaptive');
  const summary = reasoning.summary ?? (shown && effort !== 'none' ? 'auto' : undefined);
  return effort === undefined && summary === undefined ? undefined : { effort, summary };
}

function encodeEffort({ mode, effort, budget }: ReasoningRequest, scope: Scope): string | undefined {
  if (mode === 'off') return 'none';
  if (effort !== undefined) {
    if (budget !== undefined) dropped(scope, 'reasoning.budget', 'The effort says it already');
    return effort;
  }
  if (budget !== undefined) {
    const nearest = nearestEffort(budget, scope.settings.effortBudgets);
    approximated(scope, 'reasoning.budget', `Efforts stand in for budgets; ${budget} tokens became ${nearest}`);
    return nearest;
  }
  return mode === undefined ? undefined : 'medium';
}
