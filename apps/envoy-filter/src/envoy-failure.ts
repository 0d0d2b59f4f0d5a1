import type { GatewayErrorKind, HttpHeaders, UpstreamFailure } from '@plano/common';
import type { EnvoyHost } from './host.ts';

/** What an answer that Envoy made itself stands for. */
export type EnvoyAnswer =
  | { readonly from: 'upstream' }
  | { readonly from: 'envoy'; readonly failure: UpstreamFailure }
  | { readonly from: 'envoy'; readonly refusal: GatewayErrorKind; readonly message: string };

const upstream: EnvoyAnswer = { from: 'upstream' };
const failed = (reason: UpstreamFailure['reason'], message: string): EnvoyAnswer => ({ from: 'envoy', failure: { reason, message } });
const refused = (refusal: GatewayErrorKind, message: string): EnvoyAnswer => ({ from: 'envoy', refusal, message });

/** How Envoy tells where an answer comes from. */
export const codeDetailsOf = (host: Pick<EnvoyHost, 'property'>): string | undefined => host.property('response\0code_details');

/**
 * Reads Envoy's `response.code_details`. Envoy answers a failed upstream with a status and a text of its own; the client is to get the same as
 * from any other host of the gateway.
 */
export function readCodeDetails(details: string | undefined): EnvoyAnswer {
  if (details === undefined || details === 'via_upstream') return upstream;
  if (details.includes('timeout')) {
    if (details.includes('connection_timeout')) return failed('unreachable', 'The upstream cannot be reached (connection timeout)');
    if (details.startsWith('request_')) return refused('request_timeout', 'The request took too long to arrive');
    return failed('timeout', 'The upstream did not answer in time');
  }
  if (details.includes('payload_too_large')) {
    return details.startsWith('request_')
      ? refused('request_too_large', 'The request body is larger than this gateway takes')
      : refused('response_too_large', "The upstream's answer is larger than this gateway takes");
  }
  if (details.includes('overflow') || details.includes('overload')) {
    return refused('overloaded', 'The gateway is at its limit of requests');
  }
  if (/connection_failure|no_healthy_upstream|route_not_found|cluster_not_found|maintenance_mode/.test(details)) {
    return failed('unreachable', 'The upstream cannot be reached');
  }
  if (details.includes('upstream_reset')) return failed('reset', 'The upstream closed the connection');
  return upstream;
}

/**
 * Why Envoy answered a call itself; undefined when the upstream did. Envoy tells a filter nothing but a status and a text of its own, and only
 * what came from an upstream has the time that it took.
 */
export function readCallFailure(status: number, headers: HttpHeaders, text: () => string): UpstreamFailure | undefined {
  if ((status !== 503 && status !== 504) || headers['x-envoy-upstream-service-time'] !== undefined) return undefined;
  if (status === 504) return { reason: 'timeout', message: 'The call took too long' };
  const why = text();
  const wasOpen = why.includes('reset reason') && !/connection failure|connection timeout|overflow/.test(why);
  return wasOpen
    ? { reason: 'reset', message: 'The connection was closed' }
    : { reason: 'unreachable', message: 'The connection could not be made' };
}
