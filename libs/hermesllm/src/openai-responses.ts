import { openaiResponses as codec } from './apis/openai-responses/codec.ts';
import type { Codec } from './codec.ts';

/**
 * {@link https://platform.openai.com/docs/api-reference/responses | OpenAI's Responses API}, to be handed to `createTranslator`.
 *
 * @example
 * const { translateRequest } = createTranslator([openaiResponses, openaiChat]);
 */
export const openaiResponses: Codec = codec;

export type { Codec, JsonObject } from './codec.ts';
export type { Warning } from './model/warning.ts';
export type { HistoryOptions } from './responses-history.ts';
export { inputItemsOf } from './responses-history.ts';
