import type { LlmRequest, OutputFormat, ReasoningRequest } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import type { WireThinking } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { pathAt, readObject, readString, requireString } from '../../fields.ts';
import { decodeThinking, thinkingMembers } from '../claude-thinking.ts';
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

const smallestBudget = 1024;
const efforts = words('low medium high xhigh max');

/**
 * Reasoning for Anthropic. A budget is what all thinking models up to Claude 4.6 take, so an effort alone becomes one by
 * `effortBudgets`; models that take only the adaptive form are fitted by a quirk of their provider. The budget comes on top of the
 * answer's tokens when those would not leave room for it.
 *
 * `unsigned`: the last call of a tool was made without thinking; the API refuses to start thinking in the middle of such a turn.
 */
export function encodeThinking(request: LlmRequest, maxTokens: number, unsigned: boolean, scope: Scope): EncodedThinking {
  const { reasoning } = request;
  if (reasoning === undefined) return { thinking: undefined, effort: undefined, maxTokens, thinks: false };
  const { mode, effort, budget } = reasoning;
  const display = displayOf(reasoning, scope);
  if (mode === 'off' || (mode === undefined && (effort === 'none' || budget === 0))) {
    return { thinking: wireThinking('disabled', undefined, undefined), effort: wireEffort(effort, scope), maxTokens, thinks: false };
  }
  if (mode === 'adaptive') {
    if (budget !== undefined) dropped(scope, 'reasoning.budget', 'Adaptive thinking has no budget');
    return { thinking: wireThinking('adaptive', undefined, display), effort: wireEffort(effort, scope), maxTokens, thinks: true };
  }
  const wanted = budget ?? budgetOf(effort, mode, scope);
  if (wanted === undefined) return { thinking: undefined, effort: undefined, maxTokens, thinks: false };
  // An effort beside a budget says something of its own; without one it has become the budget.
  const kept = budget === undefined ? undefined : wireEffort(effort, scope);
  if (unsigned) {
    dropped(scope, 'reasoning', 'The running tool loop began without thinking, and Anthropic refuses to start it in between');
    return { thinking: undefined, effort: kept, maxTokens, thinks: false };
  }
  const tokens = Math.max(smallestBudget, wanted);
  if (tokens !== wanted) approximated(scope, 'reasoning.budget', `Anthropic's smallest budget is ${smallestBudget}`);
  if (maxTokens > tokens) return { thinking: wireThinking('enabled', tokens, display), effort: kept, maxTokens, thinks: true };
  approximated(scope, 'maxTokens', `Thinking counts towards it: raised by the budget of ${tokens}`);
  return { thinking: wireThinking('enabled', tokens, display), effort: kept, maxTokens: maxTokens + tokens, thinks: true };
}

function budgetOf(effort: string | undefined, mode: ReasoningRequest['mode'], scope: Scope): number | undefined {
  const { effortBudgets } = scope.settings;
  const known = effort !== undefined && Object.hasOwn(effortBudgets, effort) ? effortBudgets[effort] : undefined;
  if (known !== undefined) return known;
  if (effort !== undefined) dropped(scope, 'reasoning.effort', `The effort ${effort} has no budget`);
  return mode === 'on' ? (effortBudgets['medium'] ?? smallestBudget) : undefined;
}

function wireEffort(effort: string | undefined, scope: Scope): string | undefined {
  if (effort === undefined || effort === 'none' || efforts.has(effort)) return effort === 'none' ? undefined : effort;
  if (effort === 'minimal') {
    approximated(scope, 'reasoning.effort', "Anthropic's smallest effort is low");
    return 'low';
  }
  unsupported(scope, 'reasoning.effort', effort);
  return undefined;
}

/** Whether the text of the thinking shall be in the answer. */
function displayOf({ include, summary }: ReasoningRequest, scope: Scope): WireThinking['display'] {
  if (summary === 'concise' || summary === 'detailed') {
    approximated(scope, 'reasoning.summary', 'Anthropic has one kind of summary');
  }
  if (include === false) return 'omitted';
  return include === true || summary !== undefined ? 'summarized' : undefined;
}

const wireThinking = (type: WireThinking['type'], budget_tokens: number | undefined, display: WireThinking['display']): WireThinking => ({
  type,
  budget_tokens,
  display,
});
