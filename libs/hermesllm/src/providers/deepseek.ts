import { defineProvider } from './provider.ts';

/** {@link https://api-docs.deepseek.com/api/create-chat-completion | DeepSeek}; the page names `max_tokens` only. */
export const deepseek = defineProvider({
  id: 'deepseek',
  display: 'Deepseek',
  catalogueKey: 'deepseek',
  baseUrl: 'https://api.deepseek.com/v1',
  keyVariables: ['DEEPSEEK_API_KEY'],
  zeroConfigRank: 5,
  apis: ['openai-chat'],
  capabilities: { maxTokensField: 'max_tokens', promptCache: { claudeMarkers: false, automatic: true } },
});
