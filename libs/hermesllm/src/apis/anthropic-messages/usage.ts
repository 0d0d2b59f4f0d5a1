import type { JsonObject } from '../../codec.ts';
import type { Usage } from '../../model/usage.ts';
import { isObject, listOf, maybeNumber, maybeObject, maybeString } from '../../read.ts';
import { unsupported } from '../../warn.ts';
import type { WireUsage } from './wire.ts';
import type { Scope } from '../../scope.ts';
import { words } from '../../words.ts';
import { reportUsage, servedTiers } from '../usage-losses.ts';

/** The members that the hub's usage has a place for. */
export const usageMembers = words(
  'input_tokens cache_creation_input_tokens cache_read_input_tokens cache_creation output_tokens output_tokens_details service_tier',
);

/**
 * Adds what an upstream reports to what is known already. Counters that are null or missing keep their value: in `message_delta` all but
 * `output_tokens` may be. `input_tokens` excludes what was read from and written to a cache, as the hub counts.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 *
 * What compaction cost stands in `iterations` only, by @ai-sdk/anthropic 4.0 and LiteLLM 1.110; a fallback's answer in the counters only.
 */
export function decodeUsage(wire: unknown, known?: Usage): Usage | undefined {
  if (!isObject(wire)) return known;
  const usage: WireUsage = wire;
  const creation = isObject(usage.cache_creation) ? usage.cache_creation : undefined;
  const long = maybeNumber(creation?.['ephemeral_1h_input_tokens']);
  const short = maybeNumber(creation?.['ephemeral_5m_input_tokens']);
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : undefined;
  const split = long === undefined && short === undefined ? undefined : (long ?? 0) + (short ?? 0);
  return {
    input: iterated(usage, 'input_tokens') ?? maybeNumber(usage.input_tokens) ?? known?.input ?? 0,
    cacheRead: maybeNumber(usage.cache_read_input_tokens) ?? known?.cacheRead ?? 0,
    cacheWrite: maybeNumber(usage.cache_creation_input_tokens) ?? split ?? known?.cacheWrite ?? 0,
    cacheWriteLong: long ?? known?.cacheWriteLong,
    output: iterated(usage, 'output_tokens') ?? maybeNumber(usage.output_tokens) ?? known?.output ?? 0,
    reasoning: maybeNumber(details?.['thinking_tokens']) ?? known?.reasoning,
    inputAudio: undefined,
    outputAudio: undefined,
  };
}

function iterated({ iterations }: WireUsage, counter: string): number | undefined {
  let sum: number | undefined;
  for (const iteration of listOf(iterations)) {
    const { type, [counter]: tokens } = maybeObject(iteration) ?? {};
    if (type === 'fallback_message') return undefined;
    if (type === 'message' || type === 'compaction') sum = (sum ?? 0) + (maybeNumber(tokens) ?? 0);
  }
  return sum;
}

/** The tier that served the answer. Anthropic's `standard` is what the hub calls `default`. */
export function decodeServiceTier(usage: unknown): string | undefined {
  const tier = isObject(usage) ? maybeString(usage['service_tier']) : undefined;
  return tier === 'standard' ? 'default' : tier;
}

export const encodeServiceTier: ReturnType<typeof servedTiers> = servedTiers('default: priority batch');
const unsupportedCounters = words('inputAudio outputAudio acceptedPrediction rejectedPrediction');

/**
 * All counters that the official SDKs know, null where nothing is known. `thinks`: the answer has thinking blocks, whose tokens
 * `output_tokens_details` counts.
 */
export function encodeUsage(usage: Usage | undefined, tier: string | undefined, thinks: boolean, scope: Scope): JsonObject {
  reportUsage(usage, unsupportedCounters, scope);
  return {
    input_tokens: usage?.input ?? 0,
    cache_creation_input_tokens: usage?.cacheWrite ?? 0,
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    cache_creation: encodeCacheCreation(usage),
    output_tokens: usage?.output ?? 0,
    output_tokens_details: thinks && usage?.reasoning ? { thinking_tokens: usage.reasoning } : null,
    server_tool_use: null,
    service_tier: encodeServiceTier(tier, scope) ?? null,
    inference_geo: null,
    speed: null,
  };
}

/**
 * The counters of `message_delta`: totals of the message, input and cache included, because clients add nothing up. `start`: what
 * `message_start` told.
 */
export function encodeFinalUsage(usage: Usage | undefined, start: Usage | undefined, thinks: boolean, scope: Scope): JsonObject {
  reportUsage(usage, unsupportedCounters, scope);
  if (usage?.cacheWriteLong !== start?.cacheWriteLong) unsupported(scope, 'usage.cacheWriteLong');
  return {
    input_tokens: usage?.input ?? 0,
    cache_creation_input_tokens: usage?.cacheWrite ?? 0,
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    output_tokens: usage?.output ?? 0,
    output_tokens_details: thinks && usage?.reasoning ? { thinking_tokens: usage.reasoning } : null,
    server_tool_use: null,
  };
}

function encodeCacheCreation(usage: Usage | undefined): JsonObject | null {
  if (usage?.cacheWriteLong === undefined) return null;
  return {
    ephemeral_5m_input_tokens: Math.max(0, usage.cacheWrite - usage.cacheWriteLong),
    ephemeral_1h_input_tokens: usage.cacheWriteLong,
  };
}
