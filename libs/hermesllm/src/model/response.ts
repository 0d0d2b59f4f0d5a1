import type { Block } from './block.ts';
import type { Extensions } from './request.ts';
import type { Usage } from './usage.ts';

/** Why the answer ended. */
export type FinishReason =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'context_window'
  | 'tool_use'
  | 'content_filter'
  | 'refusal'
  | 'pause'
  | 'malformed'
  | 'other';

/** The end of an answer. */
export interface Finish {
  reason: FinishReason;
  /** The reason as the upstream wrote it. */
  raw: string | null;
  /** The stop sequence that matched, where the upstream says it. */
  stopSequence: string | undefined;
}

/** A token of the answer with its natural log-probability, and the candidates that were passed over. */
export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes: number[] | null;
  alternatives: { token: string; logprob: number; bytes: number[] | null }[];
}

/** One answer; the first is `LlmResponse` itself, further ones (`n`, `candidateCount`) stand in `alternatives`. */
export interface Answer {
  blocks: Block[];
  finish: Finish;
  /** Of the text, and then of the refusal. */
  logprobs: TokenLogprob[] | undefined;
}

/** A whole answer as every API understands it. */
export interface LlmResponse extends Answer {
  id: string;
  model: string;
  /** Unix time in seconds, where the upstream says it. */
  created: number | undefined;
  usage: Usage | undefined;
  alternatives: Answer[] | undefined;
  serviceTier: string | undefined;
  extensions: Extensions | undefined;
}

/** What a log wants of an answer. */
export type ResponseFacts = Pick<LlmResponse, 'model' | 'usage' | 'finish'>;

/** How many of an answer's tokens are its text's: those of a refusal come after them. */
export function textTokens({ blocks, logprobs = [] }: Answer): number {
  if (!blocks.some(({ type }) => type === 'refusal')) return logprobs.length;
  let length = 0;
  for (const block of blocks) if (block.type === 'text') length += block.text.length;
  let count = 0;
  while (length > 0 && count < logprobs.length) length -= (logprobs[count++] as TokenLogprob).token.length;
  return count;
}

export const finish = (reason: FinishReason, raw: string | null, stopSequence?: string): Finish => ({ reason, raw, stopSequence });

/** An answer and its alternatives with every block changed. */
export function mapBlocks(response: LlmResponse, change: (block: Block) => Block): LlmResponse {
  const restore = <Kind extends Answer>(answer: Kind): Kind => ({ ...answer, blocks: answer.blocks.map(change) });
  return { ...restore(response), alternatives: response.alternatives?.map(restore) };
}
