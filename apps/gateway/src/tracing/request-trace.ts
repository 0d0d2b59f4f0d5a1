import type {
  ExchangeRecord,
  ExchangeTrace,
  SendUpstream,
  Traceparent,
  UpstreamCall,
  UpstreamListener,
  UpstreamRequest,
} from '@plano/common';
import { formatTraceparent, headerNames } from '@plano/common';
import { randomDigits } from '../random-digits.ts';
import type { CustomAttributes } from './custom-attributes.ts';
import { llmSpan } from './llm-span.ts';
import { requestSpan } from './request-span.ts';
import type { Span } from './span.ts';
import { UpstreamSpan } from './upstream-span.ts';
import { wallNow } from './wall-clock.ts';

/** What all traces of a tracer share. */
export interface TraceSettings {
  onSpan(span: Span): void;
  readonly attributesOf: CustomAttributes;
}

/** Where a request comes from. */
export interface TraceOrigin {
  /** Its `traceparent` is not a client's: the gateway made it, so the trace begins here. */
  readonly root: boolean;
  /** It came from Plano itself, which has a span for it already, if it has a parent: from Envoy, or from a call of a model beside an exchange. */
  readonly internal: boolean;
}

/**
 * The spans of one exchange:
 *
 *     plano(inbound)            the request as received
 *     ├── plano(outbound)       a call beside the exchange
 *     └── plano(llm)            from the first sending to a model to the end of the answer
 *         └── plano(outbound)   one for each sending
 *
 * A request from Plano itself has a span already where it comes from, so `plano(inbound)` is left out. That of the model is there when something was
 * sent to one. A span becomes an object when it is over; until then there are two numbers and two identifiers.
 */
export class RequestTrace implements ExchangeTrace {
  readonly #settings: TraceSettings;
  readonly #traceId: string;
  /** Of whoever sent the request. */
  readonly #callerId: string | undefined;
  /** Undefined when the request has no span of its own. */
  readonly #requestId: string | undefined;
  readonly #startMs = wallNow();
  #llmId: string | undefined = undefined;
  #llmStartMs = 0;
  #sendings = 0;

  constructor(settings: TraceSettings, { traceId, parentId }: Traceparent, { root, internal }: TraceOrigin) {
    this.#settings = settings;
    this.#traceId = traceId;
    this.#callerId = root ? undefined : parentId;
    // The identifier in a `traceparent` that the gateway made is nobody's yet.
    this.#requestId = root ? parentId : internal ? undefined : randomDigits(8);
  }

  send(send: SendUpstream, request: UpstreamRequest, listener: UpstreamListener, beside: boolean): UpstreamCall {
    const startMs = wallNow();
    const own = this.#requestId ?? this.#callerId;
    const place = {
      traceId: this.#traceId,
      spanId: randomDigits(8),
      parentId: beside ? own : this.#llmParent(startMs),
      parentIsRemote: beside && this.#requestId === undefined,
      startMs,
    };
    const traceparent = formatTraceparent({ traceId: place.traceId, parentId: place.spanId, sampled: true });
    const sent = { ...request, headers: { ...request.headers, [headerNames.traceparent]: traceparent } };
    const span = new UpstreamSpan(this.#settings.onSpan, place, sent, listener, beside ? 0 : this.#sendings++);
    return span.start(send(sent, span));
  }

  end(record: ExchangeRecord): void {
    const { onSpan, attributesOf } = this.#settings;
    const endMs = wallNow();
    if (this.#llmId !== undefined) {
      const place = {
        traceId: this.#traceId,
        spanId: this.#llmId,
        parentId: this.#requestId ?? this.#callerId,
        parentIsRemote: this.#requestId === undefined,
        startMs: this.#llmStartMs,
      };
      onSpan(llmSpan(place, record, endMs, attributesOf));
    }
    if (this.#requestId === undefined) return;
    const place = {
      traceId: this.#traceId,
      spanId: this.#requestId,
      parentId: this.#callerId,
      parentIsRemote: this.#callerId !== undefined,
      startMs: this.#startMs,
    };
    onSpan(requestSpan(place, record, endMs, attributesOf));
  }

  #llmParent(now: number): string {
    if (this.#llmId !== undefined) return this.#llmId;
    this.#llmStartMs = now;
    this.#llmId = randomDigits(8);
    return this.#llmId;
  }
}
