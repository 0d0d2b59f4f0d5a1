// Shapes of OpenAI's Chat Completions API as they are read and written here, and of the members that compatible servers add.
// Source: https://platform.openai.com/docs/api-reference/chat and the types of openai 7.57.
// What is read is a plain interface whose members may all be missing: nothing about an upstream is taken for granted.
// Of what is written, members that are undefined are not sent.

/** A part of a message's content that is written. */
export type WirePart = { type: string; [member: string]: unknown };

export interface WireToolCall {
  id: string;
  type: 'function' | 'custom';
  function?: { name: string; arguments: string };
  custom?: { name: string; input: string };
  extra_content?: WireExtraContent;
}

/** How Gemini's compatible endpoint carries a thought signature: https://ai.google.dev/gemini-api/docs/thought-signatures. */
export interface WireExtraContent {
  google: { thought_signature: string };
}

/**
 * Reasoning with proof, as LiteLLM and gateways after it carry it: https://docs.litellm.ai/docs/reasoning_content.
 * `index` stands in stream deltas, where clients merge lists by it. `id` is ours: the upstream's name of the block.
 */
export interface WireThinkingBlock {
  index: number | undefined;
  type: 'thinking' | 'redacted_thinking';
  thinking: string | undefined;
  signature: string | undefined;
  data: string | undefined;
  id: string | undefined;
}

/** A message of a request that is written. There are many, so that what it has not is not there: that is cheaper to write. */
export interface WireMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  content: string | WirePart[] | null;
  name?: string;
  tool_call_id?: string;
  reasoning_content?: string;
  thinking_blocks?: WireThinkingBlock[];
  audio?: { id: string };
  tool_calls?: WireToolCall[];
  extra_content?: WireExtraContent;
}

export interface WireAnnotation {
  type: 'url_citation';
  url_citation: { start_index: number; end_index: number; title: string; url: string };
}

export interface WireLogprob {
  token: string;
  logprob: number;
  bytes: number[] | null;
}

export interface WireTokenLogprob extends WireLogprob {
  top_logprobs: WireLogprob[];
}

/** Usage that is written; the two cache counters at its top level are what compatible servers in front of Anthropic tell. */
export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number | undefined };
  completion_tokens_details: Readonly<Record<string, number | undefined>> | undefined;
  cache_read_input_tokens: number | undefined;
  cache_creation_input_tokens: number | undefined;
}

/** What is read of an answer, or of a chunk of a stream. */
export interface WireAnswer {
  id?: unknown;
  object?: unknown;
  created?: unknown;
  model?: unknown;
  choices?: unknown;
  usage?: unknown;
  service_tier?: unknown;
  error?: unknown;
  message?: unknown;
  detail?: unknown;
}

/** `message` stands in an answer, `delta` in a chunk. */
export interface WireChoice {
  index?: unknown;
  message?: unknown;
  delta?: unknown;
  finish_reason?: unknown;
  logprobs?: unknown;
}

/** The message of an answer, or a piece of it in a chunk. */
export interface WireContent {
  content?: unknown;
  refusal?: unknown;
  /** DeepSeek, Moonshot, vLLM and others. */
  reasoning_content?: unknown;
  /** OpenRouter, Groq, Ollama, Together and newer vLLM. */
  reasoning?: unknown;
  thinking_blocks?: unknown;
  annotations?: unknown;
  audio?: unknown;
  /** OpenRouter: https://openrouter.ai/docs/features/multimodal/image-generation. */
  images?: unknown;
  tool_calls?: unknown;
  function_call?: unknown;
  extra_content?: unknown;
}

export interface WireCallPiece {
  index?: unknown;
  id?: unknown;
  type?: unknown;
  function?: unknown;
  custom?: unknown;
  extra_content?: unknown;
}
