import { Buffer } from 'node:buffer';
import type { HttpHeaders, UpstreamCall, UpstreamFailure, UpstreamListener, UpstreamRequest } from '@plano/common';
import { createShow, pathPart } from '../shown-text.ts';
import type { Span, SpanAttributes, SpanPlace } from './span.ts';
import { wallNow } from './wall-clock.ts';

const show = createShow();

/**
 * A request to an upstream as a span: it stands between the sender and its listener, and ends with the answer, a failure, or when nobody wants the
 * rest of it. All that it does for a chunk is to add its length.
 */
export class UpstreamSpan implements UpstreamListener, UpstreamCall {
  readonly #onSpan: (span: Span) => void;
  readonly #place: SpanPlace;
  readonly #request: UpstreamRequest;
  readonly #listener: UpstreamListener;
  /** Requests of the exchange that were sent for the same answer before. */
  readonly #sentBefore: number;
  #call: UpstreamCall | undefined = undefined;
  #status = 0;
  #bytes = 0;
  #over = false;

  constructor(onSpan: (span: Span) => void, place: SpanPlace, request: UpstreamRequest, listener: UpstreamListener, sentBefore: number) {
    this.#onSpan = onSpan;
    this.#place = place;
    this.#request = request;
    this.#listener = listener;
    this.#sentBefore = sentBefore;
  }

  /** Takes the call that was made with this as its listener. */
  start(call: UpstreamCall): UpstreamCall {
    this.#call = call;
    return this;
  }

  onHead(status: number, headers: HttpHeaders): void {
    this.#status = status;
    this.#listener.onHead(status, headers);
  }

  onChunk(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#listener.onChunk(chunk);
  }

  onEnd(): void {
    this.#end(this.#status >= 400 ? String(this.#status) : undefined);
    this.#listener.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#end(failure.reason, failure.message);
    this.#listener.onFailure(failure);
  }

  abort(): void {
    this.#end(this.#status >= 400 ? String(this.#status) : undefined, undefined, true);
    this.#call?.abort();
  }

  pause(): void {
    this.#call?.pause();
  }

  resume(): void {
    this.#call?.resume();
  }

  #end(errorType: string | undefined, message = errorType === undefined ? undefined : `status ${errorType}`, aborted = false): void {
    if (this.#over) return;
    this.#over = true;
    const { target, method, path, body } = this.#request;
    const shownPath = show(pathPart(path));
    const authority = target.type === 'socket' ? target.authority : target.name;
    const attributes: SpanAttributes = {
      'http.method': method,
      'http.request.method': method,
      'url.path': shownPath,
      'server.address': target.type === 'socket' ? target.host : target.name,
      'http.request.body.size': typeof body === 'string' ? Buffer.byteLength(body) : body.length,
      'http.response.body.size': this.#bytes,
    };
    if (target.type === 'socket') attributes['server.port'] = target.port;
    if (this.#status !== 0) {
      attributes['http.status_code'] = this.#status;
      attributes['http.response.status_code'] = this.#status;
    }
    if (this.#sentBefore > 0) attributes['http.request.resend_count'] = this.#sentBefore;
    if (errorType !== undefined) attributes['error.type'] = errorType;
    if (aborted) attributes['plano.outcome'] = 'aborted';
    this.#onSpan({
      ...this.#place,
      service: 'plano(outbound)',
      name: `${method} ${authority}${shownPath}`,
      kind: 'client',
      endMs: wallNow(),
      attributes,
      events: [],
      error: errorType === undefined ? undefined : message,
    });
  }
}
