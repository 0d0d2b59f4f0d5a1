import type { TokenLogprob } from '../../model/response.ts';
import { isObject, listOf, maybeNumber, stringOr } from '../../read.ts';
import type { WireLogprob } from './wire.ts';

type Plain = { token: string; logprob: number; bytes: number[] | null };

function decodePlain(value: unknown): Plain | undefined {
  if (!isObject(value)) return undefined;
  const logprob = maybeNumber(value['logprob']);
  if (logprob === undefined) return undefined;
  const bytes = Array.isArray(value['bytes']) ? value['bytes'].filter((byte) => typeof byte === 'number') : null;
  return { token: stringOr(value['token'], ''), logprob, bytes };
}

/** Log-probabilities of a text part or a delta; undefined for none. */
export function decodeLogprobs(value: unknown): TokenLogprob[] | undefined {
  let tokens: TokenLogprob[] | undefined;
  for (const item of listOf(value)) {
    const plain = decodePlain(item);
    if (plain === undefined) continue;
    const alternatives: Plain[] = [];
    for (const other of listOf(isObject(item) ? item['top_logprobs'] : undefined)) {
      const alternative = decodePlain(other);
      if (alternative !== undefined) alternatives.push(alternative);
    }
    tokens ??= [];
    tokens.push({ ...plain, alternatives });
  }
  return tokens;
}

export function encodeLogprobs(tokens: readonly TokenLogprob[] | undefined): WireLogprob[] {
  const out: WireLogprob[] = [];
  for (const { token, logprob, bytes, alternatives } of tokens ?? []) {
    const top_logprobs = alternatives.map((other) => ({ token: other.token, bytes: other.bytes ?? [], logprob: other.logprob }));
    out.push({ token, bytes: bytes ?? [], logprob, top_logprobs });
  }
  return out;
}
