import { openaiChat as codec } from './apis/openai-chat/codec.ts';
import type { Codec } from './codec.ts';

/**
 * {@link https://platform.openai.com/docs/api-reference/chat | OpenAI's Chat Completions API}, to be handed to `createTranslator`.
 *
 * @example
 * const { translateRequest } = createTranslator([openaiChat, anthropicMessages]);
 */
export const openaiChat: Codec = codec;

export type { Codec } from './codec.ts';
