import { defineProvider } from './provider.ts';

/**
 * {@link https://help.aliyun.com/en/model-studio/compatibility-of-openai-with-dashscope | Qwen on DashScope}: one host a region, hence a
 * base_url of the user, for example `https://dashscope-intl.aliyuncs.com`.
 */
export const qwen = defineProvider({
  id: 'qwen',
  alsoKnownAs: ['dashscope', 'alibaba'],
  catalogueKey: 'qwen',
  keyVariables: ['DASHSCOPE_API_KEY'],
  apis: ['openai-chat'],
  prefix: '/compatible-mode/v1',
  surfaces: [{ basePathEnds: '/compatible-mode', paths: { 'openai-chat': {} } }],
});
