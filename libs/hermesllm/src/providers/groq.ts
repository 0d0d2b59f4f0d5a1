import { defineProvider } from './provider.ts';

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
});
