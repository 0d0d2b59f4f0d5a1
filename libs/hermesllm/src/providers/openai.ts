import { openaiBetas } from './beta-header-rules.ts';
import { defineProvider } from './provider.ts';

/** {@link https://platform.openai.com/docs/api-reference | OpenAI}. */
export const openai = defineProvider({
  id: 'openai',
  display: 'OpenAI',
  alsoKnownAs: ['gpt'],
  catalogueKey: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  keyVariables: ['OPENAI_API_KEY'],
  zeroConfigRank: 1,
  apis: ['openai-chat', 'openai-responses'],
  betaHeaders: openaiBetas,
  capabilities: { supportsDeveloperRole: true, reasoningField: 'none', promptCache: { claudeMarkers: false, automatic: true } },
});
