import { defineProvider } from './provider.ts';

/** Xiaomi MiMo. */
export const xiaomi = defineProvider({
  id: 'xiaomi',
  alsoKnownAs: ['mimo'],
  catalogueKey: 'xiaomi',
  baseUrl: 'https://api.xiaomimimo.com/v1',
  keyVariables: ['MIMO_API_KEY'],
  apis: ['openai-chat'],
});
