import type { Decision, ExchangeSummary, Flow } from './exchange.ts';
import { emptySummary, forward } from './exchange.ts';
import type { GatewayErrorKind } from './errors.ts';
import { gatewayError } from './errors.ts';
import { connectionHeaders, hopByHopHeaders, isForwardedToClient } from './headers.ts';
import type { HttpBody, HttpHeaders, RequestHead, UpstreamFailure, UpstreamTarget } from './http.ts';
import { headerValue, mediaType } from './http.ts';
import { refuse } from './respond-error.ts';

/** What `sendUnchanged` may be told beside the request. */
export interface SendUnchangedOptions {
  /** Which headers go on. Default: all that are not of one connection. */
  readonly keeps?: (name: string) => boolean;
  /** Headers that are added. */
  readonly adds?: Readonly<Record<string, string>>;
  /** What is known of the exchange already. */
  readonly known?: Partial<ExchangeSummary>;
}

/**
 * What kind of error a failure of an upstream is.
 *
 * @example
 * upstreamFailureKinds.reset; // 'upstream_reset'
 */
export const upstreamFailureKinds = {
  timeout: 'upstream_timeout',
  unreachable: 'upstream_unreachable',
  reset: 'upstream_reset',
  unsigned: 'missing_credential',
} as const satisfies Record<UpstreamFailure['reason'], GatewayErrorKind>;

/**
 * Sends a request as it came to another part of the gateway, and lets the answer through as it comes: a flow for use with `yield*`.
 *
 * @example
 * return yield* sendUnchanged(head, body, brightstaffTarget);
 */
export function* sendUnchanged(head: RequestHead, body: HttpBody, target: UpstreamTarget, options: SendUnchangedOptions = {}): Flow {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(headersFor(head.headers, options.keeps ?? isKeptForNextStage))) {
    headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  const request = { target, method: head.method, path: head.path, headers: Object.assign(headers, options.adds), body };
  const known = { attempts: 1, ...options.known };
  const answer = yield* forward(request, { summary: { ...emptySummary, ...known } });
  if (!answer.ok) return refuse(head.path, gatewayError(upstreamFailureKinds[answer.reason], answer.message), known);
  return passAnswer(answer.status, answer.headers, known);
}

/** Whether a header concerns the next part of the gateway: all do but those of one connection. */
const isKeptForNextStage = (name: string): boolean => name !== 'host' && name !== 'content-length' && !hopByHopHeaders.has(name);

function passAnswer(status: number, upstream: HttpHeaders, known: Partial<ExchangeSummary>): Decision {
  const headers = headersFor(upstream, isForwardedToClient);
  for (const name of ['content-length', 'content-encoding', 'content-type']) {
    const value = headerValue(upstream, name);
    if (value !== undefined) headers[name] = value;
  }
  const stream = mediaType(upstream) === 'text/event-stream';
  let error: ExchangeSummary['error'] = null;
  return {
    action: 'accept',
    status,
    headers,
    stream,
    body: {
      push: (chunk) => [chunk],
      finish: () => [],
      fail(failure) {
        error = { code: `upstream_${failure.reason}`, message: failure.message };
        return undefined;
      },
    },
    summary: () => ({ ...emptySummary, ...known, stream, error }),
  };
}

function headersFor(from: HttpHeaders, isKept: (name: string) => boolean): Record<string, string | readonly string[]> {
  const connection = headerValue(from, 'connection');
  const named = connection === undefined ? [] : connectionHeaders(connection);
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || named.includes(name) || !isKept(name)) continue;
    kept[name] = value;
  }
  return kept;
}
