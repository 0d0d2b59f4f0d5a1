import type { EncodedError } from '../../codec.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import { kindOfStatus, llmError } from '../../model/error.ts';
import { isObject, maybeString } from '../../read.ts';

// https://platform.claude.com/docs/en/api/errors
const errors: ReadonlyMap<string, { kind: LlmErrorKind; status: number }> = new Map([
  ['invalid_request_error', { kind: 'invalid_request', status: 400 }],
  ['authentication_error', { kind: 'authentication', status: 401 }],
  ['billing_error', { kind: 'billing', status: 402 }],
  ['permission_error', { kind: 'permission', status: 403 }],
  ['not_found_error', { kind: 'not_found', status: 404 }],
  ['conflict_error', { kind: 'conflict', status: 409 }],
  ['request_too_large', { kind: 'too_large', status: 413 }],
  ['rate_limit_error', { kind: 'rate_limit', status: 429 }],
  ['timeout_error', { kind: 'timeout', status: 504 }],
  ['api_error', { kind: 'server', status: 500 }],
  ['overloaded_error', { kind: 'overloaded', status: 529 }],
]);

const typeOfKind: Readonly<Record<LlmErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  billing: 'billing_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  conflict: 'conflict_error',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_error',
  timeout: 'timeout_error',
  server: 'api_error',
  overloaded: 'overloaded_error',
};

const longestText = 500;

/**
 * Reads an error body, or what stands in its place: the page of a proxy, nothing at all. A status that is no error (an `error` event in a
 * stream, an error body under status 200) is replaced by the one that its type has.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const envelope = isObject(body) ? body : undefined;
  const error = isObject(envelope?.['error']) ? envelope['error'] : undefined;
  const type = maybeString(error?.['type']);
  const known = type === undefined ? undefined : errors.get(type);
  const failed = status >= 400 ? status : (known?.status ?? 500);
  const details = isObject(error?.['details']) ? error['details'] : undefined;
  const text = typeof body === 'string' ? body : (error?.['message'] ?? envelope?.['error'] ?? envelope?.['message']);
  const message = typeof text === 'string' ? text.trim().slice(0, longestText) : '';
  return llmError(known?.kind ?? kindOfStatus(failed), message === '' ? `The upstream answered with status ${failed}` : message, {
    status: failed,
    code: maybeString(details?.['error_code']) ?? (known === undefined ? type : undefined),
    param: undefined,
    requestId: maybeString(envelope?.['request_id']) ?? header?.('request-id'),
  });
}

/** The status stays the error's own: 529 where the upstream said so, 503 for the overload of others. */
export function encodeError(error: LlmError): EncodedError {
  return {
    status: error.status,
    body: {
      type: 'error',
      error: { type: typeOfKind[error.kind], message: error.message },
      request_id: error.requestId ?? null,
    },
    headers: error.requestId === undefined ? undefined : { 'request-id': error.requestId },
  };
}

/** The error that stands under a success status in place of an answer; a body without content is no answer either. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  if (isObject(wire) && Array.isArray(wire['content'])) return undefined;
  if (isObject(wire) && (wire['type'] === 'error' || isObject(wire['error']))) return decodeError(200, wire);
  return llmError('server', 'The upstream answered without any content', { status: 502, code: 'upstream_no_content' });
}
