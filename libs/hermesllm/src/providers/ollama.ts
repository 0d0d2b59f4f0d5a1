import { defineProvider } from './provider.ts';

/** {@link https://docs.ollama.com/api/openai-compatibility | Ollama}: the user's own server, without keys; the page names `max_tokens` only. */
export const ollama = defineProvider({
  id: 'ollama',
  keyRequired: false,
  apis: ['openai-chat'],
  capabilities: { maxTokensField: 'max_tokens', reasoningField: 'reasoning' },
});
