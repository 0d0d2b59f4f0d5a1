import { jsonOutcome } from '../shared/http-server.ts';
import type { Outcome } from '../shared/http-server.ts';
import { bracketPath } from '../shared/schema-issue.ts';
import type { SchemaIssue } from '../shared/schema-issue.ts';
import type { Failure } from '../shared/script.ts';

/** A reason to refuse a request, in the terms of Google's APIs. */
export interface GeminiRefusal {
  readonly code: number;
  readonly status: string;
  readonly message: string;
  readonly details?: readonly Readonly<Record<string, unknown>>[];
}

/** `INVALID_ARGUMENT`, code 400. */
export function invalid(message: string): GeminiRefusal {
  return { code: 400, status: 'INVALID_ARGUMENT', message };
}

/** Writes a refusal as an answer. */
export function refuse(refusal: GeminiRefusal): Outcome {
  const body = { error: refusal };
  const outcome = jsonOutcome(refusal.code, body, { 'content-type': 'application/json; charset=UTF-8' }, undefined, 2);
  return { ...outcome, rejection: { status: refusal.code, body } };
}

/** The path in the names of the protocol: `generation_config.top_p`. */
function protocolPath(path: SchemaIssue['path']): string {
  return bracketPath(path.map((key) => (typeof key === 'string' ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : key)));
}

/** Puts a schema issue into the words of Google's JSON reader, or of the request's own checks. */
export function refusalFromIssue(issue: SchemaIssue): GeminiRefusal {
  const field = protocolPath(issue.path);
  const violation = (description: string): GeminiRefusal => ({
    ...invalid(description),
    details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] }],
  });
  switch (issue.kind) {
    case 'unknown_field': {
      const parent = protocolPath(issue.path.slice(0, -1));
      const place = parent === '' ? '' : ` at '${parent}'`;
      return violation(`Invalid JSON payload received. Unknown name "${String(issue.path.at(-1))}"${place}: Cannot find field.`);
    }
    case 'type':
    case 'value':
      return violation(`Invalid value at '${field}', ${JSON.stringify(issue.received)}`);
    case 'missing':
      return invalid(`* GenerateContentRequest.${field}: ${field} is not specified\n`);
    case 'too_small':
    case 'too_big':
      return invalid(`* GenerateContentRequest.${field}: must be ${issue.kind === 'too_small' ? 'at least' : 'at most'} ${issue.limit}\n`);
    default:
      return invalid(`* GenerateContentRequest.${field}: ${issue.kind === 'pattern' ? 'invalid value' : issue.message}\n`);
  }
}

const FAILURES: Readonly<Record<Failure['kind'], readonly [code: number, status: string, message: string]>> = {
  invalid_request: [400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'],
  authentication: [401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'],
  permission: [403, 'PERMISSION_DENIED', 'The caller does not have permission'],
  not_found: [404, 'NOT_FOUND', 'Requested entity was not found.'],
  too_large: [413, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit.'],
  rate_limit: [429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Please retry later.'],
  server: [500, 'INTERNAL', 'An internal error has occurred. Please retry.'],
  overloaded: [503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  timeout: [504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
};

/** The envelope of a scripted failure. A `retryAfter` in seconds also stands in the details, where Google puts it. */
export function envelopeOfFailure(failure: Failure): { error: GeminiRefusal } {
  const [code, status, message] = FAILURES[failure.kind];
  const seconds = Number(failure.retryAfter);
  const details = Number.isFinite(seconds)
    ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` }]
    : undefined;
  return {
    error: { code: failure.status ?? code, status, message: failure.message ?? message, ...(details === undefined ? {} : { details }) },
  };
}

/** The whole answer of a scripted failure. */
export function failureOutcome(failure: Failure): Outcome {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=UTF-8', ...failure.headers };
  if (failure.retryAfter !== undefined) headers['retry-after'] = failure.retryAfter;
  const body = failure.body ?? envelopeOfFailure(failure);
  return jsonOutcome(failure.status ?? FAILURES[failure.kind][0], body, headers, undefined, 2);
}
