import { mistralId } from './chat-capabilities.ts';
import { defineProvider } from './provider.ts';

/**
 * {@link https://docs.mistral.ai/api/ | Mistral}. The server answers 422 to members it does not know: `max_completion_tokens`
 * (editor-code-assistant/eca#231), `stream_options` (openai/openai-agents-python#442; usage comes unasked in the last chunk) and
 * `reasoning_content` (charmbracelet/crush#1590). Tool call ids are nine letters and digits (mistral-common, `validator.py`).
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
    supportsStreamUsage: false,
    toolCallIdPattern: mistralId,
    reasoningField: 'none',
  },
});
