/** Tokens. The three input classes are disjoint; reasoning is part of output. Undefined: not reported. */
export interface Usage {
  /** Input tokens that were neither read from nor written to a cache. */
  input: number;
  cacheRead: number;
  cacheWrite: number;
  /** The part of `cacheWrite` that is kept for an hour. */
  cacheWriteLong: number | undefined;
  /** Output tokens, reasoning included. */
  output: number;
  reasoning: number | undefined;
  inputAudio: number | undefined;
  outputAudio: number | undefined;
  /** Output tokens that a prediction had right, and those that it had wrong and that are billed. */
  acceptedPrediction?: number | undefined;
  rejectedPrediction?: number | undefined;
}

export const emptyUsage = (): Usage => ({
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: undefined,
  output: 0,
  reasoning: undefined,
  inputAudio: undefined,
  outputAudio: undefined,
});

/** All input tokens, as Chat Completions, Responses and Gemini count them. */
export const totalInput = (usage: Usage): number => usage.input + usage.cacheRead + usage.cacheWrite;
