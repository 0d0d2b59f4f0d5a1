import { defineProvider } from './provider.ts';

/** {@link https://platform.minimax.io/docs/api-reference/text-openai-api | MiniMax}. */
export const minimax = defineProvider({
  id: 'minimax',
  catalogueKey: 'minimax',
  baseUrl: 'https://api.minimax.io/v1',
  keyVariables: ['MINIMAX_API_KEY'],
  apis: ['openai-chat'],
});
