import type { JsonObject } from '../codec.ts';
import type { Warning } from '../model/warning.ts';
import { maybeObject } from '../read.ts';
import { changeParts } from './change-parts.ts';
import { isThird } from '../apis/gemini/models.ts';
import { dropParameters } from './drop-parameters.ts';
import { geminiPenalties } from './gemini-penalties.ts';
import type { Quirk } from './provider.ts';
import { defineProvider } from './provider.ts';

const reason = 'Only the Gemini Developer API has it, not Vertex AI';
const flag = 'includeServerSideToolInvocations';

function withoutDeveloperMembers(wire: JsonObject, warn: (warning: Warning) => void): JsonObject {
  const changed = dropParameters(wire, ['store'], reason, wire['store'] === false ? () => {} : warn);
  const toolConfig = maybeObject(changed['toolConfig']);
  if (toolConfig?.[flag] === undefined) return changed;
  const { [flag]: told, ...kept } = toolConfig;
  if (told === true) warn({ type: 'dropped', path: `toolConfig.${flag}`, reason });
  return { ...changed, toolConfig: kept };
}

/** The order of calls and results says which belongs to which. */
const withoutIds = (wire: JsonObject): JsonObject =>
  changeParts(wire, 'contents', 'parts', ['functionCall', 'functionResponse'], (inner) => {
    const { id, ...rest } = inner;
    return id === undefined ? inner : rest;
  });

/**
 * Members of requests that only the Developer API knows. Source: Google's own client refuses to send them to Vertex,
 * https://github.com/googleapis/js-genai (`toolConfigToVertex`, `generateContentConfigToVertex`); ids it answers with 400,
 * https://github.com/vercel/ai/issues/15891, https://github.com/langchain-ai/langchainjs/issues/10266.
 */
export const vertexMembers: Quirk = {
  name: 'vertex-members',
  apis: ['gemini'],
  when: () => true,
  reads: ['store', 'toolConfig', 'contents'],
  apply: (wire, _target, warn) => withoutIds(withoutDeveloperMembers(wire, warn)),
};

/**
 * Gemini on Google's Vertex AI: the Gemini API at another address, with an OAuth access token. The base_url names project and location, for
 * example `https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1`, with or without `/publishers/google`.
 */
export const googleVertex = defineProvider({
  id: 'google_vertex',
  alsoKnownAs: ['vertex', 'vertex_ai'],
  catalogueKey: 'google',
  apis: ['gemini'],
  auth: { gemini: 'bearer' },
  paths: {
    gemini: {
      prefix: '',
      path: '/publishers/google/{model}:generateContent',
      streamPath: '/publishers/google/{model}:streamGenerateContent?alt=sse',
      countTokensPath: '/publishers/google/{model}:countTokens',
    },
  },
  surfaces: [{ basePathEnds: '/publishers/google', paths: { gemini: { prefix: '' } } }],
  quirks: [vertexMembers, { ...geminiPenalties, when: ({ model }) => isThird(model) }],
});
