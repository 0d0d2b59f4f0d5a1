import type { ApiId } from '../model/api.ts';
import type { PathRule } from './provider.ts';

const reserved = /[!'()*]/g;
const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** One path segment as AWS's clients write it: everything but letters, digits and `-._~` encoded, `:` as `%3A`, `/` as `%2F`. */
const encodeSegment = (text: string): string => encodeURIComponent(text).replace(reserved, percent);

/** `models/gemini-x` of a Gemini model name, given with or without `models/` or the gateway's prefix; tuned models keep their collection. */
function geminiModel(model: string): string {
  const name = model.replace(/^(?:gemini|google)\//, '').replace(/^models\//, '');
  return name.startsWith('tunedModels/') ? `tunedModels/${encodeSegment(name.slice(12))}` : `models/${encodeSegment(name)}`;
}

const rule = (prefix: string, path: string, more: Partial<PathRule> = {}): PathRule => ({
  prefix,
  path,
  streamPath: undefined,
  countTokensPath: undefined,
  embeddingsPath: undefined,
  encodeModel: encodeSegment,
  ...more,
});

/** Where each API has its operations when a provider says nothing else. */
export const usualPaths: Readonly<Record<ApiId, PathRule>> = {
  'openai-chat': rule('/v1', '/chat/completions', { embeddingsPath: '/embeddings' }),
  'openai-responses': rule('/v1', '/responses', { countTokensPath: '/responses/input_tokens' }),
  'anthropic-messages': rule('/v1', '/messages', { countTokensPath: '/messages/count_tokens' }),
  'bedrock-converse': rule('', '/model/{model}/converse', {
    streamPath: '/model/{model}/converse-stream',
    countTokensPath: '/model/{model}/count-tokens',
  }),
  gemini: rule('/v1beta', '/{model}:generateContent', {
    streamPath: '/{model}:streamGenerateContent?alt=sse',
    countTokensPath: '/{model}:countTokens',
    encodeModel: geminiModel,
  }),
};
