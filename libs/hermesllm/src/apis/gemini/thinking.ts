import type { LlmRequest, ReasoningRequest } from '../../model/request.ts';
import type { Scope } from '../../scope.ts';
import { approximated, dropped, unsupported } from '../../warn.ts';
import { generationOf } from './models.ts';
import type { WireThinkingConfig } from './wire.ts';
import { words } from '../../words.ts';
import type { Fields } from '../../fields.ts';
import { readBoolean, readInteger, readObject, readString } from '../../fields.ts';
import { reasoningRequest } from '../claude-thinking.ts';

const thinkingMembers = words('includeThoughts thinkingBudget thinkingLevel');

export function decodeReasoning(generationConfig: Fields): ReasoningRequest | undefined {
  const config = readObject(generationConfig, 'thinkingConfig', thinkingMembers);
  if (config === undefined) return undefined;
  const budget = readInteger(config, 'thinkingBudget');
  const level = readString(config, 'thinkingLevel')?.toLowerCase();
  const mode = budget === undefined ? undefined : budget === 0 ? 'off' : budget < 0 ? 'adaptive' : 'on';
  const effort = level === 'thinking_level_unspecified' ? undefined : level;
  return reasoningRequest(mode, effort, mode === 'on' ? budget : undefined, readBoolean(config, 'includeThoughts'));
}

/**
 * Reasoning for Gemini: a level from Gemini 3 on, a budget before it. Models whose id says nothing get a budget, which Gemini 3 takes too
 * (https://ai.google.dev/gemini-api/docs/thinking).
 */
export function encodeThinking({ model, reasoning }: LlmRequest, scope: Scope): WireThinkingConfig | undefined {
  if (reasoning === undefined) return undefined;
  const generation = generationOf(model);
  if (generation !== undefined && generation < 2.5) {
    dropped(scope, 'reasoning', 'Gemini thinks from version 2.5 on');
    return undefined;
  }
  const { mode, effort, budget, summary } = reasoning;
  if (summary === 'concise' || summary === 'detailed') {
    approximated(scope, 'reasoning.summary', 'Gemini has one kind of summary');
  }
  const off = mode === 'off' || (mode === undefined && (effort === 'none' || budget === 0));
  const config: WireThinkingConfig = {
    includeThoughts: off ? undefined : wantsThoughts(reasoning),
    thinkingBudget: undefined,
    thinkingLevel: undefined,
  };
  if (generation !== undefined && generation >= 3) config.thinkingLevel = levelOf(model, reasoning, off, scope);
  else config.thinkingBudget = budgetOf(model, reasoning, off, scope);
  return config.includeThoughts === undefined && config.thinkingBudget === undefined && config.thinkingLevel === undefined
    ? undefined
    : config;
}

/** A client that turns thinking on, in so many words, expects to see it. */
function wantsThoughts({ include, summary, mode }: ReasoningRequest): boolean | undefined {
  if (include !== undefined) return include;
  return summary !== undefined || mode === 'on' || mode === 'adaptive' ? true : undefined;
}

const levels: ReadonlyMap<string, string> = new Map([
  ['none', 'MINIMAL'],
  ['minimal', 'MINIMAL'],
  ['low', 'LOW'],
  ['medium', 'MEDIUM'],
  ['high', 'HIGH'],
  ['xhigh', 'HIGH'],
  ['max', 'HIGH'],
]);

function levelOf(model: string, reasoning: ReasoningRequest, off: boolean, scope: Scope): string | undefined {
  const { effort, budget } = reasoning;
  if (off) {
    approximated(scope, 'reasoning', 'Gemini 3 always thinks; it is asked for its least');
    return least(model);
  }
  if (effort !== undefined) {
    const level = levels.get(effort);
    if (level === undefined) unsupported(scope, 'reasoning.effort', effort);
    else if (effort === 'xhigh' || effort === 'max') approximated(scope, 'reasoning.effort', "Gemini's highest level is high");
    else if (level === 'MINIMAL' && least(model) !== level) {
      approximated(scope, 'reasoning.effort', "This model's lowest level is low");
      return least(model);
    }
    if (level !== undefined) return level;
  }
  if (budget === undefined) return undefined;
  const level = levels.get(effortOf(budget, scope)) ?? 'HIGH';
  approximated(scope, 'reasoning.budget', `Gemini 3 thinks by level: ${budget} tokens became ${level}`);
  return level === 'MINIMAL' ? least(model) : level;
}

/** Only Flash knows a level below low: all of Flash-Lite, and Flash before 3.7. By @ai-sdk/google 4.0 and LiteLLM 1.110. */
const least = (model: string): string =>
  model.includes('flash-lite') || (model.includes('flash') && (generationOf(model) ?? 0) < 3.7) ? 'MINIMAL' : 'LOW';

/** The smallest effort whose budget is at least this one. */
function effortOf(budget: number, scope: Scope): string {
  let chosen = 'max';
  let size = Number.POSITIVE_INFINITY;
  for (const [effort, tokens] of Object.entries(scope.settings.effortBudgets)) {
    if (effort === 'none' || tokens < budget || tokens >= size) continue;
    chosen = effort;
    size = tokens;
  }
  return chosen;
}

/** -1: the model decides. */
const dynamic = -1;

function budgetOf(model: string, reasoning: ReasoningRequest, off: boolean, scope: Scope): number | undefined {
  const { mode, effort, budget } = reasoning;
  if (off) {
    if (!model.includes('gemini-2.5-pro')) return 0;
    approximated(scope, 'reasoning', 'Gemini 2.5 Pro always thinks; it is asked for its least');
    return limitsOf(model).smallest;
  }
  if (budget !== undefined) return clamped(model, budget, 'reasoning.budget', scope);
  if (effort !== undefined) {
    const { effortBudgets } = scope.settings;
    const known = Object.hasOwn(effortBudgets, effort) ? effortBudgets[effort] : undefined;
    if (known !== undefined) return clamped(model, known, 'reasoning.effort', scope);
    dropped(scope, 'reasoning.effort', `The effort ${effort} has no budget`);
  }
  return mode === undefined ? undefined : dynamic;
}

// https://ai.google.dev/gemini-api/docs/thinking#set-budget
function limitsOf(model: string): { smallest: number; largest: number } {
  if (model.includes('gemini-2.5-pro')) return { smallest: 128, largest: 32768 };
  return { smallest: model.includes('flash-lite') ? 512 : 1, largest: 24576 };
}

function clamped(model: string, budget: number, from: string, scope: Scope): number {
  const { smallest, largest } = limitsOf(model);
  const tokens = Math.min(largest, Math.max(smallest, budget));
  if (tokens !== budget) approximated(scope, from, `The model's budget is ${smallest} to ${largest} tokens; sent ${tokens}`);
  return tokens;
}
