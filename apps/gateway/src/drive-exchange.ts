import { Buffer } from 'node:buffer';
import type { OutgoingHttpHeaders } from 'node:http';
import type {
  Decision,
  ExchangeRecord,
  ExchangeSummary,
  Gateway,
  HostCapabilities,
  HostEffect,
  HttpBody,
  HttpHeaders,
  RequestHead,
  TakeOutcome,
  UpstreamFailure,
  UpstreamHead,
  UpstreamReply,
  UpstreamRequest,
} from '@plano/common';
import { createExchange, emptySummary, gatewayError, headerNames, headerValue } from '@plano/common';
import type { ClientResponse } from './client-response.ts';
import type { Collecting } from './collect-reply.ts';
import { collectedReply, startCollecting } from './collect-reply.ts';
import { holdBytes } from './memory-budget.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import type { UpstreamCall, UpstreamPools } from './upstream-pools.ts';

/** What drives exchanges in Node. */
export interface ExchangeHost {
  readonly gateway: Gateway;
  readonly capabilities: HostCapabilities;
  readonly pools: UpstreamPools;
  readonly rateLimits: RateLimitStore;
  /** Deadline in milliseconds of an exchange with all its attempts; of a stream, until its head has come. */
  readonly totalMs: number;
  onExchange?(record: ExchangeRecord): void;
}

/**
 * Drives one exchange over a client's response and the upstream pools.
 *
 * The exchange says what to do next, the upstream's callbacks make it go on. At most one upstream call is current; what an
 * earlier one still says is not heard. Three ends: the exchange is over, its deadline passes (a last failure, from which the flow makes
 * the answer), the client goes away (then the upstream's request is aborted at once and the exchange frees what it holds).
 */
export function driveExchange(host: ExchangeHost, head: RequestHead, body: HttpBody, response: ClientResponse): void {
  const started = performance.now();
  const { memory } = response;
  const exchange = createExchange(host.gateway, host.capabilities);
  let current: UpstreamCall | undefined;
  let collecting: Collecting | undefined;
  let headOfReply: { status: number; headers: HttpHeaders } | undefined;
  let accepted: (Decision & { action: 'accept' }) | undefined;
  let gathered: Uint8Array[] = [];
  /** Bytes that went into the answer's body since something last came out of it. */
  let inside = 0;
  let delay: NodeJS.Timeout | undefined;
  let awaitsHead = false;
  let over = false;
  let firstByteMs: number | null = null;
  let bytesOut = 0;
  let deadline = setTimeout(expire, host.totalMs, host.totalMs);

  response.onClose(() => {
    if (!over) close('aborted', abandon());
  });

  /** Ends the exchange from outside, so that it frees what it holds. */
  function abandon(): ExchangeSummary {
    const effect = exchange.dispatch({ type: 'abort' });
    return effect.step === 'over' ? effect.summary : emptySummary;
  }

  function close(outcome: ExchangeRecord['outcome'], summary: ExchangeSummary): void {
    over = true;
    clearTimeout(deadline);
    clearTimeout(delay);
    current?.abort();
    memory.shed = undefined;
    if (summary.charges.length > 0) host.rateLimits.charge(summary.charges);
    host.onExchange?.({
      head,
      status: response.statusCode || clientClosedRequest,
      summary,
      outcome,
      durationMs: performance.now() - started,
      firstByteMs,
      bytesIn: body.length,
      bytesOut,
    });
  }

  function count(bytes: number): void {
    firstByteMs ??= performance.now() - started;
    bytesOut += bytes;
  }

  /** The process holds too much, and this exchange most of it. */
  function shed(): void {
    const message = 'The gateway holds too much in memory';
    if (accepted === undefined && !response.headersSent) {
      abandon();
      respond(host.gateway.refuse(head, gatewayError('overloaded', message, { retryAfterSeconds: 1 })));
      return;
    }
    current?.abort();
    next(() => exchange.dispatch({ type: 'failure', failure: { reason: 'reset', message, final: true } }));
  }

  function expire(milliseconds: number): void {
    const failure: UpstreamFailure = { reason: 'timeout', message: `The answer took longer than ${milliseconds} ms`, final: true };
    clearTimeout(delay);
    current?.abort();
    current = undefined;
    if (accepted !== undefined) next(() => exchange.dispatch({ type: 'failure', failure }));
    else if (collecting !== undefined) reply({ ok: false, ...failure });
    else headCame({ ok: false, ...failure });
  }

  /** Takes one step of the exchange; a bug in it answers 500 and harms no other exchange. */
  function next(step: () => HostEffect): void {
    if (over) return;
    try {
      act(step());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const summary = abandon();
      if (accepted !== undefined || response.headersSent) {
        response.destroy();
        close('finished', { ...summary, error: { code: 'internal', message } });
      } else {
        const refused = host.gateway.refuse(head, gatewayError('internal', 'The gateway failed to handle this request'));
        respond({ ...refused, summary: { ...summary, error: { code: 'internal', message } } });
      }
    }
  }

  function act(effect: HostEffect): void {
    switch (effect.step) {
      case 'forward':
        headOfReply = undefined;
        awaitsHead = false;
        // Until then the rest of an earlier answer is read and dropped, so that its connection can be used again.
        if (effect.delayMs === 0) send(effect.request);
        else delay = setTimeout(() => send(effect.request), effect.delayMs);
        return;
      case 'call':
        headOfReply = undefined;
        collecting = startCollecting(effect.bodyLimit);
        send(traced(effect.request, head));
        delay = setTimeout(() => {
          current?.abort();
          current = undefined;
          reply({ ok: false, reason: 'timeout', message: 'The call took too long' });
        }, effect.timeoutMs);
        return;
      case 'read-body':
        collecting = startCollecting(effect.limit);
        return;
      case 'reserve': {
        const outcome = host.rateLimits.take(effect.takes);
        if (outcome instanceof Promise) void outcome.then(reserved);
        else reserved(outcome);
        return;
      }
      case 'respond':
        respond(effect.decision);
        return;
      case 'accept':
        accepted = effect.decision;
        if (effect.decision.stream) {
          const { streamTotalMs } = host.pools;
          clearTimeout(deadline);
          if (streamTotalMs !== null) deadline = setTimeout(expire, streamTotalMs, streamTotalMs);
          // The head usually leaves with the first event; it must not wait for an upstream that thinks for long.
          setImmediate(() => {
            if (over || response.headersSent) return;
            response.writeHead(effect.decision.status, outgoing(effect.decision.headers), 'stream');
            response.flushHeaders();
          });
        }
        return;
      case 'write':
        write(effect.chunks, effect.last, effect.cut);
        return;
      case 'over':
        return;
    }
  }

  function send(request: UpstreamRequest): void {
    if (over) return;
    holdBytes(memory, 'upstream', request.body === body ? 0 : request.body.length);
    if (over) return;
    current?.abort();
    awaitsHead = collecting === undefined;
    let mine: UpstreamCall | undefined;
    const heard = (): boolean => !over && (mine === undefined || mine === current);
    mine = host.pools.send(request, {
      onHead(status, headers) {
        if (!heard()) return;
        headOfReply = { status, headers };
        if (awaitsHead) headCame({ ok: true, status, headers });
      },
      onChunk(chunk) {
        if (!heard()) return;
        if (collecting !== undefined) collect(collecting, chunk);
        else if (accepted !== undefined) gather(chunk);
      },
      onEnd() {
        if (!heard()) return;
        handOn();
        current = undefined;
        if (collecting !== undefined) reply(collectedReply(collecting, headOfReply, true));
        else if (accepted !== undefined) next(() => exchange.dispatch({ type: 'end' }));
      },
      onFailure(failure) {
        if (!heard()) return;
        handOn();
        current = undefined;
        if (collecting !== undefined) reply({ ok: false, ...failure });
        else if (accepted !== undefined) next(() => exchange.dispatch({ type: 'failure', failure }));
        else if (awaitsHead) headCame({ ok: false, ...failure });
      },
    });
    current = mine;
  }

  function headCame(value: UpstreamHead): void {
    awaitsHead = false;
    next(() => exchange.dispatch({ type: 'head', head: value }));
  }

  /** What one read of the upstream's socket brought, however many HTTP chunks it was, is translated and written in one go. */
  function gather(chunk: Uint8Array): void {
    if (gathered.push(chunk) === 1) process.nextTick(handOn);
  }

  function handOn(): void {
    if (gathered.length === 0) return;
    const [first] = gathered;
    const chunk = gathered.length === 1 && first !== undefined ? first : Buffer.concat(gathered);
    gathered = [];
    if (accepted === undefined) return;
    inside += chunk.length;
    if (!accepted.stream) holdBytes(memory, 'answer', inside);
    next(() => exchange.dispatch({ type: 'chunk', chunk }));
  }

  function collect(into: Collecting, chunk: Uint8Array): void {
    into.chunks.push(chunk);
    into.size += chunk.length;
    holdBytes(memory, 'answer', into.size);
    if (over) return;
    if (into.size <= into.limit) return;
    current?.abort();
    current = undefined;
    reply(collectedReply(into, headOfReply, false));
  }

  function reply(value: UpstreamReply): void {
    collecting = undefined;
    clearTimeout(delay);
    next(() => exchange.dispatch({ type: 'reply', reply: value }));
  }

  function reserved(outcome: TakeOutcome): void {
    next(() => exchange.dispatch({ type: 'reserved', outcome }));
  }

  function respond(decision: Decision & { action: 'respond' }): void {
    if (over) return;
    const headers = outgoing(decision.headers);
    const bytes = Buffer.byteLength(decision.body);
    headers['content-length'] = bytes;
    response.writeHead(decision.status, headers);
    count(bytes);
    response.end(decision.body);
    close('finished', decision.summary);
  }

  function write(chunks: readonly HttpBody[], last: boolean, cut: boolean): void {
    if (accepted === undefined) return;
    if (chunks.length > 0 || last) inside = 0;
    holdBytes(memory, 'answer', inside);
    if (over) return;
    const only = last && !cut && chunks.length <= 1;
    if (!response.headersSent && (chunks.length > 0 || last)) {
      const headers = outgoing(accepted.headers);
      if (only && headers['content-length'] === undefined)
        headers['content-length'] = chunks[0] === undefined ? 0 : Buffer.byteLength(chunks[0]);
      response.writeHead(accepted.status, headers, accepted.stream ? 'stream' : 'whole');
    }
    for (const chunk of chunks) count(Buffer.byteLength(chunk));
    if (only) {
      response.end(chunks[0]);
      close('finished', accepted.summary());
      return;
    }
    let ready = true;
    for (const chunk of chunks) ready = response.write(chunk);
    if (last) {
      if (cut) response.destroy();
      else response.end();
      close('finished', accepted.summary());
    } else if (!ready && current !== undefined) {
      hold(current);
    }
  }

  let held = false;
  /** The client reads slower than the upstream writes: the upstream waits. */
  function hold(call: UpstreamCall): void {
    if (held) return;
    held = true;
    call.pause();
    response.onceDrained(() => {
      held = false;
      call.resume();
    });
  }

  memory.shed = shed;
  next(() => exchange.dispatch({ type: 'request', head, body }));
}

// What is logged as the status when the client went away before there was one, as nginx does.
const clientClosedRequest = 499;

// A decision's headers are its own object, so the host may add to them.
const outgoing = (headers: HttpHeaders): OutgoingHttpHeaders => headers as OutgoingHttpHeaders;

/** A call beside the exchange belongs to the exchange's trace, whoever made it. */
function traced(request: UpstreamRequest, { headers }: RequestHead): UpstreamRequest {
  const parent = headerValue(headers, headerNames.traceparent);
  if (parent === undefined || request.headers[headerNames.traceparent] !== undefined) return request;
  const state = headerValue(headers, headerNames.tracestate);
  const trace = { [headerNames.traceparent]: parent, ...(state === undefined ? {} : { [headerNames.tracestate]: state }) };
  return { ...request, headers: { ...request.headers, ...trace } };
}
