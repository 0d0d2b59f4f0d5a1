/** The kinds that every client API has an envelope for; the same words as `LlmErrorKind` of `@plano/hermesllm`. */
export type ErrorCategory =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'rate_limit'
  | 'timeout'
  | 'server'
  | 'overloaded';

interface KindFacts {
  readonly status: number;
  readonly category: ErrorCategory;
}

const kinds = {
  invalid_request: { status: 400, category: 'invalid_request' },
  model_not_specified: { status: 400, category: 'invalid_request' },
  missing_credential: { status: 400, category: 'invalid_request' },
  unauthorized: { status: 401, category: 'authentication' },
  forbidden: { status: 403, category: 'permission' },
  not_found: { status: 404, category: 'not_found' },
  model_not_found: { status: 404, category: 'not_found' },
  method_not_allowed: { status: 405, category: 'invalid_request' },
  request_timeout: { status: 408, category: 'timeout' },
  conversation_not_found: { status: 409, category: 'conflict' },
  request_too_large: { status: 413, category: 'too_large' },
  unsupported_encoding: { status: 415, category: 'invalid_request' },
  expectation_failed: { status: 417, category: 'invalid_request' },
  rate_limited: { status: 429, category: 'rate_limit' },
  headers_too_large: { status: 431, category: 'too_large' },
  internal: { status: 500, category: 'server' },
  not_implemented: { status: 501, category: 'server' },
  upstream_unreachable: { status: 502, category: 'server' },
  upstream_reset: { status: 502, category: 'server' },
  endpoint_failed: { status: 502, category: 'server' },
  upstream_invalid: { status: 502, category: 'server' },
  response_too_large: { status: 502, category: 'server' },
  overloaded: { status: 503, category: 'overloaded' },
  draining: { status: 503, category: 'overloaded' },
  upstream_timeout: { status: 504, category: 'timeout' },
} as const satisfies Record<string, KindFacts>;

/** What went wrong, from the gateway's own point of view. An upstream's error is not one of these: it is translated with its own status. */
export type GatewayErrorKind = keyof typeof kinds;

/** Status and category of every kind. */
export const gatewayErrorKinds: Readonly<Record<GatewayErrorKind, KindFacts>> = kinds;

/** An error that the gateway answers itself, before it is written in the client's envelope. */
export interface GatewayError {
  /** Also the machine-readable code that the client gets. */
  readonly kind: GatewayErrorKind;
  readonly category: ErrorCategory;
  readonly status: number;
  /** For people; holds no secret. */
  readonly message: string;
  /** Path of what is wrong in the request, such as `messages[2].content`. */
  readonly path: string | null;
  /** For `retry-after`. */
  readonly retryAfterSeconds: number | null;
}

/**
 * Makes an error of a kind.
 *
 * @example
 * gatewayError('rate_limited', 'the limit of this key is used up', { retryAfterSeconds: 12 }).status; // 429
 */
export function gatewayError(
  kind: GatewayErrorKind,
  message: string,
  details: { path?: string; retryAfterSeconds?: number } = {},
): GatewayError {
  const { status, category } = kinds[kind];
  return { kind, category, status, message, path: details.path ?? null, retryAfterSeconds: details.retryAfterSeconds ?? null };
}

/**
 * A failure that a developer's API told by its status, with that status; one that is no error status is the gateway's own 502.
 *
 * @example
 * endpointError(404, upstreamErrorText({ host: 'weather', path: '/weather', status: 404, body: '' })).category; // 'not_found'
 */
export function endpointError(status: number, message: string): GatewayError {
  const error = gatewayError('endpoint_failed', message);
  return status < 400 || status > 599
    ? error
    : { ...error, status, category: categories[status] ?? (status < 500 ? 'invalid_request' : 'server') };
}

const categories: Readonly<Record<number, ErrorCategory>> = {
  401: 'authentication',
  403: 'permission',
  404: 'not_found',
  408: 'timeout',
  409: 'conflict',
  413: 'too_large',
  429: 'rate_limit',
  503: 'overloaded',
  504: 'timeout',
};

/** The text of an API call's failure that clients of the prompt listener rely on. */
export function upstreamErrorText(failure: { host: string; path: string; status: number; body: string }): string {
  return `upstream application error host=${failure.host}, path=${failure.path}, status=${failure.status}, body=${failure.body}`;
}
