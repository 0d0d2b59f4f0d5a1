import type { TokenLogprob } from '../../model/response.ts';
import { isObject, listOf, maybeNumber, stringOr } from '../../read.ts';
import type { WirePart } from './wire.ts';

/** `logprobsResult`; undefined where it says nothing. */
export function decodeLogprobs(wire: unknown): TokenLogprob[] | undefined {
  if (!isObject(wire)) return undefined;
  const chosen = listOf(wire['chosenCandidates']);
  if (chosen.length === 0) return undefined;
  const top = listOf(wire['topCandidates']);
  const tokens: TokenLogprob[] = [];
  for (let i = 0; i < chosen.length; i++) {
    const entry: unknown = top[i];
    const alternatives: TokenLogprob['alternatives'] = [];
    for (const item of listOf(isObject(entry) ? entry['candidates'] : undefined)) alternatives.push(entryOf(item));
    tokens.push({ ...entryOf(chosen[i]), alternatives });
  }
  return tokens;
}

function entryOf(wire: unknown): TokenLogprob['alternatives'][number] {
  const entry = isObject(wire) ? wire : {};
  return { token: stringOr(entry['token'], ''), logprob: maybeNumber(entry['logProbability']) ?? 0, bytes: null };
}

export function encodeLogprobs(logprobs: readonly TokenLogprob[] | undefined): WirePart | undefined {
  if (logprobs === undefined || logprobs.length === 0) return undefined;
  return {
    chosenCandidates: logprobs.map(written),
    topCandidates: logprobs.map(({ alternatives }) => ({ candidates: alternatives.map(written) })),
  };
}

const written = ({ token, logprob }: { token: string; logprob: number }): WirePart => ({ token, logProbability: logprob });
