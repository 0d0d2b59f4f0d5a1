import type { LlmRequest } from '../model/request.ts';
import type { Scope } from '../scope.ts';
import { approximated, dropped } from '../warn.ts';

// What Claude's own API and Converse ask of sampling, whoever sends it.

const excluded = 'It is refused together with thinking';

/** `thinks`: the model may think, which fixes the temperature. */
export function claudeTemperature({ temperature }: LlmRequest, thinks: boolean, scope: Scope): number | undefined {
  if (temperature === undefined) return undefined;
  if (thinks && temperature !== 1) {
    dropped(scope, 'temperature', excluded);
    return undefined;
  }
  if (temperature <= 1) return temperature;
  approximated(scope, 'temperature', 'The highest temperature is 1 here');
  return 1;
}

// With thinking: 0.95 to 1. https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
export function claudeTopP({ topP }: LlmRequest, thinks: boolean, scope: Scope): number | undefined {
  if (topP === undefined || !thinks || topP >= 0.95) return topP;
  dropped(scope, 'topP', excluded);
  return undefined;
}

export function claudeTopK({ topK }: LlmRequest, thinks: boolean, scope: Scope): number | undefined {
  if (topK === undefined || !thinks) return topK;
  dropped(scope, 'topK', excluded);
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
