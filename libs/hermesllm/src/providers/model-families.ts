import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { claudeAdaptiveThinking } from './claude-adaptive-thinking.ts';
import { dropParameters } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';

// Deviations of models, whoever serves them. Aggregators put the maker before the name: `openai/gpt-5`.
const bareName = (model: string): string => model.slice(model.lastIndexOf('/') + 1);

const oSeries = /^o\d+(?:-|$)/;
const gpt = /^gpt-(\d+)(?:\.(\d+))?(?:-(.+))?$/;

/** `fixed`: the temperature cannot be set. `without-reasoning`: only while the model does not reason. */
function temperatureOf(model: string): 'free' | 'fixed' | 'without-reasoning' {
  const name = bareName(model);
  if (oSeries.test(name)) return 'fixed';
  const version = gpt.exec(name);
  if (version === null) return 'free';
  const major = Number(version[1]);
  if (major < 5) return 'free';
  if (major > 5) return 'fixed';
  if (version[2] !== undefined) return 'without-reasoning';
  return version[3]?.startsWith('chat') === true ? 'free' : 'fixed';
}

const isReasoningModel = (model: string): boolean => temperatureOf(model) !== 'free';

function fitTemperature(wire: JsonObject, model: string, warn: (warning: Warning) => void): JsonObject {
  const { temperature, reasoning_effort: effort } = wire;
  if (typeof temperature !== 'number' || temperature === 1) return wire;
  if (temperatureOf(model) === 'without-reasoning' && (typeof effort !== 'string' || effort === 'none')) return wire;
  warn({ type: 'approximated', path: 'temperature', reason: `${model} accepts only its default; sent 1` });
  return { ...wire, temperature: 1 };
}

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
 * * OpenAI's reasoning models refuse `max_tokens`, and a temperature other than 1: all of the o series and GPT-5, later minor versions
 * while they reason. A temperature is only touched when the client sent one. Source:
 * https://platform.openai.com/docs/guides/latest-model#gpt-5-1-parameter-compatibility.
 */
const openaiReasoning: Quirk = {
  name: 'openai-reasoning-models',
  apis: ['openai-chat'],
  reads: ['temperature', 'reasoning_effort', 'max_tokens', 'max_completion_tokens'],
  when: (target) => isReasoningModel(target.model),
  apply: (wire, target, warn) => fitMaxTokens(fitTemperature(wire, target.model, warn), target.model, warn),
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
export const modelQuirks: readonly Quirk[] = [openaiReasoning, claudeAdaptiveThinking, kimiForCoding, kimiCodeClient];
