import type { Block, Citation } from './block.ts';
import type { LlmError } from './error.ts';
import { llmError } from './error.ts';
import type { Finish, TokenLogprob } from './response.ts';
import type { Signature } from './signature.ts';
import type { Usage } from './usage.ts';

/** Facts that an upstream tells only when a block ends. */
export interface LateFacts {
  signature: Signature | undefined;
  redacted: Signature | undefined;
  citations: Citation[] | undefined;
}

/**
 * The grammar that every decoder promises and every encoder relies on:
 * one `message-start` first; each block starts, gets deltas, ends; blocks may overlap and have indices 0, 1, 2 … in order
 * of their start; a block of a further answer carries its number in `choice`, and that answer has one `choice-end`;
 * exactly one `message-end` or `error` is last, and every block is ended before a `message-end`.
 * An `error` may stand alone, and may leave blocks open.
 */
export type StreamEvent =
  | {
      type: 'message-start';
      id: string;
      model: string;
      created: number | undefined;
      usage: Usage | undefined;
      serviceTier: string | undefined;
    }
  | { type: 'block-start'; index: number; block: Block; choice: number }
  | { type: 'block-delta'; index: number; text: string; logprobs: TokenLogprob[] | undefined }
  | { type: 'block-end'; index: number; late: LateFacts | undefined }
  | { type: 'choice-end'; choice: number; finish: Finish }
  | { type: 'message-end'; finish: Finish; usage: Usage | undefined; serviceTier: string | undefined }
  | { type: 'error'; error: LlmError };

export const messageStart = (id: string, model: string, created?: number, usage?: Usage, serviceTier?: string): StreamEvent => ({
  type: 'message-start',
  id,
  model,
  created,
  usage,
  serviceTier,
});
export const blockStart = (index: number, block: Block, choice = 0): StreamEvent => ({ type: 'block-start', index, block, choice });
export const blockDelta = (index: number, text: string, logprobs?: TokenLogprob[]): StreamEvent => ({
  type: 'block-delta',
  index,
  text,
  logprobs,
});
export const blockEnd = (index: number, late?: LateFacts): StreamEvent => ({ type: 'block-end', index, late });
export const messageEnd = (finish: Finish, usage: Usage | undefined, serviceTier?: string): StreamEvent => ({
  type: 'message-end',
  finish,
  usage,
  serviceTier,
});
export const streamError = (error: LlmError): StreamEvent => ({ type: 'error', error });

/** What is wrong with a stream that ended before its end. */
export const truncation: LlmError = llmError('server', 'The upstream closed the stream before the answer was complete', {
  status: 502,
  code: 'upstream_stream_truncated',
});
export const truncated = (): StreamEvent => streamError(truncation);
/** The upstream sent something that is not its protocol. */
export const malformedStream = (what: string): StreamEvent =>
  streamError(llmError('server', `The upstream sent a malformed stream: ${what}`, { status: 502, code: 'upstream_stream_malformed' }));
