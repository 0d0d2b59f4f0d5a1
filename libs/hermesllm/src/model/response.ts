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

export const finish = (reason: FinishReason, raw: string | null, stopSequence?: string): Finish => ({ reason, raw, stopSequence });

/** An answer and its alternatives with every block changed. */
export function mapBlocks(response: LlmResponse, change: (block: Block) => Block): LlmResponse {
  const restore = <Kind extends Answer>(answer: Kind): Kind => ({ ...answer, blocks: answer.blocks.map(change) });
  return { ...restore(response), alternatives: response.alternatives?.map(restore) };
}
