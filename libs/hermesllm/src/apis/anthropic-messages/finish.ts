import type { Finish } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import type { Scope } from '../../scope.ts';
import { approximated } from '../../warn.ts';
import { finishTable } from '../finish-table.ts';

const reasons = finishTable({
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_use: 'tool_use',
  refusal: 'refusal',
  pause: 'pause_turn',
});

/** `calls`: the answer has calls of the client's tools, which some servers of this API end with `end_turn` or without a reason. */
export function decodeFinish(raw: string | null, stopSequence: string | undefined, calls: boolean): Finish {
  const reason = reasons.read(raw);
  return finish(calls && (reason === 'stop' || raw === null) ? 'tool_use' : reason, raw, stopSequence);
}

/** `refused`: the answer has a refusal, which ends some APIs' answers with an ordinary stop. */
export function encodeStopReason({ reason, raw }: Finish, refused: boolean, scope: Scope): string {
  const written = reasons.write(refused && reason === 'stop' ? 'refusal' : reason);
  if (written === undefined && (raw !== null || reason !== 'other')) approximated(scope, 'finish', `${raw ?? reason} became end_turn`);
  return written ?? 'end_turn';
}
