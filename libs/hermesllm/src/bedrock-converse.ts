import { bedrockConverse as codec } from './apis/bedrock-converse/codec.ts';
import type { Codec } from './codec.ts';

/**
 * {@link https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html | Amazon Bedrock's Converse and ConverseStream}, to be handed to `createTranslator`.
 *
 * @example
 * const { translateRequest } = createTranslator([bedrockConverse, openaiChat]);
 */
export const bedrockConverse: Codec = codec;

export type { Codec } from './codec.ts';
