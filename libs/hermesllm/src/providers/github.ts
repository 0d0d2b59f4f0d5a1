import { defineProvider } from './provider.ts';

/** {@link https://docs.github.com/en/rest/models/inference | GitHub Models}. */
export const github = defineProvider({
  id: 'github',
  display: 'GitHub',
  baseUrl: 'https://models.github.ai/inference',
  keyVariables: ['GITHUB_TOKEN'],
  apis: ['openai-chat'],
});
