import { blankReasoning } from './blank-reasoning.ts';
import { formatInWords, formatType } from './format-in-words.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

/**
 * Only "some JSON" can be asked for: a schema is answered with 400. Source: https://api-docs.deepseek.com/guides/json_mode, and
 * `convert-to-deepseek-chat-messages.ts` of @ai-sdk/deepseek 3.0.
 */
const deepseekFormat: Quirk = {
  name: 'deepseek-format',
  apis: ['openai-chat'],
  reads: ['response_format', 'messages'],
  when: () => true,
  apply: (wire, _target, warn) => (formatType(wire) === 'json_schema' ? formatInWords(wire, { type: 'json_object' }, warn) : wire),
};

/**
 * From V4 on, which thinks unasked, every message of the assistant has to have its reasoning. Source:
 * https://api-docs.deepseek.com/guides/thinking_mode, as @ai-sdk/deepseek 3.0 and LiteLLM 1.110 have it.
 */
const deepseekReasoning: Quirk = {
  name: 'deepseek-reasoning',
  apis: ['openai-chat'],
  reads: ['messages'],
  when: ({ model }) => /deepseek-(?:v[4-9]|flash|pro)/.test(model),
  apply: (wire, _target, warn) => blankReasoning(wire, false, warn),
};

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
  quirks: [deepseekFormat, deepseekReasoning],
});
