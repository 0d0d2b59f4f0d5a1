import { jsonOutcome } from '../shared/http-server.ts';
import type { Outcome } from '../shared/http-server.ts';
import { dottedPath } from '../shared/schema-issue.ts';
import type { SchemaIssue } from '../shared/schema-issue.ts';
import type { Failure } from '../shared/script.ts';

/** A reason to refuse a request: AWS tells the kind in a header, the body only has the message. */
export interface BedrockRefusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** A `ValidationException`, status 400. */
export function invalid(message: string): BedrockRefusal {
  return { status: 400, type: 'ValidationException', message };
}

function errorHeaders(type: string, requestId: string): Record<string, string> {
  return { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`, 'x-amzn-requestid': requestId };
}

/** Writes a refusal as an answer. */
export function refuse({ status, type, message }: BedrockRefusal, requestId: string): Outcome {
  const body = { message };
  return { ...jsonOutcome(status, body, errorHeaders(type, requestId)), rejection: { status, body } };
}

/** Puts a schema issue into the words of AWS's request validation. */
export function refusalFromIssue(issue: SchemaIssue): BedrockRefusal {
  const path = dottedPath(issue.path);
  const constraint = (words: string): BedrockRefusal => {
    const value = issue.kind === 'missing' ? 'Value' : `Value '${JSON.stringify(issue.received)}'`;
    return invalid(`1 validation error detected: ${value} at '${path}' failed to satisfy constraint: ${words}`);
  };
  switch (issue.kind) {
    case 'unknown_field':
      return invalid(
        `Malformed input request: #/${issue.path.slice(0, -1).join('/')}: extraneous key [${String(issue.path.at(-1))}] is not permitted`,
      );
    case 'missing':
      return constraint('Member must not be null');
    case 'type':
      return {
        status: 400,
        type: 'SerializationException',
        message: `Value at '${path}' cannot be converted to the expected type (${issue.expected})`,
      };
    case 'value':
      return constraint(`Member must satisfy enum value set: [${(issue.allowed ?? []).join(', ')}]`);
    case 'too_small':
    case 'too_big': {
      const bound = issue.kind === 'too_small' ? 'greater than or equal to' : 'less than or equal to';
      return constraint(`Member must have ${issue.counts === 'number' ? 'value' : 'length'} ${bound} ${issue.limit}`);
    }
    case 'pattern':
      return constraint(`Member must satisfy regular expression pattern: ${issue.pattern}`);
    default:
      return constraint(issue.message);
  }
}

const FAILURES: Readonly<Record<Failure['kind'], readonly [status: number, type: string, message: string]>> = {
  invalid_request: [400, 'ValidationException', 'The request is invalid.'],
  authentication: [403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
  permission: [403, 'AccessDeniedException', 'You do not have access to the model with the specified model ID.'],
  not_found: [404, 'ResourceNotFoundException', 'Could not resolve the foundation model from the provided model identifier.'],
  too_large: [413, 'ValidationException', 'Request is too large.'],
  rate_limit: [429, 'ThrottlingException', 'Too many requests, please wait before trying again.'],
  server: [500, 'InternalServerException', 'The system encountered an unexpected error during processing. Try your request again.'],
  overloaded: [503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.'],
  timeout: [408, 'ModelTimeoutException', 'Model has timed out in processing the request. Try your request again.'],
};

/** The message of a scripted failure. */
export function messageOfFailure(failure: Failure): string {
  return failure.message ?? FAILURES[failure.kind][2];
}

/** The whole answer of a scripted failure. */
export function failureOutcome(failure: Failure, requestId: string): Outcome {
  const [status, type] = FAILURES[failure.kind];
  const headers: Record<string, string> = { ...errorHeaders(type, requestId), ...failure.headers };
  if (failure.retryAfter !== undefined) headers['retry-after'] = failure.retryAfter;
  return jsonOutcome(failure.status ?? status, failure.body ?? { message: messageOfFailure(failure) }, headers);
}
