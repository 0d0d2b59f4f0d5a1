import type { FinishReason } from '../model/response.ts';

/** The words that an API has for the end of an answer. */
export interface FinishTable {
  /** `other` for a word that is not known, and for none. */
  read(raw: string | null): FinishReason;
  /** Undefined where the API has no word for it, nor for something close. */
  write(reason: FinishReason): string | undefined;
}

/** What a reason is written as where an API has no word of its own for it. */
const nearest: Partial<Record<FinishReason, FinishReason>> = {
  stop_sequence: 'stop',
  tool_use: 'stop',
  context_window: 'length',
  refusal: 'content_filter',
  content_filter: 'refusal',
};

/**
 * Builds the table from the words for each reason, of which the first is written.
 *
 * @example
 * finishTable({ stop: 'end_turn', length: 'max_tokens' }).write('context_window'); // 'max_tokens'
 */
/* @__NO_SIDE_EFFECTS__ */
export function finishTable(words: Readonly<Partial<Record<FinishReason, string>>>): FinishTable {
  const known = new Map<string | null, FinishReason>();
  const written = new Map<FinishReason | undefined, string | undefined>();
  for (const [reason, text] of Object.entries(words) as [FinishReason, string][]) {
    const list = text.split(' ');
    for (const word of list) known.set(word, reason);
    written.set(reason, list[0]);
  }
  return {
    read: (raw) => known.get(raw) ?? 'other',
    write: (reason) => written.get(reason) ?? written.get(nearest[reason]),
  };
}
