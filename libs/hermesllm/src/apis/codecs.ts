import type { Codec } from '../codec.ts';
import { anthropicMessages } from './anthropic-messages/codec.ts';
import { bedrockConverse } from './bedrock-converse/codec.ts';
import { gemini } from './gemini/codec.ts';
import { openaiChat } from './openai-chat/codec.ts';
import { openaiResponses } from './openai-responses/codec.ts';

/** Every API that is spoken: the only list. */
export const codecs: readonly Codec[] = [openaiChat, openaiResponses, anthropicMessages, bedrockConverse, gemini];
