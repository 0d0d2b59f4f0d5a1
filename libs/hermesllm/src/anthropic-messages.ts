import { anthropicMessages as codec } from './apis/anthropic-messages/codec.ts';
import type { Codec } from './codec.ts';

/**
 * {@link https://platform.claude.com/docs/en/api/messages | Anthropic's Messages API}, to be handed to `createTranslator`.
 *
 * @example
 * const { translateRequest } = createTranslator([anthropicMessages, openaiChat]);
 */
export const anthropicMessages: Codec = codec;

export type { Codec } from './codec.ts';
