// Shapes of the Converse API as they are read and written here.
// Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and the types of
// @aws-sdk/client-bedrock-runtime 3.1164. Bytes are base64 in JSON. What is read is a plain interface whose members may all be missing.

/** An object that is written: a content block, a system block, a tool. Members that are undefined are not sent. */
export type WireBlock = { [member: string]: unknown };

export interface WireTurn {
  role: 'user' | 'assistant';
  content: WireBlock[];
}

export interface WireInferenceConfig {
  maxTokens: number | undefined;
  temperature: number | undefined;
  topP: number | undefined;
  stopSequences: string[] | undefined;
}

export interface WireToolConfig {
  tools: WireBlock[];
  toolChoice: WireBlock | undefined;
}

export interface WireResponse {
  output?: unknown;
  stopReason?: unknown;
  usage?: unknown;
  additionalModelResponseFields?: unknown;
  trace?: unknown;
  serviceTier?: unknown;
}

/** Token counters of an answer; what is read from and written to a cache is not in `inputTokens`. */
export interface WireUsage {
  inputTokens?: unknown;
  outputTokens?: unknown;
  totalTokens?: unknown;
  cacheReadInputTokens?: unknown;
  cacheWriteInputTokens?: unknown;
  cacheDetails?: unknown;
}

/** The members of all stream events in one. `p` is padding. */
export interface WireEvent {
  contentBlockIndex?: unknown;
  start?: unknown;
  delta?: unknown;
  stopReason?: unknown;
  additionalModelResponseFields?: unknown;
  usage?: unknown;
  serviceTier?: unknown;
}

/** The members of all deltas in one; a delta has exactly one of them. */
export interface WireDelta {
  text?: unknown;
  toolUse?: unknown;
  reasoningContent?: unknown;
  citation?: unknown;
  toolResult?: unknown;
  image?: unknown;
}
