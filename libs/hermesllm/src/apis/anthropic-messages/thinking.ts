import type { LlmRequest, OutputFormat, ReasoningRequest } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped } from '../../warn.ts';
import type { WireThinking } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathAt, readObject, readString, requireString } from '../../fields.ts';
import {
  budgetThinking,
  claudeBudget,
  claudeDisplay,
  claudeEffort,
  decodeThinking,
  leastEffort,
  neverThinks,
  thinkingMembers,
  thinksNot,
  unsignedEffort,
} from '../claude-thinking.ts';
import { alwaysThinks, isAdaptiveClaude, takesAdaptive } from '../claude-models.ts';
import { nearestEffort } from '../nearest-effort.ts';
import { strictSchema } from '../output-format.ts';

const outputConfigMembers = words('effort format');
const formatMembers = words('type schema');

/** `thinking` and `output_config.effort`. */
export const decodeReasoning = (wire: Fields): ReasoningRequest | undefined =>
  decodeThinking(readObject(wire, 'thinking', thinkingMembers), readString(readObject(wire, 'output_config'), 'effort'));

/** `output_config.format`, or `output_format` as the beta of structured outputs called it. */
export function decodeOutputFormat(wire: Fields): OutputFormat | undefined {
  const format =
    readObject(readObject(wire, 'output_config', outputConfigMembers), 'format', formatMembers) ??
    readObject(wire, 'output_format', formatMembers);
  if (format === undefined) return undefined;
  const type = requireString(format, 'type');
  if (type === 'json_schema') return strictSchema(format.wire['schema']);
  dropped(format.scope, pathAt(format, 'type'), `The format ${type} is unknown`);
  return undefined;
}

/** What reasoning becomes: members of the request, and the room that thinking takes from the answer. */
interface EncodedThinking {
  thinking: WireThinking | undefined;
  effort: string | undefined;
  maxTokens: number;
  /** Whether the model may think, which limits other parameters. */
  thinks: boolean;
}

/**
 * Reasoning for Anthropic. A budget is what all thinking models up to Claude 4.6 take, so an effort alone becomes one by
 * `effortBudgets`; later models take the adaptive form only, and an effort, which a budget becomes. The budget comes on top of the answer's
 * tokens when those would not leave room for it.
 *
 * `unsigned`: the last call of a tool was made without thinking; the API refuses to start thinking in the middle of such a turn.
 */
export function encodeThinking(request: LlmRequest, maxTokens: number, unsigned: boolean, scope: Scope): EncodedThinking {
  const { model, reasoning } = request;
  const nothing: EncodedThinking = { thinking: undefined, effort: undefined, maxTokens, thinks: false };
  if (reasoning === undefined || neverThinks(reasoning, model, scope)) return nothing;
  const { mode, effort, budget } = reasoning;
  const display = claudeDisplay(reasoning, scope);
  if (thinksNot(reasoning)) {
    const kept = claudeEffort(effort, model, scope);
    if (alwaysThinks(model)) return { ...nothing, effort: leastEffort(kept, scope) };
    return { ...nothing, thinking: wireThinking('disabled', undefined, undefined), effort: kept };
  }
  if (mode === 'adaptive' && takesAdaptive(model)) {
    if (budget !== undefined) dropped(scope, 'reasoning.budget', 'Adaptive thinking has no budget');
    return { ...nothing, thinking: wireThinking('adaptive', undefined, display), effort: claudeEffort(effort, model, scope), thinks: true };
  }
  if (isAdaptiveClaude(model)) return { ...nothing, ...adaptiveThinking(reasoning, model, display, scope) };
  if (budget === undefined && mode === undefined && effort === undefined) return nothing;
  if (unsigned) return { ...nothing, effort: unsignedEffort(reasoning, model, scope) };
  const wanted = claudeBudget(reasoning, scope);
  if (wanted === undefined) return nothing;
  const { tokens, room } = budgetThinking(wanted, maxTokens, scope);
  // An effort beside a budget says something of its own; without one it has become the budget.
  const kept = budget === undefined ? undefined : claudeEffort(effort, model, scope);
  return { thinking: wireThinking('enabled', tokens, display), effort: kept, maxTokens: room, thinks: true };
}

function adaptiveThinking(
  { effort, budget }: ReasoningRequest,
  model: string,
  display: WireThinking['display'],
  scope: Scope,
): Omit<EncodedThinking, 'maxTokens'> {
  let wanted = effort;
  if (budget !== undefined) {
    wanted ??= nearestEffort(budget, scope.settings.effortBudgets);
    approximated(scope, 'reasoning.budget', `This model thinks as much as it finds right; sent the effort ${wanted}`);
  }
  return { thinking: wireThinking('adaptive', undefined, display), effort: claudeEffort(wanted, model, scope), thinks: true };
}

const wireThinking = (type: WireThinking['type'], budget_tokens: number | undefined, display: WireThinking['display']): WireThinking => ({
  type,
  budget_tokens,
  display,
});
