import { defineProvider } from './provider.ts';

/** {@link https://docs.together.ai/reference/chat-completions-1 | Together AI}; the page names `max_tokens` only and answers with `reasoning`. */
export const togetherAi = defineProvider({
  id: 'together_ai',
  aliases: ['together'],
  catalogueKey: 'together',
  baseUrl: 'https://api.together.xyz/v1',
  keyVariables: ['TOGETHER_API_KEY'],
  apis: ['openai-chat'],
  capabilities: { maxTokensField: 'max_tokens', reasoningField: 'reasoning' },
});
