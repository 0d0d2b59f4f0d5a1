import type { JsonObject } from '../../codec.ts';
import type { Usage } from '../../model/usage.ts';
import { totalInput } from '../../model/usage.ts';
import { isObject, listOf, maybeNumber, maybeString } from '../../read.ts';
import type { WireUsage } from './wire.ts';
import type { Scope } from '../../scope.ts';
import { words } from '../../words.ts';
import { reportUsage, servedTiers } from '../usage-losses.ts';

const longTtl = '1h';

/**
 * `inputTokens` excludes what was read from and written to a cache, as the hub counts. Where a model's counters include it, the total says
 * so: it is no larger than input and output together.
 */
export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined;
  const usage: WireUsage = wire;
  const input = maybeNumber(usage.inputTokens) ?? 0;
  const output = maybeNumber(usage.outputTokens) ?? 0;
  const cacheRead = maybeNumber(usage.cacheReadInputTokens) ?? 0;
  const cacheWrite = maybeNumber(usage.cacheWriteInputTokens) ?? 0;
  const cached = cacheRead + cacheWrite;
  const included = input >= cached && usage.totalTokens === input + output;
  return {
    input: included ? input - cached : input,
    cacheRead,
    cacheWrite,
    cacheWriteLong: decodeLongWrites(usage.cacheDetails),
    output,
    reasoning: undefined,
    inputAudio: undefined,
    outputAudio: undefined,
  };
}

function decodeLongWrites(details: unknown): number | undefined {
  let tokens: number | undefined;
  for (const detail of listOf(details)) {
    if (isObject(detail) && detail['ttl'] === longTtl) tokens = (tokens ?? 0) + (maybeNumber(detail['inputTokens']) ?? 0);
  }
  return tokens;
}

const unsupportedCounters = words('reasoning inputAudio outputAudio acceptedPrediction rejectedPrediction');

/** All counters of the API; zeros where nothing is known, because SDKs demand them. */
export function encodeUsage(usage: Usage | undefined, scope: Scope): JsonObject {
  reportUsage(usage, unsupportedCounters, scope);
  if (usage === undefined) return { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    totalTokens: totalInput(usage) + usage.output,
    cacheReadInputTokens: usage.cacheRead,
    cacheWriteInputTokens: usage.cacheWrite,
    cacheDetails: encodeCacheDetails(usage),
  };
}

/** Only what has tokens, the longer time first. */
function encodeCacheDetails({ cacheWrite, cacheWriteLong }: Usage): JsonObject[] | undefined {
  if (cacheWriteLong === undefined) return undefined;
  const short = cacheWrite - cacheWriteLong;
  const details: JsonObject[] = [];
  if (cacheWriteLong > 0) details.push({ ttl: longTtl, inputTokens: cacheWriteLong });
  if (short > 0) details.push({ ttl: '5m', inputTokens: short });
  return details;
}

/** `serviceTier` of an answer: `{ type }`. */
export const decodeServiceTier = (wire: unknown): string | undefined => (isObject(wire) ? maybeString(wire['type']) : undefined);

/** The tiers of other APIs that have the same name mean the same. */
const tiers = servedTiers('default flex priority reserved');

export function encodeServiceTier(tier: string | undefined, scope: Scope): { type: string } | undefined {
  const type = tiers(tier, scope);
  return type === undefined ? undefined : { type };
}
