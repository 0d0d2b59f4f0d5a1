// Shapes of the Gemini API (generateContent) as they are read and written here.
// Source: https://ai.google.dev/api/generate-content and the types of @google/genai 3.1.
// What is read is a plain interface whose members may all be missing: nothing about an upstream is taken for granted.

/** A part that is written: one data member, and what is said of it. Members that are undefined are not sent. */
export type WirePart = { [member: string]: unknown };

/** A turn that is written. */
export interface WireContent {
  role: 'user' | 'model';
  parts: WirePart[];
}

export interface WireThinkingConfig {
  includeThoughts: boolean | undefined;
  thinkingBudget: number | undefined;
  thinkingLevel: string | undefined;
}

export interface WireFunctionCallingConfig {
  mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';
  allowedFunctionNames: string[] | undefined;
}

/** A whole answer, or a chunk of a streamed one: they have the same shape. */
export interface WireAnswer {
  candidates?: unknown;
  promptFeedback?: unknown;
  usageMetadata?: unknown;
  modelVersion?: unknown;
  responseId?: unknown;
  createTime?: unknown;
}

export interface WireCandidate {
  index?: unknown;
  content?: unknown;
  finishReason?: unknown;
  citationMetadata?: unknown;
  groundingMetadata?: unknown;
  logprobsResult?: unknown;
}

/** A part of an answer that is read. */
export interface WireAnswerPart {
  text?: unknown;
  thought?: unknown;
  thoughtSignature?: unknown;
  functionCall?: unknown;
  inlineData?: unknown;
  fileData?: unknown;
}

export interface WireUsage {
  promptTokenCount?: unknown;
  cachedContentTokenCount?: unknown;
  candidatesTokenCount?: unknown;
  thoughtsTokenCount?: unknown;
  toolUsePromptTokenCount?: unknown;
  totalTokenCount?: unknown;
  promptTokensDetails?: unknown;
  candidatesTokensDetails?: unknown;
  trafficType?: unknown;
  serviceTier?: unknown;
}

/** A candidate that is written. */
export interface WrittenCandidate {
  content: { parts: WirePart[]; role: 'model' };
  finishReason: string | undefined;
  index: number;
  groundingMetadata: WirePart | undefined;
  logprobsResult: WirePart | undefined;
}
