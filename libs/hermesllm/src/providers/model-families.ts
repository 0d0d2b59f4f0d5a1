import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { listOf, maybeObject } from '../read.ts';
import { claudeAdaptiveThinking } from './claude-adaptive-thinking.ts';
import { dropParameters } from './drop-parameters.ts';
import type { Quirk, QuirkTarget } from './provider.ts';

// Deviations of models, whoever serves them. Aggregators put the maker before the name: `openai/gpt-5`.
const bareName = (model: string): string => model.slice(model.lastIndexOf('/') + 1);

const oSeries = /^o\d+(?:-|$)/;
const gpt = /^gpt-(\d+)(?:\.(\d+))?(?:-(.+))?$/;

/** `506` of `gpt-5.6-luna`, 0 of the o series; undefined for a model that does not reason. */
function reasoningGeneration(model: string): number | undefined {
  const name = bareName(model);
  if (oSeries.test(name)) return 0;
  const version = gpt.exec(name);
  const major = Number(version?.[1] ?? 0);
  if (major < 5 || (major === 5 && version?.[2] === undefined && version?.[3]?.startsWith('chat') === true)) return undefined;
  return major * 100 + Number(version?.[2] ?? 0);
}

const isReasoningModel = (model: string): boolean => reasoningGeneration(model) !== undefined;

/** Whether the model reasons in this request: from GPT-5.1 on it can be told not to, and up to 5.4 it does not by itself. */
function reasons(wire: JsonObject, generation: number): boolean {
  const effort = typeof wire['reasoning_effort'] === 'string' ? wire['reasoning_effort'] : undefined;
  return generation <= 500 || generation >= 600 || (effort ?? (generation <= 504 ? 'none' : undefined)) !== 'none';
}

/** What is never taken, and what is not while the model reasons: left out for clients of other APIs, which cannot know. */
const refusedAlways = ['presence_penalty', 'frequency_penalty', 'logit_bias'];
const refusedReasoning = ['top_p', 'logprobs', 'top_logprobs'];

function fitSampling(wire: JsonObject, { model, own }: QuirkTarget, warn: (warning: Warning) => void): JsonObject {
  const reasoning = reasons(wire, reasoningGeneration(model) ?? 0);
  const names = own === true ? [] : reasoning ? [...refusedAlways, ...refusedReasoning] : refusedAlways;
  const fitted = dropParameters(wire, names, `${model} does not take it`, (warning) => {
    if (wire[warning.path] !== 0) warn(warning);
  });
  const { temperature } = fitted;
  if (typeof temperature !== 'number' || temperature === 1 || !reasoning) return fitted;
  warn({ type: 'approximated', path: 'temperature', reason: `${model} accepts only its default; sent 1` });
  return { ...fitted, temperature: 1 };
}

const hasFunctions = ({ tools }: JsonObject): boolean => listOf(tools).some((tool) => maybeObject(tool)?.['type'] === 'function');

/** The effort that stands for one that a generation does not know on Chat Completions. */
function knownEffort(effort: unknown, generation: number): unknown {
  switch (effort) {
    case 'none':
      return generation > 500 ? effort : generation === 500 ? 'minimal' : 'low';
    case 'minimal':
      return generation === 500 ? effort : 'low';
    case 'xhigh':
    case 'max':
      return generation > 501 ? 'xhigh' : 'high';
    default:
      return effort;
  }
}

function fitEffort(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject {
  const generation = reasoningGeneration(model) ?? 0;
  const effort = wire['reasoning_effort'];
  const alone = generation > 503 && generation < 600 && hasFunctions(wire);
  const sent = alone && reasons(wire, generation) ? 'none' : knownEffort(effort, generation);
  if (sent === effort) return wire;
  warn({
    type: 'approximated',
    path: 'reasoning_effort',
    reason: `${model} does not take it here${alone ? ' with tools' : ''}; sent ${String(sent)}`,
  });
  return { ...wire, reasoning_effort: sent };
}

/**
 * OpenAI's own server answers 400 to an effort that the model does not know, and to functions beside one from GPT-5.4 to 5.6: from 5.5 on also
 * where none is named, since the models reason by themselves. Source: https://github.com/openai/openai-openapi/issues/541,
 * https://github.com/BerriAI/litellm/pull/34569, and the catalogues of @ai-sdk/openai 4.0 and LiteLLM 1.110.
 */
const openaiEfforts: Quirk = {
  name: 'openai-efforts',
  apis: ['openai-chat'],
  reads: ['tools', 'reasoning_effort'],
  when: ({ model, own }) => own !== true && !model.includes('/') && isReasoningModel(model),
  apply: (wire, { model }, warn) => fitEffort(wire, model, warn),
};

function fitMaxTokens(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject {
  const limit = wire['max_tokens'];
  if (limit === undefined) return wire;
  if (wire['max_completion_tokens'] !== undefined)
    return dropParameters(wire, ['max_tokens'], `${model} takes max_completion_tokens only`, warn);
  const changed: Record<string, unknown> = { ...wire, max_completion_tokens: limit };
  delete changed['max_tokens'];
  return changed;
}

/**
 * OpenAI's reasoning models refuse `max_tokens`, penalties and biases, and sampling: all of the o series and GPT-5, later minor versions
 * while they reason. A temperature is only touched when the client sent one. Source:
 * https://platform.openai.com/docs/guides/latest-model#gpt-5-1-parameter-compatibility, and for the rest @ai-sdk/openai 4.0 and LiteLLM 1.110.
 */
const openaiReasoning: Quirk = {
  name: 'openai-reasoning-models',
  apis: ['openai-chat'],
  reads: ['temperature', 'reasoning_effort', 'max_tokens', 'max_completion_tokens', ...refusedAlways, ...refusedReasoning],
  when: (target) => isReasoningModel(target.model),
  apply: (wire, target, warn) => fitMaxTokens(fitSampling(wire, target, warn), target.model, warn),
};

/**
 * Kimi Code answers only its own client and refuses parameters of OpenAI's platform. Source: https://www.kimi.com/code/docs; parameters as
 * in katanemo/plano 0.4.36.
 */
const kimiForCoding: Quirk = {
  name: 'kimi-for-coding',
  apis: ['openai-chat'],
  when: (target) => target.model === 'kimi-for-coding',
  apply: (wire, _target, warn) => {
    const refused = ['stream_options', 'reasoning_effort', 'web_search_options', 'service_tier', 'store'];
    return dropParameters(wire, refused, 'kimi-for-coding does not accept it', warn);
  },
};

/**
 * The client name that Kimi Code expects, at its host or for its model elsewhere. Source: https://www.kimi.com/code/docs; header as in
 * katanemo/plano 0.4.36.
 */
const kimiCodeClient: Quirk = {
  name: 'kimi-code-client',
  apis: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  when: (target) => target.host === 'api.kimi.com' || (target.model === 'kimi-for-coding' && target.host !== undefined),
  headers: { 'user-agent': 'KimiCLI/1.3' },
};

/** Quirks of models, applied after those of the provider. */
export const modelQuirks: readonly Quirk[] = [openaiEfforts, openaiReasoning, claudeAdaptiveThinking, kimiForCoding, kimiCodeClient];
