/** What went wrong, in words that every API has a form for. */
export type LlmErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'billing'
  | 'permission'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'rate_limit'
  | 'timeout'
  | 'server'
  | 'overloaded';

/** An error of an upstream or of ours, ready to be written in any client's envelope. */
export interface LlmError {
  kind: LlmErrorKind;
  /** HTTP status. */
  status: number;
  message: string;
  /** Machine-readable code, for example `model_not_found`. */
  code: string | undefined;
  /** The request member that is wrong. */
  param: string | undefined;
  /** The upstream's request id. */
  requestId: string | undefined;
  /** When to try again, where the body says so and no header. */
  retryAfterSeconds?: number | undefined;
}

const statusOfKind: Record<LlmErrorKind, number> = {
  invalid_request: 400,
  authentication: 401,
  billing: 402,
  permission: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limit: 429,
  timeout: 504,
  server: 500,
  overloaded: 503,
};

/** The kind that an HTTP status stands for when the body says nothing better. */
export function kindOfStatus(status: number): LlmErrorKind {
  switch (status) {
    case 401:
      return 'authentication';
    case 402:
      return 'billing';
    case 403:
      return 'permission';
    case 404:
      return 'not_found';
    case 408:
    case 504:
      return 'timeout';
    case 409:
      return 'conflict';
    case 413:
      return 'too_large';
    case 429:
      return 'rate_limit';
    case 503:
    case 529:
      return 'overloaded';
    default:
      return status >= 400 && status < 500 ? 'invalid_request' : 'server';
  }
}

/** What {@link llmError} may be told beside kind and message. */
export interface ErrorDetails {
  status?: number | undefined;
  code?: string | undefined;
  param?: string | undefined;
  requestId?: string | undefined;
}

/** Makes an error; without `status` it gets the usual one of its kind. */
export const llmError = (kind: LlmErrorKind, message: string, details: ErrorDetails = {}): LlmError => ({
  kind,
  status: details.status ?? statusOfKind[kind],
  message,
  code: details.code,
  param: details.param,
  requestId: details.requestId,
});
