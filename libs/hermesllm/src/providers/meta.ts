import { defineProvider } from './provider.ts';

/** Meta's model API. */
export const meta = defineProvider({
  id: 'meta',
  alsoKnownAs: ['llama'],
  catalogueKey: 'meta',
  baseUrl: 'https://api.meta.ai/v1',
  keyVariables: ['META_MODELS_API_KEY'],
  apis: ['openai-chat'],
});
