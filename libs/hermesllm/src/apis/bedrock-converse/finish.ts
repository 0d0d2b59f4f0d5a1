import type { Finish } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { isObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';
import { finishTable } from '../finish-table.ts';

const reasons = finishTable({
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_use: 'tool_use',
  content_filter: 'content_filtered guardrail_intervened',
  malformed: 'malformed_model_output malformed_tool_use',
});

/**
 * `fields`: `additionalModelResponseFields`, which hold the matched stop sequence when the request asked for it. `calls`: the answer has
 * calls of the client's tools, which some models end with `end_turn`.
 */
export function decodeFinish(raw: string | null, fields: unknown, calls: boolean): Finish {
  const reason = reasons.read(raw);
  return finish(calls && reason === 'stop' ? 'tool_use' : reason, raw, isObject(fields) ? maybeString(fields['stop_sequence']) : undefined);
}

/** `refused`: the answer has a refusal, which ends some APIs' answers with an ordinary stop. */
export function encodeStopReason({ reason, raw }: Finish, refused: boolean, scope: Scope): string {
  if (raw !== null && (reason === 'content_filter' || reason === 'malformed') && reasons.read(raw) === reason) return raw;
  const written = reasons.write(refused && reason === 'stop' ? 'content_filter' : reason);
  if (written === undefined && raw !== null) approximated(scope, 'finish', `${raw} became end_turn`);
  return written ?? 'end_turn';
}

/** Members that a model's answer has beyond Converse's own; the hub knows one of them. */
export const encodeResponseFields = ({ stopSequence }: Finish): { stop_sequence: string } | undefined =>
  stopSequence === undefined ? undefined : { stop_sequence: stopSequence };
