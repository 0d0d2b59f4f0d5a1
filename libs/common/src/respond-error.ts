import type { ApiId, LlmError } from '@plano/hermesllm';
import { clientApiOfPath, encodeError, llmError } from '@plano/hermesllm';
import type { GatewayError } from './errors.ts';
import type { Decision, ExchangeSummary } from './exchange.ts';
import { emptySummary } from './exchange.ts';

type Response = Decision & { readonly action: 'respond' };

/** Beginnings of paths that belong to one API, served or not. */
const families: readonly (readonly [start: string, api: ApiId])[] = [
  ['/v1/messages', 'anthropic-messages'],
  ['/v1beta/', 'gemini'],
  ['/v1alpha/', 'gemini'],
  ['/model/', 'bedrock-converse'],
];

/** The API in which a path's errors are written. */
const errorApiOf = (path: string): ApiId =>
  clientApiOfPath(path)?.api ?? families.find(([start]) => path.startsWith(start))?.[1] ?? 'openai-chat';

/**
 * An error in the envelope of a client's API.
 *
 * @example
 * respondError('anthropic-messages', llmError('timeout', 'The upstream did not answer in time')).status; // 504
 */
export function respondError(
  api: ApiId,
  error: LlmError,
  summary: Partial<ExchangeSummary> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const encoded = encodeError(api, error);
  return {
    action: 'respond',
    status: encoded.status,
    headers: { 'content-type': 'application/json', ...encoded.headers, ...headers },
    body: JSON.stringify(encoded.body),
    summary: { ...emptySummary, clientApi: api, ...summary, error: { code: error.code ?? error.kind, message: error.message } },
  };
}

/**
 * An error of a gateway itself in the envelope of the API that the path belongs to.
 *
 * @example
 * refuse('/v1/messages', gatewayError('overloaded', 'too many requests at once', { retryAfterSeconds: 1 }));
 */
export const refuse = (path: string, error: GatewayError, summary: Partial<ExchangeSummary> = {}): Response =>
  refuseIn(errorApiOf(path), error, summary);

/**
 * An error of a gateway itself in the envelope of an API, where the path does not tell which.
 *
 * @example
 * refuseIn('gemini', gatewayError('model_not_found', 'There is no such model'));
 */
export function refuseIn(api: ApiId, error: GatewayError, summary: Partial<ExchangeSummary> = {}): Response {
  const described = llmError(error.category, error.message, {
    status: error.status,
    code: error.kind,
    param: error.path ?? undefined,
  });
  const retry = error.retryAfterSeconds === null ? {} : { 'retry-after': String(error.retryAfterSeconds) };
  return respondError(api, described, summary, retry);
}
