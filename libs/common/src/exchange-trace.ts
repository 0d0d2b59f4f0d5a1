import type { ExchangeRecord } from './exchange-record.ts';
import type { UpstreamRequest } from './http.ts';
import type { SendUpstream, UpstreamCall, UpstreamListener } from './upstream-call.ts';

/**
 * What follows one exchange to make spans of it. It never changes what is said; only the `traceparent` of what is sent is its own.
 *
 * @example
 * const trace = tracer.start(head, { root: true, internal: false });
 * createExchangeWalk(host, { head, body, bytes: body.length, trace }, client).start();
 */
export interface ExchangeTrace {
  /**
   * Sends a request of the exchange, as a span of its own.
   *
   * @param beside - whether it is a call beside the exchange, as opposed to what the answer is made from
   */
  send(send: SendUpstream, request: UpstreamRequest, listener: UpstreamListener, beside: boolean): UpstreamCall;
  /** What became of the exchange; told once, after everything else. */
  end(record: ExchangeRecord): void;
}
