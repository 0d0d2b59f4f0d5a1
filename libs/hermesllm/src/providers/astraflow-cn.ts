import { defineProvider } from './provider.ts';

/** Astraflow (UCloud ModelVerse), its site in China. */
export const astraflowCn = defineProvider({
  id: 'astraflow_cn',
  baseUrl: 'https://api.modelverse.cn/v1',
  keyVariables: ['ASTRAFLOW_CN_API_KEY'],
  apis: ['openai-chat'],
});
