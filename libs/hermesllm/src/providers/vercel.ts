import { anthropicBetas, openaiBetas } from './beta-header-rules.ts';
import { defineProvider } from './provider.ts';

/** {@link https://vercel.com/docs/ai-gateway | Vercel AI Gateway}: three APIs on one base URL. */
export const vercel = defineProvider({
  id: 'vercel',
  alsoKnownAs: ['vercel_ai'],
  baseUrl: 'https://ai-gateway.vercel.sh/v1',
  keyVariables: ['AI_GATEWAY_API_KEY'],
  zeroConfigRank: 8,
  apis: ['openai-chat', 'anthropic-messages', 'openai-responses'],
  betaHeaders: { ...anthropicBetas, ...openaiBetas },
  capabilities: { supportsDeveloperRole: true, reasoningField: 'reasoning' },
});
