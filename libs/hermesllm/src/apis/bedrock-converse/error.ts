import type { EncodedError } from '../../codec.ts';
import type { LlmError } from '../../model/error.ts';
import { kindOfStatus } from '../../model/error.ts';
import { isObject, maybeObject, maybeString } from '../../read.ts';
import { commonStatus, errorTable, upstreamError } from '../error-table.ts';
import { noAnswer } from '../no-answer.ts';

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
// and https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html. AWS answers 403 to bad credentials and 424 to a failing
// model; the status here is the one that clients of every API understand.
const exceptions = errorTable([
  ['invalid_request', 400, 'ValidationException SerializationException'],
  [
    'authentication',
    401,
    'UnrecognizedClientException InvalidSignatureException IncompleteSignatureException MissingAuthenticationTokenException ExpiredTokenException',
  ],
  ['permission', 403, 'AccessDeniedException'],
  ['not_found', 404, 'ResourceNotFoundException UnknownOperationException'],
  ['conflict', 409, 'ConflictException'],
  ['rate_limit', 429, 'ThrottlingException ServiceQuotaExceededException'],
  ['timeout', 504, 'ModelTimeoutException'],
  ['server', 500, 'InternalServerException InternalFailure'],
  ['server', 502, 'ModelErrorException ModelStreamErrorException'],
  ['overloaded', 503, 'ServiceUnavailableException ServiceUnavailable ModelNotReadyException'],
]);

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
  const wire = maybeObject(body);
  const type = header?.(typeHeader) ?? maybeString(wire?.['__type']) ?? maybeString(wire?.['code']);
  return exceptionError(type === undefined ? undefined : bareName(type), body, status, header?.(idHeader));
}

/** The error that an exception stands for. `status` counts when its name says nothing. */
export function exceptionError(name: string | undefined, body: unknown, status: number, requestId?: string): LlmError {
  const wire = maybeObject(body);
  const known = exceptions.read(name);
  const failed = known?.status ?? (status >= 400 ? status : 500);
  const text = wire === undefined ? body : (maybeString(wire['message']) ?? maybeString(wire['Message']) ?? wire['originalMessage']);
  const silent = name === undefined ? undefined : `The upstream failed: ${name}`;
  return upstreamError(known?.kind ?? kindOfStatus(failed), text, { status: failed, code: name, requestId }, silent);
}

/** The name that fits the error; an exception of Bedrock's own keeps its name. */
const exceptionName = ({ kind, code }: LlmError): string =>
  code !== undefined && exceptions.read(code)?.kind === kind ? code : exceptions.write(kind);

export function encodeError(error: LlmError): EncodedError {
  const headers = { [typeHeader]: exceptionName(error) };
  return {
    status: commonStatus(error),
    body: { message: error.message },
    headers: error.requestId === undefined ? headers : { ...headers, [idHeader]: error.requestId },
  };
}

/** The error that stands under a success status in place of an answer. */
export function decodeFailure(wire: unknown): LlmError | undefined {
  if (isObject(wire) && (wire['output'] !== undefined || wire['stopReason'] !== undefined)) return undefined;
  return noAnswer(wire, 'output', decodeError);
}
