import type { Finish, FinishReason } from '../../model/response.ts';
import { finish } from '../../model/response.ts';

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
  ['CONTINUATION', 'pause'],
  ['MALFORMED_FUNCTION_CALL', 'malformed'],
  ['UNEXPECTED_TOOL_CALL', 'malformed'],
  ['TOO_MANY_TOOL_CALLS', 'malformed'],
  ['MALFORMED_RESPONSE', 'malformed'],
]);

/** `calls`: the answer has function calls, which Gemini ends with `STOP`. `blocked`: the prompt was refused, for the reason `raw`. */
export function decodeFinish(raw: string | null, calls: boolean, blocked: boolean): Finish {
  if (blocked) return finish('content_filter', raw);
  const reason = raw === null ? 'other' : (reasons.get(raw) ?? 'other');
  return finish(calls && (reason === 'stop' || raw === null) ? 'tool_use' : reason, raw);
}

const written: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  length: 'MAX_TOKENS',
  context_window: 'MAX_TOKENS',
  tool_use: 'STOP',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'CONTINUATION',
  malformed: 'MALFORMED_FUNCTION_CALL',
  other: 'OTHER',
};

/** `refused`: the answer has a refusal, which ends some APIs' answers with an ordinary stop. */
export const encodeFinishReason = ({ reason }: Finish, refused: boolean): string =>
  refused && reason === 'stop' ? 'SAFETY' : written[reason];
