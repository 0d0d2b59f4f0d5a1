// Shapes of the Anthropic Messages API as they are read and written here.
// Source: https://platform.claude.com/docs/en/api/messages and the types of @anthropic-ai/sdk 1.12.
// What is read is a plain interface whose members may all be missing: nothing about an upstream is taken for granted.

export interface WireCacheControl {
  type: 'ephemeral';
  ttl: string | undefined;
}

/** A block of a request or an answer that is written. Members that are undefined are not sent. */
export type WireBlock = { type: string; [member: string]: unknown };

/** A turn that is written; Anthropic wants them to alternate. */
export interface WireTurn {
  role: 'user' | 'assistant';
  content: string | WireBlock[];
}

export interface WireThinking {
  type: 'enabled' | 'adaptive' | 'disabled';
  budget_tokens: number | undefined;
  display: 'summarized' | 'omitted' | undefined;
}

export interface WireToolChoice {
  type: 'auto' | 'any' | 'tool' | 'none';
  name: string | undefined;
  disable_parallel_tool_use: boolean | undefined;
}

export interface WireOutputConfig {
  effort: string | undefined;
  format: { type: 'json_schema'; schema: unknown } | undefined;
}

/** Usage of an answer. In `message_delta` the counters are totals of the message, and those that do not apply are null or missing. */
export interface WireUsage {
  input_tokens?: unknown;
  cache_creation_input_tokens?: unknown;
  cache_read_input_tokens?: unknown;
  cache_creation?: unknown;
  output_tokens?: unknown;
  output_tokens_details?: unknown;
  iterations?: unknown;
  service_tier?: unknown;
}

export interface WireMessage {
  id?: unknown;
  model?: unknown;
  content?: unknown;
  stop_reason?: unknown;
  stop_sequence?: unknown;
  usage?: unknown;
}

/** The members of all stream events in one. */
export interface WireEvent {
  type?: unknown;
  index?: unknown;
  message?: unknown;
  content_block?: unknown;
  delta?: unknown;
  usage?: unknown;
  error?: unknown;
}

export interface WireDelta {
  type?: unknown;
  text?: unknown;
  thinking?: unknown;
  partial_json?: unknown;
  signature?: unknown;
  citation?: unknown;
  stop_reason?: unknown;
  stop_sequence?: unknown;
}
