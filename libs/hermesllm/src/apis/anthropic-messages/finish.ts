import type { Finish, FinishReason } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context_window'],
  ['tool_use', 'tool_use'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
]);

/** `calls`: the answer has calls of the client's tools, which some servers of this API end with `end_turn` or without a reason. */
export function decodeFinish(raw: string | null, stopSequence: string | undefined, calls: boolean): Finish {
  const reason = raw === null ? 'other' : (reasons.get(raw) ?? 'other');
  return finish(calls && (reason === 'stop' || raw === null) ? 'tool_use' : reason, raw, stopSequence);
}

/** `refused`: the answer has a refusal, which ends some APIs' answers with an ordinary stop. */
export function encodeStopReason({ reason, raw }: Finish, refused: boolean, scope: Scope): string {
  switch (reason) {
    case 'stop':
      return refused ? 'refusal' : 'end_turn';
    case 'stop_sequence':
      return 'stop_sequence';
    case 'length':
      return 'max_tokens';
    case 'context_window':
      return 'model_context_window_exceeded';
    case 'tool_use':
      return 'tool_use';
    case 'content_filter':
    case 'refusal':
      return 'refusal';
    case 'pause':
      return 'pause_turn';
    case 'malformed':
    case 'other':
      if (reason === 'malformed' || raw !== null) approximated(scope, 'finish', `${raw ?? reason} became end_turn`);
      return 'end_turn';
  }
}
