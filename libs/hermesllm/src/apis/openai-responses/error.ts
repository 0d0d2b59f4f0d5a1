import type { EncodedError, JsonObject } from '../../codec.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import { kindOfStatus, llmError } from '../../model/error.ts';
import { maybeObject, maybeString } from '../../read.ts';

// https://platform.openai.com/docs/guides/error-codes, and the codes that `response.failed` uses. Types and codes are one list here:
// compatible servers mix them up.
const kinds: ReadonlyMap<string, LlmErrorKind> = new Map([
  ['invalid_request_error', 'invalid_request'],
  ['invalid_prompt', 'invalid_request'],
  ['context_length_exceeded', 'invalid_request'],
  ['authentication_error', 'authentication'],
  ['invalid_api_key', 'authentication'],
  ['insufficient_quota', 'billing'],
  ['billing_hard_limit_reached', 'billing'],
  ['permission_error', 'permission'],
  ['not_found_error', 'not_found'],
  ['model_not_found', 'not_found'],
  ['rate_limit_error', 'rate_limit'],
  ['rate_limit_exceeded', 'rate_limit'],
  ['timeout', 'timeout'],
  ['vector_store_timeout', 'timeout'],
  ['server_error', 'server'],
  ['api_error', 'server'],
  ['overloaded_error', 'overloaded'],
]);

const typeOfKind: Readonly<Record<LlmErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  billing: 'insufficient_quota',
  permission: 'permission_error',
  not_found: 'not_found_error',
  conflict: 'invalid_request_error',
  too_large: 'invalid_request_error',
  rate_limit: 'rate_limit_error',
  timeout: 'timeout',
  server: 'server_error',
  overloaded: 'server_error',
};

const codeOfKind: Partial<Record<LlmErrorKind, string>> = {
  authentication: 'invalid_api_key',
  billing: 'insufficient_quota',
  not_found: 'model_not_found',
  rate_limit: 'rate_limit_exceeded',
};

const longestText = 500;

/** A status is believed before the envelope's words, but for these: 429 is also sent for an empty account, 400 for an unknown model. */
const overruling: ReadonlySet<LlmErrorKind> = new Set(['billing', 'authentication', 'not_found']);

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
  const text = typeof body === 'string' ? body : (error?.['message'] ?? envelope?.['error'] ?? envelope?.['detail']);
  const message = typeof text === 'string' ? text.trim().slice(0, longestText) : '';
  return llmError(
    kind,
    message === '' ? (status >= 400 ? `The upstream answered with status ${status}` : 'The upstream reported an error') : message,
    {
      status: status >= 400 ? status : undefined,
      code: code ?? (type === undefined || kinds.has(type) || type === 'error' ? undefined : type),
      param: maybeString(error?.['param']),
      requestId: header?.('x-request-id'),
    },
  );
}

const kindOf = (word: string | undefined): LlmErrorKind | undefined =>
  word === undefined ? undefined : (kinds.get(word) ?? (imageCode.test(word) ? 'invalid_request' : undefined));

/** `invalid_image`, `image_too_large`, `unsupported_image_media_type` … */
const imageCode = /(^|_)image(_|$)/;

const codeOf = (error: LlmError): string | null => error.code ?? codeOfKind[error.kind] ?? null;

export function encodeError(error: LlmError): EncodedError {
  return {
    status: error.status,
    body: { error: { message: error.message, type: typeOfKind[error.kind], param: error.param ?? null, code: codeOf(error) } },
    headers: error.requestId === undefined ? undefined : { 'x-request-id': error.requestId },
  };
}

/** The members of an `error` stream event, but for its number. */
export const encodeErrorEvent = (error: LlmError): JsonObject => ({
  code: codeOf(error) ?? typeOfKind[error.kind],
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
  return maybeObject(maybeObject(wire)?.['error']) === undefined ? undefined : decodeError(200, wire);
}
