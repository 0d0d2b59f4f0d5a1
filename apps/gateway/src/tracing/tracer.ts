import type { EffectiveTracing, ExchangeTrace, RequestHead } from '@plano/common';
import { headerNames, headerValue, parseTraceparent } from '@plano/common';
import { customAttributes } from './custom-attributes.ts';
import type { TraceOrigin } from './request-trace.ts';
import { RequestTrace } from './request-trace.ts';
import type { Span } from './span.ts';

/** Decides which requests are traced, and follows those. */
export interface Tracer {
  /** Undefined when the request is not sampled. `head` must have a valid `traceparent`. */
  start(head: RequestHead, origin: TraceOrigin): ExchangeTrace | undefined;
}

/** What is traced, and where spans go. */
export interface TracerOptions {
  /** Of the traces that begin here; those of others are followed when their caller says so. */
  readonly samplingPercent: number;
  /** Attributes of spans of requests and of models, from the configuration. */
  readonly spanAttributes?: EffectiveTracing['spanAttributes'];
  /** Told each span when it is over; a child before its parent, if it ends before. */
  onSpan(span: Span): void;
}

/** Hexadecimal digits at the end of a trace's id that decide, and how many values they have. They must be random in every trace's id. */
const decidingDigits = 13;
const decidingValues = 2 ** 52;

/**
 * A tracer that samples as OpenTelemetry's `ParentBased(TraceIdRatioBased)`: a trace that has begun elsewhere as its caller says, a new one by its id,
 * so that every process decides the same.
 *
 * @example
 * const tracer = createTracer({ samplingPercent: 10, onSpan: (span) => queue.add(span) });
 * createServer(toNodeHandler(gateway, { tracer }));
 */
export function createTracer({ samplingPercent, spanAttributes, onSpan }: TracerOptions): Tracer {
  const threshold = (samplingPercent / 100) * decidingValues;
  const attributesOf = customAttributes(spanAttributes);
  return {
    start(head, { root, internal }) {
      const parent = parseTraceparent(headerValue(head.headers, headerNames.traceparent) ?? '');
      if (parent === null) return undefined;
      const sampled = root ? Number.parseInt(parent.traceId.slice(-decidingDigits), 16) < threshold : parent.sampled;
      return sampled ? new RequestTrace({ onSpan, attributesOf }, parent, { root, internal }) : undefined;
    },
  };
}
