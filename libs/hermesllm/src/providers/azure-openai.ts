import { openaiBetas } from './beta-header-rules.ts';
import type { PathRules } from './provider.ts';
import { defineProvider } from './provider.ts';

const v1: PathRules = {
  'openai-chat': { prefix: '/openai/v1', path: '/chat/completions', embeddingsPath: '/embeddings' },
  'openai-responses': { prefix: '/openai/v1' },
};
const deployments: PathRules = {
  'openai-chat': {
    prefix: '/openai/deployments',
    path: '/{model}/chat/completions?api-version={apiVersion}',
    embeddingsPath: '/{model}/embeddings?api-version={apiVersion}',
  },
  'openai-responses': { prefix: '/openai/v1' },
};

/**
 * {@link https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle | Azure OpenAI}: OpenAI's APIs with the deployment in the
 * path, a dated API version and the key in `api-key`. A base_url that ends with `/openai/v1` selects the undated surface, which has the
 * model in the body and speaks Responses too.
 */
export const azureOpenai = defineProvider({
  id: 'azure_openai',
  alsoKnownAs: ['azure'],
  catalogueKey: 'openai',
  keyVariables: ['AZURE_OPENAI_API_KEY'],
  apis: ['openai-chat'],
  optionalApis: ['openai-responses'],
  auth: { 'openai-chat': 'api-key', 'openai-responses': 'api-key' },
  paths: deployments,
  surfaces: [
    { basePathEnds: '/openai/v1', apis: ['openai-chat', 'openai-responses'], paths: v1 },
    { basePathEnds: '/openai', paths: deployments },
  ],
  apiVersion: '2025-01-01-preview',
  betaHeaders: openaiBetas,
  capabilities: { supportsDeveloperRole: true, reasoningField: 'none', promptCache: { claudeMarkers: false, automatic: true } },
});
