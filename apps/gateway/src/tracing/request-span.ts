import type { ExchangeRecord } from '@plano/common';
import { headerValue } from '@plano/common';
import { createShow, idOf, pathPart } from '../shown-text.ts';
import type { CustomAttributes } from './custom-attributes.ts';
import type { Span, SpanAttributes, SpanPlace } from './span.ts';

const show = createShow();

/** The span of a request as it was received. */
export function requestSpan(place: SpanPlace, record: ExchangeRecord, endMs: number, attributesOf: CustomAttributes): Span {
  const { head, status, outcome, bytesIn, bytesOut } = record;
  const path = show(pathPart(head.path));
  const attributes: SpanAttributes = {
    'http.method': head.method,
    'http.request.method': head.method,
    'url.path': path,
    'http.status_code': status,
    'http.response.status_code': status,
    'http.request.body.size': bytesIn,
    'http.response.body.size': bytesOut,
  };
  const requestId = idOf(head);
  if (requestId !== undefined) attributes['request_id'] = requestId;
  if (head.listener !== undefined) attributes['plano.listener'] = head.listener;
  const agent = headerValue(head.headers, 'user-agent');
  if (agent !== undefined) attributes['user_agent.original'] = show(agent);
  if (outcome === 'aborted') attributes['plano.outcome'] = outcome;
  attributesOf(attributes, head.headers);
  const failure = failureOf(record);
  if (failure !== undefined) attributes['error.type'] = failure;
  return {
    ...place,
    service: 'plano(inbound)',
    name: `${head.method} ${path}`,
    kind: 'server',
    endMs,
    attributes,
    events: [],
    // A client that asked for what there is not, or went away, is no failure of the server.
    error: failure !== undefined && (status >= 500 || status < 400) ? failure : undefined,
  };
}

/** The code of what went wrong, in words of the gateway's or the provider's; undefined when nothing did. */
export function failureOf({ status, summary, outcome }: ExchangeRecord): string | undefined {
  if (summary.error !== null) return show(summary.error.code);
  return status >= 400 && outcome === 'finished' ? String(status) : undefined;
}
