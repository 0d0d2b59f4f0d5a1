import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { blankReasoning } from './blank-reasoning.ts';
import { dropParameters } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

const effortOfK3: Readonly<Record<string, 'low' | 'high' | 'max'>> = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'high',
  high: 'high',
  max: 'max',
};

function fitEffort(wire: JsonObject, warn: (warning: Warning) => void): JsonObject {
  const asked = wire['reasoning_effort'];
  if (typeof asked !== 'string') return wire;
  const level = asked.toLowerCase();
  const effort = Object.hasOwn(effortOfK3, level) ? effortOfK3[level] : undefined;
  if (effort === undefined) return dropParameters(wire, ['reasoning_effort'], 'kimi-k3 knows the efforts low, high and max', warn);
  if (effort === asked) return wire;
  if (effort !== level)
    warn({ type: 'approximated', path: 'reasoning_effort', reason: `kimi-k3 knows the efforts low, high and max; sent ${effort}` });
  return { ...wire, reasoning_effort: effort };
}

/**
 * Kimi K3 fixes its sampling and knows three efforts. Not for `kimi-k3.1` or the same model elsewhere: aggregators have rules of their own.
 * Source: vercel/ai packages/moonshotai/src/__fixtures__/moonshotai-kimi-k3-temperature-rejection.json; efforts as in katanemo/plano
 * 0.4.36.
 */
const kimiK3: Quirk = {
  name: 'kimi-k3',
  apis: ['openai-chat'],
  when: (target) => target.model === 'kimi-k3',
  apply: (wire, _target, warn) => {
    const fixed = ['temperature', 'top_p', 'n', 'presence_penalty', 'frequency_penalty'];
    return fitEffort(dropParameters(wire, fixed, 'fixed by kimi-k3', warn), warn);
  },
};

/**
 * Kimi's thinking models want the reasoning of every message with calls back. Source: https://platform.moonshot.ai/docs (guide to thinking
 * models), as LiteLLM 1.110 has it.
 */
const kimiReasoning: Quirk = {
  name: 'kimi-reasoning',
  apis: ['openai-chat'],
  reads: ['messages'],
  when: ({ model }) => /kimi-(?:k2-thinking|k2\.[5-9]|k[3-9])/.test(model),
  apply: (wire, _target, warn) => blankReasoning(wire, true, warn),
};

/** {@link https://platform.moonshot.ai/docs | Moonshot AI (Kimi)}. Kimi Code has the base URL `https://api.kimi.com/coding`. */
export const moonshotai = defineProvider({
  id: 'moonshotai',
  alsoKnownAs: ['moonshot', 'kimi'],
  catalogueKey: 'moonshotai',
  baseUrl: 'https://api.moonshot.ai/v1',
  keyVariables: ['MOONSHOT_API_KEY'],
  apis: ['openai-chat'],
  surfaces: [{ basePathEnds: '/coding', paths: { 'openai-chat': { prefix: '/coding/v1' } } }],
  capabilities: { promptCache: { claudeMarkers: false, automatic: true } },
  quirks: [kimiK3, kimiReasoning],
});
