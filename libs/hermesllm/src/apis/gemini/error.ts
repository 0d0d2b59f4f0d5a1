import type { EncodedError, JsonObject } from '../../codec.ts';
import type { LlmError } from '../../model/error.ts';
import { kindOfStatus } from '../../model/error.ts';
import { isObject, listOf, maybeNumber, maybeObject, maybeString } from '../../read.ts';
import { commonStatus, errorTable, upstreamError } from '../error-table.ts';
import { noAnswer } from '../no-answer.ts';

// https://ai.google.dev/gemini-api/docs/troubleshooting and https://cloud.google.com/apis/design/errors
const statuses = errorTable([
  ['invalid_request', 400, 'INVALID_ARGUMENT FAILED_PRECONDITION OUT_OF_RANGE'],
  ['authentication', 401, 'UNAUTHENTICATED'],
  ['permission', 403, 'PERMISSION_DENIED'],
  ['not_found', 404, 'NOT_FOUND'],
  ['conflict', 409, 'ABORTED ALREADY_EXISTS'],
  ['rate_limit', 429, 'RESOURCE_EXHAUSTED'],
  ['server', 500, 'INTERNAL UNKNOWN DATA_LOSS'],
  ['server', 501, 'UNIMPLEMENTED'],
  ['overloaded', 503, 'UNAVAILABLE'],
  ['timeout', 504, 'DEADLINE_EXCEEDED'],
  ['timeout', 499, 'CANCELLED'],
]);

const types = 'type.googleapis.com/google.rpc.';

/**
 * Reads an error body (`{"error":{…}}`, also as the only element of an array), or what stands in its place: the page of a proxy, nothing
 * at all. A status that is no error (an error in a stream) is replaced by the error's own.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const value: unknown = Array.isArray(body) ? body[0] : body;
  const envelope = maybeObject(value);
  const error = maybeObject(envelope?.['error']);
  const name = maybeString(error?.['status']);
  const known = statuses.read(name);
  const said = maybeNumber(error?.['code']);
  const failed = status >= 400 ? status : said !== undefined && said >= 400 && said <= 599 ? said : (known?.status ?? 500);
  const text = envelope === undefined ? value : (error?.['message'] ?? envelope['error'] ?? envelope['message']);
  const details = listOf(error?.['details']);
  const reason = maybeString(detail(details, 'ErrorInfo')?.['reason']);
  const code = reason ?? maybeString(error?.['code']);
  // A wrong key is an invalid argument to Google; everyone else calls it 401.
  const keyless = reason === 'API_KEY_INVALID';
  const violation = listOf(detail(details, 'BadRequest')?.['fieldViolations'])[0];
  const specific = failed === 402 || failed === 409 || failed === 413;
  const answer = upstreamError(keyless ? 'authentication' : specific ? kindOfStatus(failed) : (known?.kind ?? kindOfStatus(failed)), text, {
    status: keyless ? 401 : failed,
    code: code ?? (known === undefined ? name : undefined),
    param: isObject(violation) ? maybeString(violation['field']) : undefined,
    requestId: maybeString(detail(details, 'RequestInfo')?.['requestId']) ?? header?.('x-request-id'),
  });
  // Google has no header for it.
  const delay = /^(\d+(?:\.\d+)?)s$/.exec(maybeString(detail(details, 'RetryInfo')?.['retryDelay']) ?? '');
  if (delay !== null && header?.('retry-after') === undefined) answer.retryAfterSeconds = Math.ceil(Number(delay[1]));
  return answer;
}

function detail(details: readonly unknown[], type: string): JsonObject | undefined {
  for (const item of details) if (isObject(item) && item['@type'] === types + type) return item;
  return undefined;
}

export function encodeError(error: LlmError): EncodedError {
  const { message, code, param, requestId } = error;
  const status = commonStatus(error);
  const details: JsonObject[] = [];
  if (code !== undefined) details.push({ '@type': `${types}ErrorInfo`, reason: code });
  if (param !== undefined) details.push({ '@type': `${types}BadRequest`, fieldViolations: [{ field: param, description: message }] });
  if (requestId !== undefined) details.push({ '@type': `${types}RequestInfo`, requestId });
  return {
    status,
    body: {
      error: {
        code: status,
        message,
        status: error.kind === 'billing' ? 'FAILED_PRECONDITION' : statuses.write(error.kind),
        details: details.length === 0 ? undefined : details,
      },
    },
    headers: undefined,
  };
}

/** The error that stands under a success status in place of an answer, or of a chunk of one. A prompt that was blocked is an answer. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  let answers = false;
  for (const item of Array.isArray(wire) ? listOf(wire) : [wire]) {
    if (!isObject(item)) continue;
    if (isObject(item['error']) && item['candidates'] === undefined) return decodeError(200, item);
    answers ||= listOf(item['candidates']).length > 0 || maybeObject(item['promptFeedback'])?.['blockReason'] !== undefined;
  }
  return answers ? undefined : noAnswer(wire, 'candidate', decodeError);
}
