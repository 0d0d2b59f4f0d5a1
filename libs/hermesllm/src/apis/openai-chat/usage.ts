import type { Usage } from '../../model/usage.ts';
import { totalInput } from '../../model/usage.ts';
import { isObject, maybeNumber, maybeObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { words } from '../../words.ts';
import { reportUsage } from '../usage-losses.ts';
import type { WireUsage } from './wire.ts';

/**
 * Usage in OpenAI's form and its variants. Prompt tokens include those of the cache, which are told in one of these places:
 * `prompt_tokens_details.cached_tokens` (OpenAI), `prompt_cache_hit_tokens` (DeepSeek, https://api-docs.deepseek.com/guides/kv_cache),
 * `cached_tokens` (Moonshot), `cache_read_input_tokens` and `cache_creation_input_tokens` (gateways in front of Anthropic).
 */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = maybeNumber(value['prompt_tokens']);
  const completion = maybeNumber(value['completion_tokens']);
  if (prompt === undefined && completion === undefined) return undefined;
  const input = maybeObject(value['prompt_tokens_details']) ?? {};
  const output = maybeObject(value['completion_tokens_details']) ?? {};
  const cacheRead =
    maybeNumber(input['cached_tokens']) ??
    maybeNumber(value['cache_read_input_tokens']) ??
    maybeNumber(value['prompt_cache_hit_tokens']) ??
    maybeNumber(value['cached_tokens']) ??
    0;
  const cacheWrite = maybeNumber(input['cache_write_tokens']) ?? maybeNumber(value['cache_creation_input_tokens']) ?? 0;
  const reasoning = maybeNumber(output['reasoning_tokens']);
  return {
    input: Math.max(0, (prompt ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    cacheWriteLong: undefined,
    output: (completion ?? 0) + uncountedReasoning(prompt ?? 0, completion ?? 0, maybeNumber(value['total_tokens']), reasoning),
    reasoning,
    inputAudio: maybeNumber(input['audio_tokens']),
    outputAudio: maybeNumber(output['audio_tokens']),
    acceptedPrediction: maybeNumber(output['accepted_prediction_tokens']),
    rejectedPrediction: maybeNumber(output['rejected_prediction_tokens']),
  };
}

/** xAI leaves reasoning out of the completion tokens, but not out of the total: https://docs.x.ai/docs/guides/reasoning. */
const uncountedReasoning = (prompt: number, completion: number, total: number | undefined, reasoning = 0): number =>
  total === prompt + completion + reasoning ? reasoning : 0;

const unsupportedCounters = words('cacheWriteLong');

export function encodeUsage(usage: Usage, scope: Scope): WireUsage {
  reportUsage(usage, unsupportedCounters, scope);
  const input = totalInput(usage);
  const { cacheRead, cacheWrite, output, reasoning, inputAudio, outputAudio, acceptedPrediction, rejectedPrediction } = usage;
  const written = cacheWrite === 0 ? undefined : cacheWrite;
  const details = {
    reasoning_tokens: reasoning,
    audio_tokens: outputAudio,
    accepted_prediction_tokens: acceptedPrediction,
    rejected_prediction_tokens: rejectedPrediction,
  };
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: inputAudio },
    completion_tokens_details: (reasoning ?? outputAudio ?? acceptedPrediction ?? rejectedPrediction) === undefined ? undefined : details,
    cache_read_input_tokens: written && cacheRead,
    cache_creation_input_tokens: written,
  };
}
