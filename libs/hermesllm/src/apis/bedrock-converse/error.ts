import type { EncodedError } from '../../codec.ts';
import type { LlmError, LlmErrorKind } from '../../model/error.ts';
import { kindOfStatus, llmError } from '../../model/error.ts';
import { isObject, maybeString } from '../../read.ts';

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
// and https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html. AWS answers 403 to bad credentials and 424 to a failing
// model; the status here is the one that clients of every API understand.
const exceptions: ReadonlyMap<string, { kind: LlmErrorKind; status: number }> = new Map([
  ['ValidationException', { kind: 'invalid_request', status: 400 }],
  ['SerializationException', { kind: 'invalid_request', status: 400 }],
  ['UnrecognizedClientException', { kind: 'authentication', status: 401 }],
  ['InvalidSignatureException', { kind: 'authentication', status: 401 }],
  ['IncompleteSignatureException', { kind: 'authentication', status: 401 }],
  ['MissingAuthenticationTokenException', { kind: 'authentication', status: 401 }],
  ['ExpiredTokenException', { kind: 'authentication', status: 401 }],
  ['AccessDeniedException', { kind: 'permission', status: 403 }],
  ['ResourceNotFoundException', { kind: 'not_found', status: 404 }],
  ['UnknownOperationException', { kind: 'not_found', status: 404 }],
  ['ConflictException', { kind: 'conflict', status: 409 }],
  ['ThrottlingException', { kind: 'rate_limit', status: 429 }],
  ['ServiceQuotaExceededException', { kind: 'rate_limit', status: 429 }],
  ['ModelTimeoutException', { kind: 'timeout', status: 504 }],
  ['InternalServerException', { kind: 'server', status: 500 }],
  ['InternalFailure', { kind: 'server', status: 500 }],
  ['ModelErrorException', { kind: 'server', status: 502 }],
  ['ModelStreamErrorException', { kind: 'server', status: 502 }],
  ['ServiceUnavailableException', { kind: 'overloaded', status: 503 }],
  ['ServiceUnavailable', { kind: 'overloaded', status: 503 }],
  ['ModelNotReadyException', { kind: 'overloaded', status: 503 }],
]);

const exceptionOfKind: Readonly<Record<LlmErrorKind, string>> = {
  invalid_request: 'ValidationException',
  authentication: 'UnrecognizedClientException',
  billing: 'AccessDeniedException',
  permission: 'AccessDeniedException',
  not_found: 'ResourceNotFoundException',
  conflict: 'ConflictException',
  too_large: 'ValidationException',
  rate_limit: 'ThrottlingException',
  timeout: 'ModelTimeoutException',
  server: 'InternalServerException',
  overloaded: 'ServiceUnavailableException',
};

const longestText = 500;
const typeHeader = 'x-amzn-errortype';
const idHeader = 'x-amzn-requestid';

/** `com.amazon.coral.service#ThrottlingException:http://internal…` as `ThrottlingException`. */
function bareName(type: string): string {
  const colon = type.indexOf(':');
  const name = colon === -1 ? type : type.slice(0, colon);
  return name.slice(name.lastIndexOf('#') + 1).trim();
}

/** Reads an error body, or what stands in its place: the page of a proxy, nothing at all. The code is the exception's name. */
export function decodeError(status: number, body: unknown, header?: (name: string) => string | undefined): LlmError {
  const wire = isObject(body) ? body : undefined;
  const type = header?.(typeHeader) ?? maybeString(wire?.['__type']) ?? maybeString(wire?.['code']);
  return exceptionError(type === undefined ? undefined : bareName(type), body, status, header?.(idHeader));
}

/** The error that an exception stands for. `status` counts when its name says nothing. */
export function exceptionError(name: string | undefined, body: unknown, status: number, requestId?: string): LlmError {
  const wire = isObject(body) ? body : undefined;
  const known = name === undefined ? undefined : exceptions.get(name);
  const failed = known?.status ?? (status >= 400 ? status : 500);
  const text =
    typeof body === 'string'
      ? body.trim().slice(0, longestText)
      : (maybeString(wire?.['message']) ?? maybeString(wire?.['Message']) ?? maybeString(wire?.['originalMessage']) ?? '');
  const message = text !== '' ? text : name === undefined ? `The upstream answered with status ${failed}` : `The upstream failed: ${name}`;
  return llmError(known?.kind ?? kindOfStatus(failed), message, { status: failed, code: name, param: undefined, requestId });
}

/** The name that fits the error; an exception of Bedrock's own keeps its name. */
const exceptionName = ({ kind, code }: LlmError): string =>
  code !== undefined && exceptions.get(code)?.kind === kind ? code : exceptionOfKind[kind];

export function encodeError(error: LlmError): EncodedError {
  const headers = { [typeHeader]: exceptionName(error) };
  return {
    status: error.status,
    body: { message: error.message },
    headers: error.requestId === undefined ? headers : { ...headers, [idHeader]: error.requestId },
  };
}

/** The error that stands under a success status in place of an answer; a body without output is no answer either. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  if (isObject(wire) && (wire['output'] !== undefined || wire['stopReason'] !== undefined)) return undefined;
  if (isObject(wire) && maybeString(wire['message'] ?? wire['Message']) !== undefined) return decodeError(500, wire);
  return llmError('server', 'The upstream answered without any output', { status: 502, code: 'upstream_no_output' });
}
