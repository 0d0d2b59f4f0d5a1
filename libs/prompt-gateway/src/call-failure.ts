import type { GatewayError, UpstreamReply } from '@plano/common';
import { endpointError, gatewayError, shorten, upstreamErrorText } from '@plano/common';

/** Bytes of an endpoint's error body that are repeated to the client. */
const repeatedBytes = 4096;

/** Who was called, for messages. */
export interface Callee {
  /** Name in the configuration. */
  readonly host: string;
  /** Path and query. */
  readonly path: string;
  /** The most that its answer may have. */
  readonly bodyLimit: number;
}

/** Why a side call brought nothing to go on with; undefined when it did. Every 2xx is a success, whatever its number. */
export function callFailure(reply: UpstreamReply, callee: Callee, decode: (bytes: Uint8Array) => string): GatewayError | undefined {
  const where = `${callee.host}${callee.path}`;
  if (!reply.ok) {
    if (reply.reason === 'timeout') return gatewayError('upstream_timeout', `${where} did not answer in time`);
    const kind = reply.reason === 'unreachable' ? 'upstream_unreachable' : 'upstream_reset';
    return gatewayError(kind, `${where}: ${reply.message}`);
  }
  const { status } = reply;
  if (status < 200 || status > 299) {
    const body = shorten(decode(reply.body), repeatedBytes);
    return endpointError(status, upstreamErrorText({ host: callee.host, path: callee.path, status, body }));
  }
  if (!reply.complete) return gatewayError('response_too_large', `${where} answered with more than ${callee.bodyLimit} bytes`);
  return undefined;
}
