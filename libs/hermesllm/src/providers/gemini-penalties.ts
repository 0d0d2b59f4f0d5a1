import { generationOf } from '../apis/gemini/models.ts';
import { dropWithin } from './drop-parameters.ts';
import type { Quirk } from './provider.ts';

/**
 * Penalties are answered with 400 by Gemini 2.5 and later, but for Gemini 2.5 on Vertex AI. Source: https://github.com/vercel/ai/pull/17102,
 * https://github.com/BerriAI/litellm/pull/16907.
 */
export const geminiPenalties: Quirk = {
  name: 'gemini-penalties',
  apis: ['gemini'],
  when: ({ model, host }) => (generationOf(model) ?? 0) >= (isVertex(host) ? 3 : 2.5),
  reads: ['generationConfig'],
  apply: (wire, _target, warn) =>
    dropWithin(wire, 'generationConfig', ['presencePenalty', 'frequencyPenalty'], 'This model refuses penalties', warn),
};

/** Vertex AI by its host: with an API key it is asked as the provider `gemini`, too. */
export const isVertex = (host: string | undefined): boolean => host?.endsWith('aiplatform.googleapis.com') === true;
