import type { JsonObject } from '@plano/hermesllm';
import type { ModelReply } from './model-call.ts';
import type { CheckedRequest } from './read-request.ts';
import type { SettledAnswer } from './settled-answer.ts';
import type { TokenUsage } from './usage.ts';

/** What one model may answer at most. */
export interface EngineLimits {
  /** Characters of a streamed answer. */
  readonly answerCharacters: number;
  /** Tokens (chunks) of a streamed answer. */
  readonly answerTokens: number;
  /** Characters of one event of a stream. */
  readonly eventCharacters: number;
  /** Bytes of an answer that is not streamed. */
  readonly answerBytes: number;
}

/** What an engine works with for one request. */
export interface EngineContext {
  /** Configured name of the model; null stands for the default model. */
  readonly model: string | null;
  /** Budget of the prompt, of about four bytes each. */
  readonly contextTokens: number;
  /** Tokens that the model may write. */
  readonly maxTokens: number;
  readonly limits: EngineLimits;
  /** Sends a body to the model; ends with the request's deadline. */
  callModel(body: JsonObject): Promise<ModelReply>;
}

/** What came of a request, and what it cost. */
export interface EngineAnswer {
  readonly settled: SettledAnswer;
  readonly usage: TokenUsage;
}

/** A way to find the calls that a conversation asks for. */
export type Engine = (request: CheckedRequest, context: EngineContext) => Promise<EngineAnswer>;
