import type { LlmRequest } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { approximated, dropped } from '../warn.ts';
import { fixedSampling, samplesOneWay } from './claude-models.ts';

// What Claude's own API and Converse ask of sampling, whoever sends it.

/** Why sampling cannot be set, if it cannot: the newest models fix theirs, the others while they may think. */
export const samplingRefusal = (adaptive: boolean, thinks: boolean): string | undefined =>
  adaptive ? fixedSampling : thinks ? 'It is refused together with thinking' : undefined;

/** Whether only one of temperature and top_p is sent. Who writes to Claude in an API of its own, and knows what it takes, gets what was asked for. */
const takesOne = (model: string, { client }: Scope): boolean =>
  client !== 'anthropic-messages' && client !== 'bedrock-converse' && samplesOneWay(model);

/** `refusal`: as {@link samplingRefusal} has it. */
export function claudeTemperature(
  { model, temperature, topP = 1 }: LlmRequest,
  refusal: string | undefined,
  scope: Scope,
): number | undefined {
  if (temperature === undefined) return undefined;
  // The default, where the other one says something.
  if (temperature === 1 && topP !== 1 && takesOne(model, scope)) return undefined;
  if (refusal !== undefined && temperature !== 1) {
    dropped(scope, 'temperature', refusal);
    return undefined;
  }
  if (temperature <= 1) return temperature;
  approximated(scope, 'temperature', 'The highest temperature is 1 here');
  return 1;
}

// With thinking: 0.95 to 1. https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
export function claudeTopP({ model, temperature = 1, topP }: LlmRequest, refusal: string | undefined, scope: Scope): number | undefined {
  if (refusal === undefined && topP !== undefined && temperature !== 1 && takesOne(model, scope)) {
    if (topP !== 1) dropped(scope, 'topP', 'This model takes a temperature or a top_p, not both');
    return undefined;
  }
  if (topP === undefined || refusal === undefined || topP >= (refusal === fixedSampling ? 0.99 : 0.95)) return topP;
  dropped(scope, 'topP', refusal);
  return undefined;
}

export function claudeTopK({ topK }: LlmRequest, refusal: string | undefined, scope: Scope): number | undefined {
  if (topK === undefined || refusal === undefined) return topK;
  dropped(scope, 'topK', refusal);
  return undefined;
}

/** Stop sequences without those that are refused: empty ones, and where `visible` all that are only white space. */
export function acceptedStops({ stop }: LlmRequest, visible: boolean, scope: Scope): string[] | undefined {
  const sequences = stop?.filter((sequence, i) => {
    const accepted = (visible ? sequence.trim() : sequence) !== '';
    if (!accepted) dropped(scope, `stop[${i}]`, 'Blank stop sequences are refused');
    return accepted;
  });
  return sequences === undefined || sequences.length === 0 ? undefined : sequences;
}
