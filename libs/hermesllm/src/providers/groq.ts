import { listOf } from '../read.ts';
import { formatInWords, formatType } from './format-in-words.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

/**
 * Formats are refused beside tools. Source: @ai-sdk/groq 4.0 and LiteLLM 1.110, which both put a tool in the format's place.
 */
const groqFormat: Quirk = {
  name: 'groq-format',
  apis: ['openai-chat'],
  reads: ['response_format', 'tools', 'messages'],
  when: () => true,
  apply: (wire, _target, warn) =>
    listOf(wire['tools']).length > 0 && String(formatType(wire)).startsWith('json') ? formatInWords(wire, undefined, warn) : wire,
};

/** {@link https://console.groq.com/docs/openai | Groq}: OpenAI's APIs below `/openai`, with the refused parameters listed on that page. */
export const groq = defineProvider({
  id: 'groq',
  display: 'Groq',
  catalogueKey: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  keyVariables: ['GROQ_API_KEY'],
  zeroConfigRank: 4,
  apis: ['openai-chat'],
  optionalApis: ['openai-responses'],
  prefix: '/openai/v1',
  surfaces: [{ basePathEnds: '/openai', paths: { 'openai-chat': {}, 'openai-responses': {} } }],
  capabilities: {
    droppedParameters: ['logprobs', 'top_logprobs', 'logit_bias'],
    // https://console.groq.com/docs/reasoning
    reasoningField: 'reasoning',
    promptCache: { claudeMarkers: false, automatic: true },
  },
  quirks: [groqFormat],
});
