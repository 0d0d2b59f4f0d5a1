import type { ReasoningField } from '../openai-chat/reply.ts';
import type { Ask, ResolvedAnswer } from '../shared/answer.ts';
import type { FakeOptions } from '../shared/http-server.ts';
import type { Random } from '../shared/random.ts';
import type { MidStreamFailure } from '../shared/script.ts';
import type { SignatureBook } from '../shared/signature.ts';
import type { SseEvent } from '../shared/sse.ts';
import type { OpenAiRefusal } from './error.ts';

/** Options of the OpenAI fake. */
export interface FakeOpenAiOptions extends FakeOptions {
  /** Path of chat completions, for OpenAI-compatible providers that serve it elsewhere. Default `/v1/chat/completions`. */
  readonly chatPath?: string;
  /** Path of responses. Default `/v1/responses`. */
  readonly responsesPath?: string;
  /** Shows reasoning the way compatible servers do (DeepSeek: `reasoning_content`). OpenAI itself: `none`, the default. */
  readonly reasoningField?: ReasoningField;
}

/** What belongs to one server and outlives a request. */
export interface OpenAiState {
  readonly random: Random;
  /** Ids of responses that were stored and can be continued. */
  readonly storedResponses: Set<string>;
  readonly signatures: SignatureBook;
}

/** An accepted request: what it asks, and how its answer is written. */
interface OpenAiExchange {
  readonly ask: Ask;
  readonly streaming: boolean;
  whole(answer: ResolvedAnswer): unknown;
  stream(answer: ResolvedAnswer): SseEvent[];
  /** The event that tells of a failure midway. */
  streamError(fail: MidStreamFailure): SseEvent;
}

/** One API of the provider: judges a body and offers an exchange, or says why not. */
export type OpenAiEndpoint = (
  body: unknown,
  options: FakeOpenAiOptions,
  state: OpenAiState,
) => OpenAiExchange | { readonly refusal: OpenAiRefusal };
