import { anthropicBetas } from './beta-header-rules.ts';
import { defineProvider } from './provider.ts';

/**
 * {@link https://platform.claude.com/docs/en/api/overview | Anthropic}, by its native API whatever the client speaks: only that one carries
 * thinking, caching, documents and citations. Its {@link https://platform.claude.com/docs/en/api/openai-sdk | OpenAI-compatible endpoint},
 * which takes the key as a bearer token, is an option.
 */
export const anthropic = defineProvider({
  id: 'anthropic',
  display: 'Anthropic',
  alsoKnownAs: ['claude'],
  catalogueKey: 'anthropic',
  baseUrl: 'https://api.anthropic.com/v1',
  keyVariables: ['ANTHROPIC_API_KEY'],
  zeroConfigRank: 2,
  apis: ['anthropic-messages'],
  optionalApis: ['openai-chat'],
  betaHeaders: anthropicBetas,
});
