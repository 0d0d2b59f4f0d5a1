import { defineProvider } from './provider.ts';

/** {@link https://docs.edenai.co | Eden AI}. */
export const edenai = defineProvider({
  id: 'edenai',
  alsoKnownAs: ['eden_ai'],
  baseUrl: 'https://api.edenai.run/v3',
  keyVariables: ['EDENAI_API_KEY'],
  zeroConfigRank: 10,
  apis: ['openai-chat'],
  capabilities: { promptCache: { claudeMarkers: true, automatic: true } },
});
