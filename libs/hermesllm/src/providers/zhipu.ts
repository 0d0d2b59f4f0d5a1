import { defineProvider } from './provider.ts';

/** {@link https://docs.bigmodel.cn/api-reference | Zhipu (GLM)}; the reference names `max_tokens` only. */
export const zhipu = defineProvider({
  id: 'zhipu',
  alsoKnownAs: ['z-ai', 'glm', 'bigmodel'],
  catalogueKey: 'z-ai',
  baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
  keyVariables: ['ZHIPU_API_KEY', 'ZHIPUAI_API_KEY'],
  apis: ['openai-chat'],
  prefix: '/api/paas/v4',
  capabilities: { maxTokensField: 'max_tokens' },
});
