import { defineProvider } from './provider.ts';

/** {@link https://openrouter.ai/docs/api-reference/overview | OpenRouter}. */
export const openrouter = defineProvider({
  id: 'openrouter',
  alsoKnownAs: ['open_router'],
  baseUrl: 'https://openrouter.ai/api/v1',
  keyVariables: ['OPENROUTER_API_KEY'],
  zeroConfigRank: 9,
  apis: ['openai-chat'],
  capabilities: {
    supportsDeveloperRole: true,
    reasoningField: 'reasoning',
    promptCache: { claudeMarkers: true, automatic: true },
  },
});
