import type { Fields } from '../fields.ts';
import { pathAt, readInteger, readString, requireString } from '../fields.ts';
import type { ReasoningRequest } from '../model/request.ts';
import { approximated, dropped, unsupported } from '../warn.ts';
import { words } from '../words.ts';
import type { Scope } from '../scope.ts';
import { refusesEffort, takesEffort, takesThinking } from './claude-models.ts';

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

const smallestBudget = 1024;
export const knownEfforts = words('low medium high xhigh max');

/** Whether not to think is what a request says, in one of several ways. */
export const thinksNot = ({ mode, effort, budget }: ReasoningRequest): boolean =>
  mode === 'off' || (mode === undefined && (effort === 'none' || budget === 0));

/** Whether the model cannot think, and is asked nothing of it. A wish that it shall is reported. */
export function neverThinks(reasoning: ReasoningRequest, model: string, scope: Scope): boolean {
  if (takesThinking(model)) return false;
  if (!thinksNot(reasoning)) dropped(scope, 'reasoning', 'This model does not think');
  return true;
}

/** An effort in Claude's words, as far as the model takes them; without a model as they are. */
export function claudeEffort(effort: string | undefined, model: string | undefined, scope: Scope): string | undefined {
  if (effort === undefined || effort === 'none') return undefined;
  const known = effort === 'minimal' ? 'low' : effort;
  if (!knownEfforts.has(known) || (model !== undefined && !takesEffort(model))) {
    unsupported(scope, 'reasoning.effort', effort);
    return undefined;
  }
  const sent = model !== undefined && refusesEffort(model, known) ? 'high' : known;
  if (sent !== effort) approximated(scope, 'reasoning.effort', `The model does not know it; sent ${sent}`);
  return sent;
}

/** What a wish not to think becomes where the model always thinks. */
export function leastEffort(effort = 'low', scope: Scope): string {
  approximated(scope, 'reasoning', `This model always thinks; sent the effort ${effort}`);
  return effort;
}

/** The budget that an effort stands for; a wish to think without one is a medium one. Who leaves it to the model is told of it. */
export function claudeBudget({ effort, mode, budget }: ReasoningRequest, scope: Scope): number | undefined {
  const { effortBudgets } = scope.settings;
  const known = effort !== undefined && Object.hasOwn(effortBudgets, effort) ? effortBudgets[effort] : undefined;
  if (budget === undefined && effort !== undefined && known === undefined)
    dropped(scope, 'reasoning.effort', `The effort ${effort} has no budget`);
  const wanted = budget ?? known ?? (mode === undefined ? undefined : (effortBudgets['medium'] ?? smallestBudget));
  if (mode === 'adaptive') approximated(scope, 'reasoning.mode', `This model thinks within a budget only; sent ${wanted}`);
  return wanted;
}

/** Whether the text of the thinking shall be in the answer. */
export function claudeDisplay({ include, summary }: ReasoningRequest, scope: Scope): 'summarized' | 'omitted' | undefined {
  if (summary === 'concise' || summary === 'detailed') approximated(scope, 'reasoning.summary', 'There is one kind of summary');
  if (include === false) return 'omitted';
  return include === true || summary !== undefined ? 'summarized' : undefined;
}

/** Thinking within a budget, which comes on top of the answer's tokens where those would not leave room for it. */
export function budgetThinking<Limit extends number | undefined>(
  wanted: number,
  maxTokens: Limit,
  scope: Scope,
): { tokens: number; room: Limit | number } {
  const tokens = Math.max(smallestBudget, wanted);
  if (tokens !== wanted) approximated(scope, 'reasoning.budget', `The smallest budget is ${smallestBudget}`);
  if (maxTokens === undefined || maxTokens > tokens) return { tokens, room: maxTokens };
  approximated(scope, 'maxTokens', `Thinking counts towards it: raised by the budget of ${tokens}`);
  return { tokens, room: maxTokens + tokens };
}

/**
 * The effort that stays where a turn goes on that began without thinking (calls with their results, or words): Claude refuses to start it in
 * between, but an effort counts without it. One beside a budget says something of its own; one alone stays where it would not be refused.
 */
export function unsignedEffort({ effort, budget }: ReasoningRequest, model: string, scope: Scope): string | undefined {
  const begun = 'The running turn began without thinking, and Claude refuses to start it in between';
  const kept = takesEffort(model) ? claudeEffort(effort, model, scope) : undefined;
  if (budget === undefined && kept !== undefined) approximated(scope, 'reasoning', `${begun}; the effort is sent alone`);
  else dropped(scope, 'reasoning', begun);
  return kept;
}
