import type { JsonObject } from '../../codec.ts';
import type { LlmRequest, ReasoningRequest } from '../../model/request.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import type { UpstreamContext } from './upstream-context.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { readObject, readString } from '../../fields.ts';
import { decodeThinking, thinkingMembers } from '../claude-thinking.ts';

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
  const { mode, effort, budget } = reasoning;
  const off = mode === 'off' || (mode === undefined && (effort === 'none' || budget === 0));
  if (own || model.claude) return encodeForClaude(reasoning, maxTokens, off, unsigned, context);
  if (reasoning.summary !== undefined) unsupported(scope, 'reasoning.summary');
  if (reasoning.include === false) dropped(scope, 'reasoning.include', 'Whether reasoning is in the answer is up to the model');
  if (model.nova2) return off ? nothing(maxTokens) : encodeForNova(threeLevels(reasoning, scope), maxTokens);
  if (model.effortField !== undefined) return { ...nothing(maxTokens), fields: effortFields(reasoning, off, context) };
  if (!off) dropped(scope, 'reasoning', 'How this model is asked to reason is not known');
  return nothing(maxTokens);
}

const smallestBudget = 1024;

function encodeForClaude(
  reasoning: ReasoningRequest,
  maxTokens: number | undefined,
  off: boolean,
  unsigned: boolean,
  { model, own, scope }: UpstreamContext,
): EncodedReasoning {
  const { mode, effort, budget } = reasoning;
  const kept = claudeEffort(effort, scope);
  // Not to think is the default. A client of this API is repeated all the same.
  if (off) return { ...nothing(maxTokens), fields: own && mode === 'off' ? { thinking: { type: 'disabled' } } : undefined, effort: kept };
  if (own && mode === undefined && budget === undefined) return { ...nothing(maxTokens), effort: kept };
  if (unsigned && mode !== 'adaptive') {
    dropped(scope, 'reasoning', 'The running tool loop began without thinking, and Claude refuses to start it in between');
    return { ...nothing(maxTokens), effort: budget === undefined ? undefined : kept };
  }
  const display = displayOf(reasoning, scope);
  if (mode === 'adaptive' || (model.adaptiveClaude && !own)) {
    if (budget !== undefined) dropped(scope, 'reasoning.budget', 'Adaptive thinking has no budget');
    return { ...nothing(maxTokens), fields: { thinking: { type: 'adaptive', display } }, effort: kept, thinks: true };
  }
  const wanted = budget ?? budgetOf(effort, mode, scope);
  if (wanted === undefined) return nothing(maxTokens);
  const tokens = Math.max(smallestBudget, wanted);
  if (tokens !== wanted) approximated(scope, 'reasoning.budget', `Claude's smallest budget is ${smallestBudget}`);
  let room = maxTokens;
  if (maxTokens !== undefined && maxTokens <= tokens) {
    approximated(scope, 'maxTokens', `Thinking counts towards it: raised by the budget of ${tokens}`);
    room = maxTokens + tokens;
  }
  return {
    fields: { thinking: { type: 'enabled', budget_tokens: tokens, display } },
    // An effort beside a budget says something of its own; without one it has become the budget.
    effort: budget === undefined ? undefined : kept,
    maxTokens: room,
    thinks: true,
    unlimited: false,
  };
}

const claudeEfforts = words('low medium high xhigh max');

function claudeEffort(effort: string | undefined, scope: Scope): string | undefined {
  if (effort === undefined || effort === 'none' || claudeEfforts.has(effort)) return effort === 'none' ? undefined : effort;
  if (effort === 'minimal') return 'low';
  unsupported(scope, 'reasoning.effort', effort);
  return undefined;
}

function budgetOf(effort: string | undefined, mode: ReasoningRequest['mode'], scope: Scope): number | undefined {
  const { effortBudgets } = scope.settings;
  const known = effort !== undefined && Object.hasOwn(effortBudgets, effort) ? effortBudgets[effort] : undefined;
  return known ?? (mode === 'on' ? (effortBudgets['medium'] ?? smallestBudget) : undefined);
}

/** Whether the text of the thinking shall be in the answer. */
function displayOf({ include, summary }: ReasoningRequest, scope: Scope): 'summarized' | 'omitted' | undefined {
  if (summary === 'concise' || summary === 'detailed') {
    approximated(scope, 'reasoning.summary', 'Claude has one kind of summary');
  }
  if (include === false) return 'omitted';
  return include === true || summary !== undefined ? 'summarized' : undefined;
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
  if (effort !== undefined && claudeEfforts.has(effort)) return { reasoning: { effort } };
  return { reasoning: { effort: threeLevels(reasoning, scope) } };
}
