import type { ApiId, Codec } from '@plano/hermesllm';
import { anthropicMessages } from '@plano/hermesllm/anthropic-messages';
import { bedrockConverse } from '@plano/hermesllm/bedrock-converse';
import { gemini } from '@plano/hermesllm/gemini';
import { openaiChat } from '@plano/hermesllm/openai-chat';
import { openaiResponses } from '@plano/hermesllm/openai-responses';

/** Translation needs none of them; reading a request without writing it does. */
export const codecs: Readonly<Record<ApiId, Codec>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'bedrock-converse': bedrockConverse,
  gemini,
};
