/** Why there is no answer. Each has one HTTP status. */
export type FunctionCallingErrorKind =
  | 'invalid_request'
  | 'not_configured'
  | 'model_rate_limited'
  | 'model_failed'
  | 'model_overloaded'
  | 'model_timeout';

const statuses: Readonly<Record<FunctionCallingErrorKind, number>> = {
  invalid_request: 400,
  not_configured: 501,
  model_rate_limited: 429,
  model_failed: 502,
  model_overloaded: 503,
  model_timeout: 504,
};

/** Function calling cannot answer. The message is for people and holds neither prompt nor secret. */
export class FunctionCallingError extends Error {
  readonly kind: FunctionCallingErrorKind;
  readonly status: number;
  /** Value for `retry-after`. */
  readonly retryAfter: string | null;

  constructor(kind: FunctionCallingErrorKind, message: string, retryAfter: string | null = null) {
    super(message);
    this.name = 'FunctionCallingError';
    this.kind = kind;
    this.status = statuses[kind];
    this.retryAfter = retryAfter;
  }
}
