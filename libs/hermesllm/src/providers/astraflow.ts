import { defineProvider } from './provider.ts';

/** Astraflow (UCloud ModelVerse), its global site. */
export const astraflow = defineProvider({
  id: 'astraflow',
  alsoKnownAs: ['modelverse'],
  baseUrl: 'https://api-us-ca.umodelverse.ai/v1',
  keyVariables: ['ASTRAFLOW_API_KEY'],
  apis: ['openai-chat'],
});
