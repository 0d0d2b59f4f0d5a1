import type { EncodedError, JsonObject } from '../../codec.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import { kindOfStatus, llmError } from '../../model/error.ts';
import { isObject, listOf, maybeNumber, maybeString } from '../../read.ts';

// https://ai.google.dev/gemini-api/docs/troubleshooting and https://cloud.google.com/apis/design/errors
const statuses: ReadonlyMap<string, { kind: LlmErrorKind; status: number }> = new Map([
  ['INVALID_ARGUMENT', { kind: 'invalid_request', status: 400 }],
  ['FAILED_PRECONDITION', { kind: 'invalid_request', status: 400 }],
  ['OUT_OF_RANGE', { kind: 'invalid_request', status: 400 }],
  ['UNAUTHENTICATED', { kind: 'authentication', status: 401 }],
  ['PERMISSION_DENIED', { kind: 'permission', status: 403 }],
  ['NOT_FOUND', { kind: 'not_found', status: 404 }],
  ['ALREADY_EXISTS', { kind: 'conflict', status: 409 }],
  ['ABORTED', { kind: 'conflict', status: 409 }],
  ['RESOURCE_EXHAUSTED', { kind: 'rate_limit', status: 429 }],
  ['CANCELLED', { kind: 'timeout', status: 499 }],
  ['UNKNOWN', { kind: 'server', status: 500 }],
  ['INTERNAL', { kind: 'server', status: 500 }],
  ['DATA_LOSS', { kind: 'server', status: 500 }],
  ['UNIMPLEMENTED', { kind: 'server', status: 501 }],
  ['UNAVAILABLE', { kind: 'overloaded', status: 503 }],
  ['DEADLINE_EXCEEDED', { kind: 'timeout', status: 504 }],
]);

const statusOfKind: Readonly<Record<LlmErrorKind, string>> = {
  invalid_request: 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  billing: 'FAILED_PRECONDITION',
  permission: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  conflict: 'ABORTED',
  too_large: 'INVALID_ARGUMENT',
  rate_limit: 'RESOURCE_EXHAUSTED',
  timeout: 'DEADLINE_EXCEEDED',
  server: 'INTERNAL',
  overloaded: 'UNAVAILABLE',
};

const longestText = 500;
const types = 'type.googleapis.com/google.rpc.';

/**
 * Reads an error body (`{"error":{…}}`, also as the only element of an array), or what stands in its place: the page of a proxy, nothing
 * at all. A status that is no error (an error in a stream) is replaced by the error's own.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const value: unknown = Array.isArray(body) ? body[0] : body;
  const envelope = isObject(value) ? value : undefined;
  const error = isObject(envelope?.['error']) ? envelope['error'] : undefined;
  const name = maybeString(error?.['status']);
  const known = name === undefined ? undefined : statuses.get(name);
  const said = maybeNumber(error?.['code']);
  const failed = status >= 400 ? status : said !== undefined && said >= 400 && said <= 599 ? said : (known?.status ?? 500);
  const text = typeof value === 'string' ? value : (error?.['message'] ?? envelope?.['error'] ?? envelope?.['message']);
  const message = typeof text === 'string' ? text.trim().slice(0, longestText) : '';
  const details = listOf(error?.['details']);
  const reason = maybeString(detail(details, 'ErrorInfo')?.['reason']);
  const code = reason ?? maybeString(error?.['code']);
  // A wrong key is an invalid argument to Google; everyone else calls it 401.
  const keyless = reason === 'API_KEY_INVALID';
  const violation = listOf(detail(details, 'BadRequest')?.['fieldViolations'])[0];
  const specific = failed === 402 || failed === 409 || failed === 413;
  return llmError(
    keyless ? 'authentication' : specific ? kindOfStatus(failed) : (known?.kind ?? kindOfStatus(failed)),
    message === '' ? `The upstream answered with status ${failed}` : message,
    {
      status: keyless ? 401 : failed,
      code: code ?? (known === undefined ? name : undefined),
      param: isObject(violation) ? maybeString(violation['field']) : undefined,
      requestId: maybeString(detail(details, 'RequestInfo')?.['requestId']) ?? header?.('x-request-id'),
    },
  );
}

function detail(details: readonly unknown[], type: string): JsonObject | undefined {
  for (const item of details) if (isObject(item) && item['@type'] === types + type) return item;
  return undefined;
}

export function encodeError(error: LlmError): EncodedError {
  const { status, message, code, param, requestId } = error;
  const details: JsonObject[] = [];
  if (code !== undefined) details.push({ '@type': `${types}ErrorInfo`, reason: code });
  if (param !== undefined) details.push({ '@type': `${types}BadRequest`, fieldViolations: [{ field: param, description: message }] });
  if (requestId !== undefined) details.push({ '@type': `${types}RequestInfo`, requestId });
  return {
    status,
    body: {
      error: { code: status, message, status: statusOfKind[error.kind], details: details.length === 0 ? undefined : details },
    },
    headers: undefined,
  };
}

/** The error that stands under a success status in place of an answer, or of a chunk of one. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  const list: readonly unknown[] = Array.isArray(wire) ? wire : [wire];
  for (const item of list) {
    if (isObject(item) && isObject(item['error']) && item['candidates'] === undefined) return decodeError(200, item);
  }
  return undefined;
}
