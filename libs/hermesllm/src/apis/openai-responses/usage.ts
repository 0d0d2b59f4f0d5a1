import type { Usage } from '../../model/usage.ts';
import { totalInput } from '../../model/usage.ts';
import { isObject, maybeNumber, maybeObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { words } from '../../words.ts';
import { reportUsage } from '../usage-losses.ts';
import type { WireUsage } from './wire.ts';

/** `input_tokens` counts what was read from and written to the cache too. */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const inputDetails = maybeObject(value['input_tokens_details']);
  const outputDetails = maybeObject(value['output_tokens_details']);
  const writeDetails = maybeObject(inputDetails?.['cache_write_tokens_details']);
  const cacheRead = maybeNumber(inputDetails?.['cached_tokens']) ?? 0;
  const cacheWrite = maybeNumber(inputDetails?.['cache_write_tokens']) ?? 0;
  return {
    input: Math.max(0, (maybeNumber(value['input_tokens']) ?? 0) - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    cacheWriteLong: maybeNumber(writeDetails?.['ttl_12h_tokens']),
    output: maybeNumber(value['output_tokens']) ?? 0,
    reasoning: maybeNumber(outputDetails?.['reasoning_tokens']),
    inputAudio: undefined,
    outputAudio: undefined,
  };
}

const unsupportedCounters = words('cacheWriteLong inputAudio outputAudio acceptedPrediction rejectedPrediction');

/**
 * Both details objects are always there: clients read through them without asking. What was written to the cache is left out only where
 * something was read from it and nothing written: an upstream that tells the one need not tell the other.
 */
export function encodeUsage(usage: Usage | undefined, scope: Scope): WireUsage | null {
  if (usage === undefined) return null;
  reportUsage(usage, unsupportedCounters, scope);
  const { cacheRead, cacheWrite } = usage;
  const input = totalInput(usage);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite === 0 && cacheRead > 0 ? undefined : cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + usage.output,
  };
}
