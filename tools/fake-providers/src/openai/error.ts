import { jsonOutcome } from '../shared/http-server.ts';
import type { Outcome } from '../shared/http-server.ts';
import { bracketPath, jsonType } from '../shared/schema-issue.ts';
import type { SchemaIssue } from '../shared/schema-issue.ts';
import type { Failure } from '../shared/script.ts';

/** OpenAI's error object, the same for all its APIs. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** A reason to refuse a request: a status and OpenAI's error object. */
export interface OpenAiRefusal {
  readonly status: number;
  readonly error: OpenAiError;
}

/** An `invalid_request_error`, status 400 unless said otherwise. */
export function refusal(message: string, param: string | null = null, code: string | null = null, status = 400): OpenAiRefusal {
  return { status, error: { message, type: 'invalid_request_error', param, code } };
}

/** Writes a refusal as an answer. */
export function refuse({ status, error }: OpenAiRefusal, requestId: string): Outcome {
  const body = { error };
  return { ...jsonOutcome(status, body, { 'x-request-id': requestId }), rejection: { status, body } };
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a decimal',
  boolean: 'a boolean',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

function noun(type: string): string {
  return NOUNS[type] ?? `a ${type}`;
}

const BOUND_WORDS = {
  number: [
    'integer_below_min_value',
    'below minimum value. Expected a value >=',
    'integer_above_max_value',
    'above maximum value. Expected a value <=',
  ],
  string: [
    'string_below_min_length',
    'too short. Expected a minimum length of',
    'string_above_max_length',
    'too long. Expected a maximum length of',
  ],
  array: [
    'array_below_min_length',
    'array too short. Expected a minimum length of',
    'array_above_max_length',
    'array too long. Expected a maximum length of',
  ],
} as const;

/** Puts a schema issue into OpenAI's words. */
export function refusalFromIssue(issue: SchemaIssue): OpenAiRefusal {
  const param = bracketPath(issue.path);
  switch (issue.kind) {
    case 'unknown_field':
      return refusal(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
    case 'missing':
      return refusal(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
    case 'type': {
      const received = noun(jsonType(issue.received));
      return refusal(
        `Invalid type for '${param}': expected ${noun(issue.expected ?? '')}, but got ${received} instead.`,
        param,
        'invalid_type',
      );
    }
    case 'value': {
      const supported = (issue.allowed ?? []).map((value) => `'${value}'`).join(', ');
      return refusal(`Invalid value: '${String(issue.received)}'. Supported values are: ${supported}.`, param, 'invalid_value');
    }
    case 'too_small':
    case 'too_big': {
      const [smallCode, smallWords, bigCode, bigWords] = BOUND_WORDS[issue.counts ?? 'number'];
      const small = issue.kind === 'too_small';
      const code = small && issue.counts === 'array' && issue.limit === 1 ? 'empty_array' : small ? smallCode : bigCode;
      return refusal(`Invalid '${param}': ${small ? smallWords : bigWords} ${issue.limit}.`, param, code);
    }
    case 'pattern':
      return refusal(
        `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${issue.pattern}'.`,
        param,
        'invalid_value',
      );
    default:
      return refusal(`Invalid '${param}': ${issue.message}.`, param, 'invalid_value');
  }
}

const FAILURES: Readonly<Record<Failure['kind'], readonly [status: number, type: string, code: string | null, message: string]>> = {
  invalid_request: [400, 'invalid_request_error', null, 'The request is invalid.'],
  authentication: [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  permission: [403, 'invalid_request_error', 'unsupported_country_region_territory', 'Country, region, or territory not supported'],
  not_found: [404, 'invalid_request_error', 'model_not_found', 'The model does not exist or you do not have access to it.'],
  too_large: [413, 'invalid_request_error', null, 'Request too large.'],
  rate_limit: [429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for requests. Please try again later.'],
  server: [500, 'server_error', null, 'The server had an error while processing your request. Sorry about that!'],
  overloaded: [503, 'server_error', null, 'The engine is currently overloaded, please try again later.'],
  timeout: [504, 'server_error', null, 'The upstream timed out.'],
};

/** The error object of a scripted failure. */
export function errorOfFailure(failure: Failure): OpenAiError {
  const [, type, code, message] = FAILURES[failure.kind];
  return { message: failure.message ?? message, type, param: null, code };
}

/** The whole answer of a scripted failure. */
export function failureOutcome(failure: Failure, requestId: string): Outcome {
  const headers: Record<string, string> = { 'x-request-id': requestId, ...failure.headers };
  if (failure.retryAfter !== undefined) headers['retry-after'] = failure.retryAfter;
  return jsonOutcome(failure.status ?? FAILURES[failure.kind][0], failure.body ?? { error: errorOfFailure(failure) }, headers);
}
