import { openaiBetas } from './beta-header-rules.ts';
import { dropParameters } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

/**
 * xAI searches by tools of its own and refuses OpenAI's search options on Chat Completions. Source:
 * https://docs.x.ai/docs/guides/live-search; katanemo/plano 0.4.36 drops the member as well.
 */
const xaiWebSearch: Quirk = {
  name: 'xai-web-search-options',
  apis: ['openai-chat'],
  when: () => true,
  apply: (wire, _target, warn) => dropParameters(wire, ['web_search_options'], 'xAI does not accept it', warn),
};

/**
 * Grok refuses stop sequences and penalties where it reasons. Source: https://docs.x.ai/docs/models (grok-4), as LiteLLM 1.110 has it.
 */
const grokSampling: Quirk = {
  name: 'grok-sampling',
  apis: ['openai-chat'],
  reads: ['stop', 'presence_penalty', 'frequency_penalty'],
  when: ({ model }) => /grok-(?:[4-9]|code)/.test(model) && !model.includes('non-reasoning'),
  apply: (wire, { model }, warn) =>
    dropParameters(wire, ['stop', 'presence_penalty', 'frequency_penalty'], `${model} does not accept it`, warn),
};

/** {@link https://docs.x.ai/docs/api-reference | xAI}. */
export const xai = defineProvider({
  id: 'xai',
  alsoKnownAs: ['x-ai', 'grok'],
  catalogueKey: 'x-ai',
  baseUrl: 'https://api.x.ai/v1',
  keyVariables: ['XAI_API_KEY', 'GROK_API_KEY'],
  apis: ['openai-chat', 'openai-responses'],
  betaHeaders: openaiBetas,
  capabilities: { promptCache: { claudeMarkers: false, automatic: true } },
  quirks: [xaiWebSearch, grokSampling],
});
