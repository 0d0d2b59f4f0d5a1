import type { EncodedError, JsonObject } from '../../codec.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import { kindOfStatus } from '../../model/error.ts';
import { isObject, maybeObject, maybeString } from '../../read.ts';
import { words } from '../../words.ts';
import { upstreamError } from '../error-table.ts';
import { noAnswer } from '../no-answer.ts';
import { errorCode, errorType, openaiError, openaiErrors } from '../openai-errors.ts';

/** A status is believed before the envelope's words, but for these: 429 is also sent for an empty account, 400 for an unknown model. */
const overruling: ReadonlySet<LlmErrorKind> = new Set<LlmErrorKind>(['billing', 'authentication', 'not_found']);

/**
 * Reads an error body, or what stands in its place: the page of a proxy, nothing at all. Also reads the `error` of an answer and both forms
 * of the `error` stream event (its members at the top, or in `error`); a status below 400 is then replaced by the one its kind has.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const envelope = maybeObject(body);
  const error = maybeObject(envelope?.['error']) ?? envelope;
  const code = maybeString(error?.['code']);
  const type = maybeString(error?.['type']);
  const told = kindOf(code) ?? kindOf(type);
  const byStatus = status >= 400 ? kindOfStatus(status) : undefined;
  const kind = byStatus === undefined ? (told ?? 'server') : told !== undefined && overruling.has(told) ? told : byStatus;
  return upstreamError(kind, envelope === undefined ? body : (error?.['message'] ?? envelope['error'] ?? envelope['detail']), {
    status: status >= 400 ? status : undefined,
    code: code ?? (openaiErrors.read(type) !== undefined || type === 'error' ? undefined : type),
    param: maybeString(error?.['param']),
    requestId: header?.('x-request-id'),
  });
}

const kindOf = (word: string | undefined): LlmErrorKind | undefined =>
  openaiErrors.read(word)?.kind ?? (word !== undefined && imageCode.test(word) ? 'invalid_request' : undefined);

/** `invalid_image`, `image_too_large`, `unsupported_image_media_type` … */
const imageCode = /(^|_)image(_|$)/;

const codeOf = (error: LlmError): string | null => errorCode(error) ?? (error.kind === 'not_found' ? 'model_not_found' : null);

export const encodeError = (error: LlmError): EncodedError => openaiError(error, codeOf(error));

/** The members of an `error` stream event, but for its number. */
export const encodeErrorEvent = (error: LlmError): JsonObject => ({
  code: codeOf(error) ?? errorType(error.kind),
  message: error.message,
  param: error.param ?? null,
});

/** The `error` of a failed answer. Its codes are a closed list, of which two are not about images. */
export const encodeResponseError = (error: LlmError): JsonObject => ({
  code: error.kind === 'rate_limit' ? 'rate_limit_exceeded' : error.kind === 'invalid_request' ? 'invalid_prompt' : 'server_error',
  message: error.message,
});

/** The error that stands under a success status in place of an answer, also inside a response that failed. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  const response = maybeObject(wire);
  if (isObject(response?.['error']) || response?.['status'] === 'failed') return decodeError(200, wire);
  return Array.isArray(response?.['output']) ? undefined : noAnswer(wire, 'output', decodeError);
}
