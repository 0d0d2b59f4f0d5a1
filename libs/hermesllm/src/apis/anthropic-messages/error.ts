import type { EncodedError } from '../../codec.ts';
import type { LlmError } from '../../model/error.ts';
import { kindOfStatus } from '../../model/error.ts';
import { isObject, maybeObject, maybeString } from '../../read.ts';
import { errorTable, upstreamError } from '../error-table.ts';
import { noAnswer } from '../no-answer.ts';

// https://platform.claude.com/docs/en/api/errors
const errors = errorTable([
  ['invalid_request', 400, 'invalid_request_error'],
  ['authentication', 401, 'authentication_error'],
  ['billing', 402, 'billing_error'],
  ['permission', 403, 'permission_error'],
  ['not_found', 404, 'not_found_error'],
  ['conflict', 409, 'conflict_error'],
  ['too_large', 413, 'request_too_large'],
  ['rate_limit', 429, 'rate_limit_error'],
  ['timeout', 504, 'timeout_error'],
  ['server', 500, 'api_error'],
  ['overloaded', 529, 'overloaded_error'],
]);

/**
 * Reads an error body, or what stands in its place: the page of a proxy, nothing at all. A status that is no error (an `error` event in a
 * stream, an error body under status 200) is replaced by the one that its type has.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const envelope = maybeObject(body);
  const error = maybeObject(envelope?.['error']);
  const type = maybeString(error?.['type']);
  const known = errors.read(type);
  const failed = status >= 400 ? status : (known?.status ?? 500);
  const text = envelope === undefined ? body : (error?.['message'] ?? envelope['error'] ?? envelope['message'] ?? envelope['detail']);
  return upstreamError(known?.kind ?? kindOfStatus(failed), text, {
    status: failed,
    code: maybeString(maybeObject(error?.['details'])?.['error_code']) ?? (known === undefined ? type : undefined),
    requestId: maybeString(envelope?.['request_id']) ?? header?.('request-id'),
  });
}

/** The status stays the error's own: 529 where the upstream said so, 503 for the overload of others. */
export function encodeError(error: LlmError): EncodedError {
  return {
    status: error.status,
    body: {
      type: 'error',
      error: { type: errors.write(error.kind), message: error.message },
      request_id: error.requestId ?? null,
    },
    headers: error.requestId === undefined ? undefined : { 'request-id': error.requestId },
  };
}

/** The error that stands under a success status in place of an answer. */
export const decodeFailure = (wire: unknown): LlmError | undefined =>
  isObject(wire) && Array.isArray(wire['content']) ? undefined : noAnswer(wire, 'content', decodeError);
