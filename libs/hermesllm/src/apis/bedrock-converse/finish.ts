import type { Finish, FinishReason } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { isObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context_window'],
  ['tool_use', 'tool_use'],
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['malformed_model_output', 'malformed'],
  ['malformed_tool_use', 'malformed'],
]);

/**
 * `fields`: `additionalModelResponseFields`, which hold the matched stop sequence when the request asked for it. `calls`: the answer has
 * calls of the client's tools, which some models end with `end_turn`.
 */
export function decodeFinish(raw: string | null, fields: unknown, calls: boolean): Finish {
  const reason = raw === null ? 'other' : (reasons.get(raw) ?? 'other');
  return finish(calls && reason === 'stop' ? 'tool_use' : reason, raw, isObject(fields) ? maybeString(fields['stop_sequence']) : undefined);
}

/** `refused`: the answer has a refusal, which ends some APIs' answers with an ordinary stop. */
export function encodeStopReason({ reason, raw }: Finish, refused: boolean, scope: Scope): string {
  switch (reason) {
    case 'stop':
      return refused ? 'content_filtered' : 'end_turn';
    case 'stop_sequence':
      return 'stop_sequence';
    case 'length':
      return 'max_tokens';
    case 'context_window':
      return 'model_context_window_exceeded';
    case 'tool_use':
      return 'tool_use';
    case 'content_filter':
      return raw === 'guardrail_intervened' ? raw : 'content_filtered';
    case 'refusal':
      return 'content_filtered';
    case 'malformed':
      return raw === 'malformed_tool_use' ? raw : 'malformed_model_output';
    case 'pause':
    case 'other':
      if (raw !== null) approximated(scope, 'finish', `${raw} became end_turn`);
      return 'end_turn';
  }
}

/** Members that a model's answer has beyond Converse's own; the hub knows one of them. */
export const encodeResponseFields = ({ stopSequence }: Finish): { stop_sequence: string } | undefined =>
  stopSequence === undefined ? undefined : { stop_sequence: stopSequence };
