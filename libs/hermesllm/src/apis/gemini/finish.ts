import type { Finish } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { finishTable } from '../finish-table.ts';
import type { Scope } from '../../scope.ts';
import { unsupported } from '../../warn.ts';

const reasons = finishTable({
  stop: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION',
  pause: 'CONTINUATION',
  malformed: 'MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS MALFORMED_RESPONSE',
});

/** `calls`: the answer has function calls, which Gemini ends with `STOP`. `blocked`: the prompt was refused, for the reason `raw`. */
export function decodeFinish(raw: string | null, calls: boolean, blocked: boolean): Finish {
  if (blocked) return finish('content_filter', raw);
  const reason = reasons.read(raw);
  return finish(calls && (reason === 'stop' || raw === null) ? 'tool_use' : reason, raw);
}

/** `refused`: the answer has a refusal, which ends some APIs' answers with an ordinary stop. */
export function encodeFinishReason({ reason, stopSequence }: Finish, refused: boolean, scope: Scope): string {
  if (stopSequence !== undefined) unsupported(scope, 'finish.stopSequence');
  return reasons.write(refused && reason === 'stop' ? 'refusal' : reason) ?? 'OTHER';
}
