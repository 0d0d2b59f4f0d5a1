import { geminiPenalties, isVertex } from './gemini-penalties.ts';
import { geminiSignatures } from './gemini-signatures.ts';
import { vertexMembers } from './google-vertex.ts';
import { defineProvider } from './provider.ts';

/**
 * {@link https://ai.google.dev/api/generate-content | Google's Gemini API}, natively; its
 * {@link https://ai.google.dev/gemini-api/docs/openai | OpenAI-compatible endpoint} is used when the configuration names that API or a
 * base_url that ends with `/openai`.
 */
export const gemini = defineProvider({
  id: 'gemini',
  display: 'Gemini',
  aliases: ['google'],
  catalogueKey: 'google',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  zeroConfigRank: 3,
  apis: ['gemini'],
  optionalApis: ['openai-chat'],
  paths: { 'openai-chat': { prefix: '/v1beta/openai' } },
  surfaces: [
    { basePathEnds: '/openai', apis: ['openai-chat'], paths: { gemini: { prefix: '' } } },
    { basePathEnds: '/v1beta', paths: { 'openai-chat': { prefix: '/v1beta/openai' } } },
  ],
  capabilities: { promptCache: { claudeMarkers: false, automatic: true } },
  // With an API key Vertex AI is asked as this provider, too: https://cloud.google.com/vertex-ai/generative-ai/docs/start/api-keys
  quirks: [geminiSignatures, geminiPenalties, { ...vertexMembers, when: ({ host }) => isVertex(host) }],
});
