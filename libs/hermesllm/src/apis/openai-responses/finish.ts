import type { JsonObject } from '../../codec.ts';
import type { Finish, FinishReason } from '../../model/response.ts';
import { finish } from '../../model/response.ts';
import { maybeObject, maybeString } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { approximated, unsupported } from '../../warn.ts';
import type { ReadResponse } from './wire.ts';

/** What the API says instead of a reason: a status, and details of what is missing or went wrong. */
export interface WireFinish {
  status: 'completed' | 'incomplete' | 'failed';
  incomplete_details: { reason: 'max_output_tokens' | 'content_filter' } | null;
  error: JsonObject | null;
}

const reasonOfIncomplete: ReadonlyMap<string, FinishReason> = new Map([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
]);

/** `calls`, `refused`: what the output holds; a completed answer does not say it otherwise. */
export function decodeFinish(response: ReadResponse, calls: boolean, refused: boolean): Finish {
  const status = maybeString(response.status) ?? null;
  switch (status) {
    case null:
    case 'completed':
      return finish(calls ? 'tool_use' : refused ? 'refusal' : 'stop', status);
    case 'incomplete': {
      const reason = maybeString(maybeObject(response.incomplete_details)?.['reason']) ?? status;
      return finish(reasonOfIncomplete.get(reason) ?? 'other', reason);
    }
    case 'failed':
      return finish('malformed', status);
    default: // cancelled, or still at work in the background
      return finish('other', status);
  }
}

/** `refused`: the output holds a refusal, which says by itself why the answer ended. */
export function encodeFinish({ reason, raw, stopSequence }: Finish, refused: boolean, scope: Scope): WireFinish {
  if (stopSequence !== undefined) unsupported(scope, 'finish.stopSequence');
  switch (reason) {
    case 'length':
    case 'context_window':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, error: null };
    case 'content_filter':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, error: null };
    case 'refusal':
      return refused ? completed : { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, error: null };
    case 'malformed':
      return {
        status: 'failed',
        incomplete_details: null,
        error: { code: 'server_error', message: `The model's output was malformed${raw === null ? '' : ` (${raw})`}` },
      };
    case 'pause':
    case 'other':
      if (raw === null && reason === 'other') return completed;
      approximated(scope, 'finish.reason', `The Responses API has no word for ${raw ?? reason}; the answer counts as completed`);
      return completed;
    default:
      return completed;
  }
}

const completed: WireFinish = { status: 'completed', incomplete_details: null, error: null };
