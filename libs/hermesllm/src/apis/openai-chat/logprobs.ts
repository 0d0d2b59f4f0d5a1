import type { TokenLogprob } from '../../model/response.ts';
import { isObject, listOf, maybeObject } from '../../read.ts';
import type { WireLogprob, WireTokenLogprob } from './wire.ts';

/** `logprobs` of a choice: those of its text, then those of its refusal. Undefined when there are none. */
export function decodeLogprobs(value: unknown): TokenLogprob[] | undefined {
  if (!isObject(value)) return undefined;
  const refusal = listOf(value['refusal']);
  const list = refusal.length === 0 ? listOf(value['content']) : [...listOf(value['content']), ...refusal];
  const tokens: TokenLogprob[] = [];
  for (let i = 0; i < list.length; i++) {
    const item = maybeObject(list[i]);
    const token = item === undefined ? undefined : decodeToken(item);
    if (item === undefined || token === undefined) continue;
    const alternatives: TokenLogprob['alternatives'] = [];
    for (const other of listOf(item['top_logprobs'])) {
      const alternative = isObject(other) ? decodeToken(other) : undefined;
      if (alternative !== undefined) alternatives.push(alternative);
    }
    tokens.push({ token: token.token, logprob: token.logprob, bytes: token.bytes, alternatives });
  }
  return tokens.length === 0 ? undefined : tokens;
}

function decodeToken({ token, logprob, bytes }: { readonly [member: string]: unknown }): WireLogprob | undefined {
  if (typeof token !== 'string' || typeof logprob !== 'number') return undefined;
  return { token, logprob, bytes: Array.isArray(bytes) ? bytes : null };
}

export function encodeLogprobs(tokens: readonly TokenLogprob[]): WireTokenLogprob[] {
  const list: WireTokenLogprob[] = [];
  for (const { token, logprob, bytes, alternatives } of tokens) list.push({ token, logprob, bytes, top_logprobs: alternatives });
  return list;
}
