import { mistralId } from './chat-capabilities.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

/** A seed is named otherwise. Source: https://docs.mistral.ai/api/ (`random_seed`); Vali-98/ChatterUI#143 for what becomes of the other name. */
const mistralSeed: Quirk = {
  name: 'mistral-seed',
  apis: ['openai-chat'],
  reads: ['seed'],
  when: () => true,
  apply: (wire) => {
    const { seed, ...rest } = wire;
    return seed === undefined ? wire : { ...rest, random_seed: seed };
  },
};

/**
 * {@link https://docs.mistral.ai/api/ | Mistral}. The server answers 422 to members it does not know: `max_completion_tokens`
 * (editor-code-assistant/eca#231), `store` (Gitlawb/openclaude#739), `metadata` (OpenHands/OpenHands-CLI#83) and their like, `stream_options`
 * (openai/openai-agents-python#442; usage comes unasked in the last chunk) and `reasoning_content` (charmbracelet/crush#1590). Tool call ids are nine letters and digits (mistral-common, `validator.py`).
 */
export const mistral = defineProvider({
  id: 'mistral',
  display: 'Mistral',
  alsoKnownAs: ['mistralai'],
  catalogueKey: 'mistralai',
  baseUrl: 'https://api.mistral.ai/v1',
  keyVariables: ['MISTRAL_API_KEY'],
  zeroConfigRank: 6,
  apis: ['openai-chat'],
  capabilities: {
    maxTokensField: 'max_tokens',
    droppedParameters: [
      'user',
      'store',
      'metadata',
      'service_tier',
      'verbosity',
      'logprobs',
      'top_logprobs',
      'logit_bias',
      'web_search_options',
      'safety_identifier',
      'prompt_cache_retention',
    ],
    supportsStreamUsage: false,
    toolCallIdPattern: mistralId,
    reasoningField: 'none',
  },
  quirks: [mistralSeed],
});
