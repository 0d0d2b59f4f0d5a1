import { vertexBetas } from './claude-betas.ts';
import { claudeInPath } from './claude-in-path.ts';
import { defineProvider } from './provider.ts';

/**
 * Claude on Google's Vertex AI: the Messages API with two fields moved. The base_url names project and location, for example
 * `https://us-east5-aiplatform.googleapis.com/v1/projects/my-project/locations/us-east5`; the key is an OAuth access token.
 */
export const googleVertexAnthropic = defineProvider({
  id: 'google_vertex_anthropic',
  alsoKnownAs: ['vertex', 'vertex_ai', 'vertex_anthropic'],
  catalogueKey: 'anthropic',
  apis: ['anthropic-messages'],
  auth: { 'anthropic-messages': 'bearer' },
  paths: {
    'anthropic-messages': {
      prefix: '',
      path: '/publishers/anthropic/models/{model}:rawPredict',
      streamPath: '/publishers/anthropic/models/{model}:streamRawPredict',
      countTokensPath: '/publishers/anthropic/models/count-tokens:rawPredict',
      // Versions are written `claude-sonnet-4-5@20250929`; the `@` stays as Google's clients send it.
      encodeModel: (model) => encodeURIComponent(model).replace('%40', '@'),
    },
  },
  betaHeaders: { 'anthropic-beta': { in: 'header', forward: vertexBetas, strip: [] } },
  anthropicVersionHeader: false,
  // https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
  quirks: [claudeInPath('vertex-2023-10-16', { betasInBody: false, streamInPath: false })],
});
