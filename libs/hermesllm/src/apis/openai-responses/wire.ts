// Shapes of the OpenAI Responses API as they are read and written here.
// Source: https://platform.openai.com/docs/api-reference/responses and the types of openai 7.57.
// What is read is a plain interface whose members may all be missing: nothing about an upstream is taken for granted.

/** An item of `input` or `output` that is written. Members that are undefined are not sent. */
export type WireItem = { type: string; [member: string]: unknown };

/** A content part that is written. */
export type WirePart = { type: string; [member: string]: unknown };

/** A tool definition that is written. */
export type WireTool = { type: string; [member: string]: unknown };

/** An annotation that is written. */
export type WireAnnotation = { type: string; [member: string]: unknown };

export interface WireLogprob {
  token: string;
  bytes: number[];
  logprob: number;
  top_logprobs: { token: string; bytes: number[]; logprob: number }[];
}

export interface WireUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number | undefined };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

/** An item of an answer as it is read. */
export interface ReadItem {
  type?: unknown;
  id?: unknown;
  call_id?: unknown;
  name?: unknown;
  arguments?: unknown;
  input?: unknown;
  content?: unknown;
  summary?: unknown;
  encrypted_content?: unknown;
}

/** A content part of an answer as it is read. */
export interface ReadPart {
  type?: unknown;
  text?: unknown;
  refusal?: unknown;
  annotations?: unknown;
  logprobs?: unknown;
}

/** An answer as it is read. */
export interface ReadResponse {
  id?: unknown;
  model?: unknown;
  created_at?: unknown;
  status?: unknown;
  incomplete_details?: unknown;
  error?: unknown;
  output?: unknown;
  usage?: unknown;
  service_tier?: unknown;
}

/** A stream event as it is read. */
export interface ReadEvent {
  type?: unknown;
  response?: unknown;
  item?: unknown;
  item_id?: unknown;
  output_index?: unknown;
  content_index?: unknown;
  summary_index?: unknown;
  part?: unknown;
  delta?: unknown;
  text?: unknown;
  refusal?: unknown;
  arguments?: unknown;
  input?: unknown;
  name?: unknown;
  annotation?: unknown;
  logprobs?: unknown;
  error?: unknown;
}
