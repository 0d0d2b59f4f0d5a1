import { anthropicMessages } from '@plano/hermesllm/anthropic-messages';
import { bedrockConverse } from '@plano/hermesllm/bedrock-converse';
import type { Codec, ScopeOptions } from '@plano/hermesllm';
import { gemini } from '@plano/hermesllm/gemini';
import { openaiChat } from '@plano/hermesllm/openai-chat';
import { openaiResponses } from '@plano/hermesllm/openai-responses';

/** All APIs that are translated. */
export const codecs: readonly Codec[] = [openaiChat, openaiResponses, anthropicMessages, bedrockConverse, gemini];

/** A still clock and counted identifiers: the same input gives the same output. */
export function repeatable(): Required<Pick<ScopeOptions, 'now' | 'newId'>> {
  let ids = 0;
  return { now: () => 1_700_000_000_000, newId: (prefix) => `${prefix}${String(++ids).padStart(6, '0')}` };
}
