import { gemini as codec } from './apis/gemini/codec.ts';
import type { Codec } from './codec.ts';

/**
 * {@link https://ai.google.dev/api/generate-content | Google's Gemini API}, to be handed to `createTranslator`.
 *
 * @example
 * const { translateRequest } = createTranslator([gemini, openaiChat]);
 */
export const gemini: Codec = codec;

export { geminiToolName } from './apis/gemini/codec.ts';
export type { Codec } from './codec.ts';
