import { defineProvider } from './provider.ts';

/** {@link https://docs.perplexity.ai/api-reference/chat-completions-post | Perplexity}: no version in the path; the page names `max_tokens` only. */
export const perplexity = defineProvider({
  id: 'perplexity',
  baseUrl: 'https://api.perplexity.ai',
  keyVariables: ['PERPLEXITY_API_KEY'],
  apis: ['openai-chat'],
  prefix: '',
  capabilities: { maxTokensField: 'max_tokens' },
});
