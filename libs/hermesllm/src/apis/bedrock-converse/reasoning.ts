import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, ReasoningRequest } from '../../model/request.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import type { UpstreamContext } from './upstream-context.ts';
import type { Fields } from '../../fields.ts';
import { readObject, readString } from '../../fields.ts';
import {
  budgetThinking,
  claudeBudget,
  claudeDisplay,
  claudeEffort,
  decodeThinking,
  knownEfforts,
  leastEffort,
  neverThinks,
  thinkingMembers,
  thinksNot,
  unsignedEffort,
} from '../claude-thinking.ts';
import { alwaysThinks, takesAdaptive, thinksUnasked } from '../claude-models.ts';
import { nearestEffort } from '../nearest-effort.ts';

/** Which of the model's own fields asks for thinking; the second is what the first Claude models at Bedrock called it. */
export function thinkingField(fields: JsonObject | undefined): 'thinking' | 'reasoning_config' | undefined {
  if (isObject(fields?.['thinking'])) return 'thinking';
  return isObject(fields?.['reasoning_config']) ? 'reasoning_config' : undefined;
}

/** `outputConfig.effort`, and `thinking` among the model's own fields. */
export function decodeReasoning(wire: Fields, fields: Fields | undefined): ReasoningRequest | undefined {
  const field = thinkingField(fields?.wire);
  const thinking = field === undefined ? undefined : readObject(fields, field, thinkingMembers);
  return decodeThinking(thinking, readString(readObject(wire, 'outputConfig'), 'effort'));
}

/** What reasoning becomes: members of the model's own fields and of `outputConfig`, and what it leaves of other parameters. */
export interface EncodedReasoning {
  fields: JsonObject | undefined;
  effort: string | undefined;
  maxTokens: number | undefined;
  /** Claude may think, which limits sampling and excludes a forced tool. */
  thinks: boolean;
  /** Nova at its highest effort refuses every inference parameter. */
  unlimited: boolean;
}

const nothing = (maxTokens: number | undefined): EncodedReasoning => ({
  fields: undefined,
  effort: undefined,
  maxTokens,
  thinks: false,
  unlimited: false,
});

/**
 * Reasoning as the model takes it. Converse has one neutral member, `outputConfig.effort`, which only Claude models honour; the rest goes to
 * the model's own fields:
 *
 * - Claude: `thinking`. An effort alone becomes a budget by `effortBudgets`; the models that refuse budgets get the adaptive form and the
 *   effort. A budget comes on top of `maxTokens` when that would not leave room for it.
 * - Nova 2: `reasoningConfig` with a level. https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-converse-api.html
 * - OpenAI's and Kimi: an effort.
 *
 * Any other model gets nothing, because a field that a model does not know is an error. A client of this API itself gets back what it said.
 *
 * `unsigned`: the last call of a tool was made without thinking; Claude refuses to start thinking in the middle of such a turn.
 */
export function encodeReasoning(request: LlmRequest, unsigned: boolean, context: UpstreamContext): EncodedReasoning {
  const { reasoning, maxTokens } = request;
  if (reasoning === undefined) return nothing(maxTokens);
  const { model, own, scope } = context;
  const off = thinksNot(reasoning);
  if (own || model.claude) return encodeForClaude(request, reasoning, off, unsigned, context);
  if (reasoning.summary !== undefined) unsupported(scope, 'reasoning.summary');
  if (reasoning.include === false) dropped(scope, 'reasoning.include', 'Whether reasoning is in the answer is up to the model');
  // What shall be told of reasoning is no wish that the model shall reason.
  if (reasoning.mode === undefined && reasoning.effort === undefined && reasoning.budget === undefined) return nothing(maxTokens);
  if (model.nova2) return off ? nothing(maxTokens) : encodeForNova(threeLevels(reasoning, scope), maxTokens);
  if (model.effortField !== undefined) return { ...nothing(maxTokens), fields: effortFields(reasoning, off, context) };
  if (!off) dropped(scope, 'reasoning', 'How this model is asked to reason is not known');
  return nothing(maxTokens);
}

function encodeForClaude(
  { model: id, maxTokens }: LlmRequest,
  reasoning: ReasoningRequest,
  off: boolean,
  unsigned: boolean,
  { model, own, scope }: UpstreamContext,
): EncodedReasoning {
  if (!own && neverThinks(reasoning, id, scope)) return nothing(maxTokens);
  const { mode, effort, budget } = reasoning;
  const kept = (): string | undefined => claudeEffort(effort, own ? undefined : id, scope);
  if (off && !own && alwaysThinks(id)) return { ...nothing(maxTokens), effort: leastEffort(kept(), scope) };
  // Not to think is the default before Claude 5. A client of this API is repeated all the same.
  const said = own ? mode === 'off' : thinksUnasked(id);
  if (off) return { ...nothing(maxTokens), fields: said ? { thinking: { type: 'disabled' } } : undefined, effort: kept() };
  // A client that asks for thinking and effort apart means the effort of the answer when it names that alone.
  const apart = own || scope.client === 'anthropic-messages';
  if (apart && mode === undefined && budget === undefined) return { ...nothing(maxTokens), effort: kept() };
  const adaptive = own ? mode === 'adaptive' : model.adaptiveClaude || (mode === 'adaptive' && takesAdaptive(id));
  if (unsigned && !adaptive) return { ...nothing(maxTokens), effort: unsignedEffort(reasoning, id, scope) };
  const display = claudeDisplay(reasoning, scope);
  if (adaptive) {
    let wanted = kept();
    if (budget !== undefined) {
      wanted ??= claudeEffort(nearestEffort(budget, scope.settings.effortBudgets), undefined, scope);
      approximated(
        scope,
        'reasoning.budget',
        `This model thinks as much as it finds right; sent the effort ${wanted ?? 'it has by itself'}`,
      );
    }
    return { ...nothing(maxTokens), fields: { thinking: { type: 'adaptive', display } }, effort: wanted, thinks: true };
  }
  const wanted = claudeBudget(reasoning, scope);
  if (wanted === undefined) return nothing(maxTokens);
  const { tokens, room } = budgetThinking(wanted, maxTokens, scope);
  return {
    fields: { thinking: { type: 'enabled', budget_tokens: tokens, display } },
    // An effort beside a budget says something of its own; without one it has become the budget.
    effort: budget === undefined ? undefined : kept(),
    maxTokens: room,
    thinks: true,
    unlimited: false,
  };
}

type Level = 'low' | 'medium' | 'high';

/** The level that is closest to what is asked for. */
function threeLevels({ effort, budget }: ReasoningRequest, scope: Scope): Level {
  if (effort === 'low' || effort === 'medium' || effort === 'high') return effort;
  const { low = 0, medium = 0 } = scope.settings.effortBudgets;
  const tokens = budget ?? (effort === undefined ? undefined : scope.settings.effortBudgets[effort]) ?? medium;
  const level: Level = tokens <= low ? 'low' : tokens <= medium ? 'medium' : 'high';
  if (effort !== undefined || budget !== undefined) approximated(scope, 'reasoning', `The model knows three levels; sent ${level}`);
  return level;
}

const encodeForNova = (level: Level, maxTokens: number | undefined): EncodedReasoning => ({
  ...nothing(maxTokens),
  fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } },
  unlimited: level === 'high',
});

/** An effort for models of OpenAI and Kimi. gpt-oss always reasons. */
function effortFields(reasoning: ReasoningRequest, off: boolean, { model, scope }: UpstreamContext): JsonObject | undefined {
  if (model.effortField === 'reasoning_effort') {
    return { reasoning_effort: threeLevels(off ? { ...reasoning, effort: 'minimal', budget: undefined } : reasoning, scope) };
  }
  const { effort } = reasoning;
  if (off) return { reasoning: { effort: 'none' } };
  if (effort !== undefined && knownEfforts.has(effort)) return { reasoning: { effort } };
  return { reasoning: { effort: threeLevels(reasoning, scope) } };
}
