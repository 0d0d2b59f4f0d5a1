import { defineProvider } from './provider.ts';

/** Plano's own routing and function models. Without a default base URL: no prompt leaves for a hosted model unless the user says where. */
export const plano = defineProvider({
  id: 'plano',
  display: 'Plano',
  keyRequired: false,
  apis: ['openai-chat'],
});
