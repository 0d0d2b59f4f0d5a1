import { jsonOutcome } from '../shared/http-server.ts';
import type { Outcome } from '../shared/http-server.ts';
import { dottedPath } from '../shared/schema-issue.ts';
import type { SchemaIssue } from '../shared/schema-issue.ts';
import type { Failure } from '../shared/script.ts';

/** A reason to refuse a request, in Anthropic's terms. */
export interface AnthropicRefusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** An `invalid_request_error` with status 400. */
export function invalid(message: string): AnthropicRefusal {
  return { status: 400, type: 'invalid_request_error', message };
}

function envelope(
  type: string,
  message: string,
  requestId: string,
): { type: 'error'; error: { type: string; message: string }; request_id: string } {
  return { type: 'error', error: { type, message }, request_id: requestId };
}

/** Writes a refusal as an answer. */
export function refuse({ status, type, message }: AnthropicRefusal, requestId: string): Outcome {
  const body = envelope(type, message, requestId);
  return { ...jsonOutcome(status, body, { 'request-id': requestId, 'x-should-retry': 'false' }), rejection: { status, body } };
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a valid string',
  integer: 'a valid integer',
  number: 'a valid number',
  boolean: 'a valid boolean',
  object: 'a valid dictionary',
  array: 'a valid list',
};

/** Puts a schema issue into the words of Anthropic's validation (pydantic). */
export function refusalFromIssue(issue: SchemaIssue): AnthropicRefusal {
  const say = (words: string): AnthropicRefusal => invalid(`${dottedPath(issue.path)}: ${words}`);
  switch (issue.kind) {
    case 'unknown_field':
      return say('Extra inputs are not permitted');
    case 'missing':
      return say('Field required');
    case 'type':
      return say(`Input should be ${NOUNS[issue.expected ?? ''] ?? issue.expected}`);
    case 'value':
      return say(`Input should be ${(issue.allowed ?? []).map((value) => `'${value}'`).join(', ')}`);
    case 'too_small':
      if (issue.counts === 'string') return say(`String should have at least ${issue.limit} characters`);
      if (issue.counts === 'array') return say(`List should have at least ${issue.limit} item after validation`);
      return say(`Input should be greater than or equal to ${issue.limit}`);
    case 'too_big':
      if (issue.counts === 'string') return say(`String should have at most ${issue.limit} characters`);
      if (issue.counts === 'array') return say(`List should have at most ${issue.limit} items after validation`);
      return say(`Input should be less than or equal to ${issue.limit}`);
    case 'pattern':
      return say(`String should match pattern '${issue.pattern}'`);
    default:
      return say(issue.message);
  }
}

const FAILURES: Readonly<Record<Failure['kind'], readonly [status: number, type: string, message: string]>> = {
  invalid_request: [400, 'invalid_request_error', 'The request is invalid'],
  authentication: [401, 'authentication_error', 'invalid x-api-key'],
  permission: [403, 'permission_error', 'Your API key does not have permission to use the specified resource'],
  not_found: [404, 'not_found_error', 'Not found'],
  too_large: [413, 'request_too_large', 'Request exceeds the maximum size'],
  rate_limit: [429, 'rate_limit_error', 'This request would exceed your rate limit. Please try again later'],
  server: [500, 'api_error', 'Internal server error'],
  overloaded: [529, 'overloaded_error', 'Overloaded'],
  timeout: [504, 'timeout_error', 'Request timed out'],
};

/** The envelope of a scripted failure, for a body or a stream's `error` event. */
export function envelopeOfFailure(failure: Failure, requestId: string): unknown {
  const [, type, message] = FAILURES[failure.kind];
  return envelope(type, failure.message ?? message, requestId);
}

/** The whole answer of a scripted failure. */
export function failureOutcome(failure: Failure, requestId: string): Outcome {
  const headers: Record<string, string> = { 'request-id': requestId, ...failure.headers };
  if (failure.retryAfter !== undefined) headers['retry-after'] = failure.retryAfter;
  return jsonOutcome(failure.status ?? FAILURES[failure.kind][0], failure.body ?? envelopeOfFailure(failure, requestId), headers);
}
