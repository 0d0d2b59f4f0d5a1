import type { JsonObject } from '../../codec.ts';
import type { Usage } from '../../model/usage.ts';
import { totalInput } from '../../model/usage.ts';
import { isObject, maybeNumber, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';
import { words } from '../../words.ts';
import { reportUsage, servedTiers } from '../usage-losses.ts';
import type { WireUsage } from './wire.ts';

/**
 * `promptTokenCount` includes what was read from a cache; the results of Google's own tools, which the model read too, are counted beside
 * it. `candidatesTokenCount` excludes thoughts. Source: https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined;
  const usage: WireUsage = wire;
  const cacheRead = maybeNumber(usage.cachedContentTokenCount) ?? 0;
  const read = (maybeNumber(usage.promptTokenCount) ?? 0) + (maybeNumber(usage.toolUsePromptTokenCount) ?? 0);
  const reasoning = maybeNumber(usage.thoughtsTokenCount);
  const candidates = maybeNumber(usage.candidatesTokenCount) ?? 0;
  // Some models count thoughts among the candidates, which the total tells: https://github.com/BerriAI/litellm/pull/10141
  const thoughts = usage.totalTokenCount === read + candidates ? 0 : (reasoning ?? 0);
  return {
    input: Math.max(0, read - cacheRead),
    cacheRead,
    cacheWrite: 0,
    cacheWriteLong: undefined,
    output: candidates + thoughts,
    reasoning,
    inputAudio: audioTokens(usage.promptTokensDetails),
    outputAudio: audioTokens(usage.candidatesTokensDetails),
  };
}

function audioTokens(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const item of details) if (isObject(item) && item['modality'] === 'AUDIO') return maybeNumber(item['tokenCount']);
  return undefined;
}

const tiers: ReadonlyMap<string, string> = new Map([
  ['ON_DEMAND', 'default'],
  ['ON_DEMAND_PRIORITY', 'priority'],
  ['ON_DEMAND_FLEX', 'flex'],
  ['standard', 'default'],
  ['priority', 'priority'],
  ['flex', 'flex'],
]);

/** The tier that served the answer. */
export function decodeServedTier(wire: unknown): string | undefined {
  if (!isObject(wire)) return undefined;
  const usage: WireUsage = wire;
  const said = maybeString(usage.serviceTier) ?? maybeString(usage.trafficType);
  return said === undefined ? undefined : tiers.get(said);
}

const trafficTypes = servedTiers('default: priority:ON_DEMAND_PRIORITY flex:ON_DEMAND_FLEX');
const unsupportedCounters = words('cacheWriteLong acceptedPrediction rejectedPrediction');

export function encodeUsage(usage: Usage | undefined, tier: string | undefined, scope: Scope): JsonObject | undefined {
  if (usage === undefined) return undefined;
  reportUsage(usage, unsupportedCounters, scope);
  const { reasoning, inputAudio, outputAudio } = usage;
  if (usage.cacheWrite > 0) approximated(scope, 'usage.cacheWrite', 'What was written to a cache is counted as prompt');
  const input = totalInput(usage);
  return {
    promptTokenCount: input,
    cachedContentTokenCount: usage.cacheRead === 0 ? undefined : usage.cacheRead,
    candidatesTokenCount: Math.max(0, usage.output - (reasoning ?? 0)),
    thoughtsTokenCount: reasoning,
    totalTokenCount: input + usage.output,
    promptTokensDetails: inputAudio === undefined ? undefined : [{ modality: 'AUDIO', tokenCount: inputAudio }],
    candidatesTokensDetails: outputAudio === undefined ? undefined : [{ modality: 'AUDIO', tokenCount: outputAudio }],
    trafficType: trafficTypes(tier, scope),
  };
}
