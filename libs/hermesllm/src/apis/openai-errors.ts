import type { LlmError, LlmErrorKind } from '../model/error.ts';
import type { EncodedError } from '../codec.ts';
import { commonStatus, errorTable } from './error-table.ts';

// What Chat Completions and Responses say of errors: `type` and `code` of OpenAI (https://platform.openai.com/docs/guides/error-codes), the
// codes of a failed response, and `status` of Gemini's compatible endpoint. They are one list, because compatible servers mix them up.
export const openaiErrors = errorTable([
  ['invalid_request', 400, 'invalid_request_error invalid_prompt context_length_exceeded INVALID_ARGUMENT FAILED_PRECONDITION'],
  ['authentication', 401, 'authentication_error invalid_api_key UNAUTHENTICATED'],
  ['permission', 403, 'permission_error PERMISSION_DENIED'],
  ['not_found', 404, 'not_found_error model_not_found NOT_FOUND'],
  ['billing', 429, 'insufficient_quota billing_hard_limit_reached'],
  ['rate_limit', 429, 'rate_limit_error rate_limit_exceeded RESOURCE_EXHAUSTED'],
  ['server', 500, 'server_error api_error INTERNAL'],
  ['overloaded', 503, 'overloaded_error service_unavailable UNAVAILABLE'],
  ['timeout', 504, 'timeout vector_store_timeout DEADLINE_EXCEEDED'],
]);

/** OpenAI has no word of its own for an overload. */
export const errorType = (kind: LlmErrorKind): string => openaiErrors.write(kind === 'overloaded' ? 'server' : kind);

const codeOfKind: Readonly<Partial<Record<LlmErrorKind, string>>> = {
  authentication: 'invalid_api_key',
  billing: 'insufficient_quota',
  rate_limit: 'rate_limit_exceeded',
};

export const errorCode = ({ kind, code }: LlmError): string | null => code ?? codeOfKind[kind] ?? null;

/** The answer of both APIs. */
export const openaiError = (error: LlmError, code = errorCode(error)): EncodedError => ({
  status: commonStatus(error),
  body: { error: { message: error.message, type: errorType(error.kind), param: error.param ?? null, code } },
  headers: error.requestId === undefined ? undefined : { 'x-request-id': error.requestId },
});
