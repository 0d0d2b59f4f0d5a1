import type { EncodedError, JsonObject } from '../../codec.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import { kindOfStatus, llmError } from '../../model/error.ts';
import { isObject, listOf, maybeObject, maybeString } from '../../read.ts';

interface KnownError {
  kind: LlmErrorKind;
  status: number;
}

// `type` and `code` of OpenAI (https://platform.openai.com/docs/guides/error-codes), and `status` of Gemini's compatible endpoint.
const errors: ReadonlyMap<string, KnownError> = new Map([
  ['invalid_request_error', { kind: 'invalid_request', status: 400 }],
  ['authentication_error', { kind: 'authentication', status: 401 }],
  ['permission_error', { kind: 'permission', status: 403 }],
  ['not_found_error', { kind: 'not_found', status: 404 }],
  ['rate_limit_error', { kind: 'rate_limit', status: 429 }],
  ['insufficient_quota', { kind: 'billing', status: 429 }],
  ['server_error', { kind: 'server', status: 500 }],
  ['api_error', { kind: 'server', status: 500 }],
  ['overloaded_error', { kind: 'overloaded', status: 503 }],
  ['service_unavailable', { kind: 'overloaded', status: 503 }],
  ['timeout', { kind: 'timeout', status: 504 }],
  ['invalid_api_key', { kind: 'authentication', status: 401 }],
  ['model_not_found', { kind: 'not_found', status: 404 }],
  ['rate_limit_exceeded', { kind: 'rate_limit', status: 429 }],
  ['INVALID_ARGUMENT', { kind: 'invalid_request', status: 400 }],
  ['FAILED_PRECONDITION', { kind: 'invalid_request', status: 400 }],
  ['UNAUTHENTICATED', { kind: 'authentication', status: 401 }],
  ['PERMISSION_DENIED', { kind: 'permission', status: 403 }],
  ['NOT_FOUND', { kind: 'not_found', status: 404 }],
  ['RESOURCE_EXHAUSTED', { kind: 'rate_limit', status: 429 }],
  ['INTERNAL', { kind: 'server', status: 500 }],
  ['UNAVAILABLE', { kind: 'overloaded', status: 503 }],
  ['DEADLINE_EXCEEDED', { kind: 'timeout', status: 504 }],
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

const codeOfKind: Readonly<Partial<Record<LlmErrorKind, string>>> = {
  authentication: 'invalid_api_key',
  billing: 'insufficient_quota',
  rate_limit: 'rate_limit_exceeded',
};

const longestText = 500;

/**
 * Reads an error body in OpenAI's envelope or in the forms of compatible servers: an envelope in a list of one (Gemini), `error` as text
 * (Ollama), members without an envelope (vLLM, Mistral), `detail` (FastAPI), a page of text. A status that is no error (an error in a stream,
 * or under status 200) is replaced by what the body says of it.
 */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const outer = maybeObject(Array.isArray(body) ? body[0] : body) ?? {};
  const error = maybeObject(outer['error']) ?? outer;
  const known = knownError(error);
  const failed = status >= 400 ? status : (statusOf(error['code']) ?? known?.status ?? 500);
  const text = typeof body === 'string' ? body : (messageOf(error) ?? messageOf(outer));
  const message = text?.trim().slice(0, longestText) ?? '';
  // A status is surer than words, but 429 stands for an empty purse too.
  const kind = status >= 400 && known?.kind !== 'billing' ? kindOfStatus(status) : (known?.kind ?? kindOfStatus(failed));
  return llmError(kind, message === '' ? `The upstream answered with status ${failed}` : message, {
    status: failed,
    code: codeOf(error),
    param: maybeString(error['param']),
    requestId: header?.('x-request-id') ?? maybeString(outer['request_id']),
  });
}

function knownError({ code, type, status }: JsonObject): KnownError | undefined {
  for (const word of [code, type, status]) {
    const known = typeof word === 'string' ? errors.get(word) : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Some servers put the HTTP status where OpenAI has a word. */
function statusOf(code: unknown): number | undefined {
  const status = typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** A word for the error: its code, or a type or status that is not one of the usual ones. */
function codeOf({ code, type, status }: JsonObject): string | undefined {
  if (typeof code === 'string' && code !== '') return code;
  for (const word of [type, status]) if (typeof word === 'string' && word !== '' && !errors.has(word)) return word;
  return undefined;
}

function messageOf({ message, detail, error }: JsonObject): string | undefined {
  for (const text of [message, detail, error]) if (typeof text === 'string' && text !== '') return text;
  // FastAPI's validation errors: https://fastapi.tiangolo.com/tutorial/handling-errors
  const lines: string[] = [];
  for (const issue of listOf(detail ?? maybeObject(message)?.['detail'])) {
    if (!isObject(issue) || typeof issue['msg'] !== 'string') continue;
    lines.push(`${listOf(issue['loc']).join('.')}: ${issue['msg']}`);
  }
  return lines.length === 0 ? undefined : lines.join('; ');
}

/** Whether a body with a success status, or an event of a stream, is an error and no answer. */
export function isError(wire: JsonObject): boolean {
  const { error, choices, object } = wire;
  if (error !== undefined && error !== null && error !== '' && error !== false) return true;
  if (object === 'error') return true;
  return choices === undefined && wire['usage'] === undefined && messageOf(wire) !== undefined;
}

/** The error that stands under a success status in place of an answer; an answer without any choice is one too. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  if (!isObject(wire) || isError(wire)) return decodeError(200, wire);
  if (listOf(wire['choices']).length > 0) return undefined;
  return llmError('server', 'The upstream answered without any choice', { status: 502, code: 'upstream_no_choice' });
}

/** 529 is Anthropic's; clients of this API know 503. */
export function encodeError({ kind, status, message, param, code }: LlmError): EncodedError {
  return {
    status: status === 529 ? 503 : status,
    body: { error: { message, type: typeOfKind[kind], param: param ?? null, code: code ?? codeOfKind[kind] ?? null } },
    headers: undefined,
  };
}
