import { joinBytes } from '@plano/hermesllm';
import type { GatewayError } from './errors.ts';
import { gatewayError } from './errors.ts';
import type { Decision, Exchange, ExchangeSummary, HostEffect, HostEvent, UpstreamHead, UpstreamReply } from './exchange.ts';
import { createExchange, emptySummary } from './exchange.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import { headerNames } from './headers.ts';
import type { HttpBody, HttpHeaders, RequestHead, UpstreamFailure, UpstreamRequest } from './http.ts';
import { headerValue } from './http.ts';
import type { TakeOutcome } from './rate-limits/bucket.ts';
import type { UpstreamCall, UpstreamListener } from './upstream-call.ts';
import type { WalkClient, WalkHost, WalkRequest } from './walk-host.ts';

/** How long an upstream may take to end after its answer was whole, so that its connection can be used again. */
const restMs = 1_000;

// What is logged as the status when the client went away before there was one, as nginx does.
const clientClosedRequest = 499;

/** Bytes from which on what was gathered is not waited with. */
const gatheredAtMost = 64 * 1024;

/** A walk under way. */
export interface ExchangeWalk {
  /** To be called once. */
  start(): void;
  /** The client has gone away, or wants no answer any more, for a reason that is recorded when nothing else went wrong. */
  leave(error?: ExchangeSummary['error']): void;
  /** The process holds too much, and this exchange most of it. */
  shed(): void;
}

/**
 * One exchange between a client and upstreams: the one way in which hosts walk from effect to effect.
 *
 * The exchange says what to do next, the upstream's call makes it go on. At most one call is current, and what an earlier one still says is
 * not heard. Three ends: the exchange is over, its deadline passes (a last failure, from which the flow makes the answer), the
 * client goes away (`leave`: the call is aborted at once, and the exchange frees what it holds).
 *
 * There is one for each request, so it is one object, and its steps are functions of the module.
 *
 * @example
 * const walk = createExchangeWalk(host, { head, body, bytes: body.length }, client);
 * request.once('close', () => walk.leave());
 * walk.start();
 */
export const createExchangeWalk = (host: WalkHost, request: WalkRequest, client: WalkClient): ExchangeWalk =>
  new Walk(host, request, client);

/** Where a walk stands, and what calls tell it. */
class Walk implements ExchangeWalk, UpstreamListener {
  readonly host: WalkHost;
  readonly request: WalkRequest;
  readonly client: WalkClient;
  readonly exchange: Exchange;
  readonly started: number;
  deadline: unknown = undefined;
  deadlineMs: number | null = null;
  /** Before a sending, or the limit of a call. */
  delay: unknown = undefined;
  call: UpstreamCall | undefined = undefined;
  sendings = 0;
  headOfReply: (UpstreamHead & { ok: true }) | undefined = undefined;
  awaitsHead = false;
  collecting: { readonly limit: number; readonly chunks: Uint8Array[]; size: number } | undefined = undefined;
  accepted: (Decision & { action: 'accept' }) | undefined = undefined;
  /** What was read in this turn: the first piece, and all of them if there are more. */
  gathered: Uint8Array | undefined = undefined;
  gatheredMore: Uint8Array[] | undefined = undefined;
  gatheredBytes = 0;
  /** Bytes that went into the answer's body since something last came out of it. */
  inside = 0;
  /** Bytes of the answer that the client was told to be in memory. */
  answerHeld = 0;
  held = false;
  over = false;
  firstByteMs: number | null = null;
  bytesOut = 0;

  constructor(host: WalkHost, request: WalkRequest, client: WalkClient) {
    this.host = host;
    this.request = request;
    this.client = client;
    this.exchange = createExchange(host.gateway, host.capabilities);
    this.started = host.clock.now();
  }

  start(): void {
    start(this);
  }

  leave(error: ExchangeSummary['error'] = null): void {
    leave(this, error);
  }

  shed(): void {
    shed(this);
  }

  onHead(status: number, headers: HttpHeaders): void {
    onHead(this, status, headers);
  }

  onChunk(chunk: Uint8Array): void {
    onChunk(this, chunk);
  }

  onEnd(): void {
    onEnd(this);
  }

  onFailure(failure: UpstreamFailure): void {
    onFailure(this, failure);
  }
}

function start(walk: Walk): void {
  limit(walk, walk.host.totalMs);
  tell(walk, { type: 'request', head: walk.request.head, body: walk.request.body });
}

function leave(walk: Walk, error: ExchangeSummary['error']): void {
  if (walk.over) return;
  const { summary, whole } = abandon(walk);
  if (whole) {
    // Some clients leave at the event that ends the answer, before the upstream has ended.
    const { call } = walk;
    walk.call = undefined;
    if (call !== undefined) walk.host.clock.start(abortCall, restMs, call);
    close(walk, 'finished', summary);
  } else close(walk, 'aborted', error === null || summary.error !== null ? summary : { ...summary, error });
}

const abortCall = (call: UpstreamCall): void => call.abort();

function shed(walk: Walk): void {
  if (walk.over) return;
  const message = 'The gateway holds too much in memory';
  if (walk.accepted === undefined && walk.client.status() === 0) {
    abandon(walk);
    respond(walk, walk.host.gateway.refuse(walk.request.head, gatewayError('overloaded', message, { retryAfterSeconds: 1 })));
    return;
  }
  walk.call?.abort();
  walk.call = undefined;
  tell(walk, { type: 'failure', failure: { reason: 'reset', message, final: true } });
}

function onHead(walk: Walk, status: number, headers: HttpHeaders): void {
  const head = { ok: true, status, headers } as const;
  walk.headOfReply = head;
  if (!walk.awaitsHead) return;
  walk.awaitsHead = false;
  tell(walk, { type: 'head', head });
}

function onChunk(walk: Walk, chunk: Uint8Array): void {
  if (walk.collecting !== undefined) collect(walk, chunk);
  else if (walk.accepted === undefined) return;
  else {
    // What the host reads in one go, however many HTTP chunks it is, is translated and written in one go.
    if (walk.gathered === undefined) {
      walk.gathered = chunk;
      walk.gatheredBytes = chunk.length;
      walk.host.clock.afterRead(handOn, walk);
    } else {
      walk.gatheredMore ??= [walk.gathered];
      walk.gatheredMore.push(chunk);
      walk.gatheredBytes += chunk.length;
    }
    // Before that much more has been read, the upstream must be told to wait for a client that does not keep up.
    if (walk.gatheredBytes >= gatheredAtMost) handOn(walk);
  }
}

function onEnd(walk: Walk): void {
  walk.call = undefined;
  if (walk.collecting !== undefined) replyCollected(walk, true);
  else if (walk.accepted !== undefined) tell(walk, { type: 'end' });
}

function onFailure(walk: Walk, failure: UpstreamFailure): void {
  walk.call = undefined;
  handOn(walk);
  fail(walk, failure);
}

/** Hands on what was gathered. */
function handOn(walk: Walk): void {
  const chunk = takeGathered(walk);
  if (chunk === undefined || walk.over) return;
  walk.inside += chunk.length;
  if (walk.accepted?.stream === false) holdAnswer(walk, walk.inside);
  tell(walk, { type: 'chunk', chunk });
}

function limit(walk: Walk, milliseconds: number | null): void {
  walk.deadlineMs = milliseconds;
  walk.deadline = milliseconds === null ? undefined : walk.host.clock.start(expire, milliseconds, walk);
}

function expire(walk: Walk): void {
  walk.host.clock.stop(walk.delay);
  walk.call?.abort();
  walk.call = undefined;
  fail(walk, { reason: 'timeout', message: `The answer took longer than ${walk.deadlineMs ?? 0} ms`, final: true });
}

/** Takes one step of the exchange; a bug in it answers 500 and harms no other exchange. */
function tell(walk: Walk, event: HostEvent): void {
  if (walk.over) return;
  try {
    act(walk, dispatch(walk, event));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const summary: ExchangeSummary = { ...abandon(walk).summary, error: { code: 'internal', message } };
    if (walk.accepted === undefined && walk.client.status() === 0) {
      const { gateway } = walk.host;
      respond(walk, {
        ...gateway.refuse(walk.request.head, gatewayError('internal', 'The gateway failed to handle this request')),
        summary,
      });
    } else {
      walk.client.cut(error instanceof Error ? error : new Error(message));
      close(walk, 'finished', summary);
    }
  }
}

/** An answer whose end comes with the last of its body leaves in one piece. */
function dispatch(walk: Walk, event: HostEvent): HostEffect {
  const chunk = event.type === 'end' ? takeGathered(walk) : undefined;
  if (chunk === undefined) return walk.exchange.dispatch(event);
  const before = walk.exchange.dispatch({ type: 'chunk', chunk });
  const effect = walk.exchange.dispatch(event);
  if (before.step !== 'write' || effect.step !== 'write' || before.chunks.length === 0) return effect;
  return effect.chunks.length === 0 ? { ...effect, chunks: before.chunks } : { ...effect, chunks: [...before.chunks, ...effect.chunks] };
}

function act(walk: Walk, effect: HostEffect): void {
  switch (effect.step) {
    case 'forward':
      walk.headOfReply = undefined;
      walk.awaitsHead = false;
      // Until then the rest of an earlier answer is read and dropped, so that its connection can be used again.
      if (effect.delayMs === 0) send(walk, effect.request);
      else walk.delay = walk.host.clock.start((request) => send(walk, request), effect.delayMs, effect.request);
      return;
    case 'call':
      walk.headOfReply = undefined;
      walk.collecting = { limit: effect.bodyLimit, chunks: [], size: 0 };
      send(walk, traced(effect.request, walk.request.head));
      if (walk.collecting !== undefined) walk.delay = walk.host.clock.start(endCall, effect.timeoutMs, walk);
      return;
    case 'read-body':
      walk.collecting = { limit: effect.limit, chunks: [], size: 0 };
      return;
    case 'reserve': {
      const outcome = walk.host.rateLimits.take(effect.takes);
      if (outcome instanceof Promise) void outcome.then((taken) => reserved(walk, taken));
      else reserved(walk, outcome);
      return;
    }
    case 'respond':
      respond(walk, effect.decision);
      return;
    case 'accept':
      accept(walk, effect.decision);
      return;
    case 'write':
      write(walk, effect.chunks, effect.last, effect.cut);
      return;
    case 'over':
      return;
  }
}

function send(walk: Walk, request: UpstreamRequest): void {
  if (walk.over) return;
  const { body } = request;
  walk.client.holds('upstream', body === walk.request.body ? 0 : body.length);
  // Giving up for want of memory ends everything.
  if (walk.over) return;
  walk.call?.abort();
  walk.call = undefined;
  walk.awaitsHead = walk.collecting === undefined;
  const sending = ++walk.sendings;
  const { trace } = walk.request;
  const call =
    trace === undefined ? walk.host.send(request, walk) : trace.send(walk.host.send, request, walk, walk.collecting !== undefined);
  // What was sent may have failed already, and another request been sent.
  if (sending === walk.sendings && !walk.over) walk.call = call;
}

function fail(walk: Walk, failure: UpstreamFailure): void {
  if (walk.accepted !== undefined) tell(walk, { type: 'failure', failure });
  else if (walk.collecting !== undefined) reply(walk, { ok: false, ...failure });
  else if (walk.awaitsHead || failure.final === true) {
    walk.awaitsHead = false;
    tell(walk, { type: 'head', head: { ok: false, ...failure } });
  }
}

function takeGathered(walk: Walk): Uint8Array | undefined {
  const { gathered, gatheredMore } = walk;
  if (gathered === undefined) return undefined;
  walk.gathered = undefined;
  if (gatheredMore === undefined) return gathered;
  walk.gatheredMore = undefined;
  return joinBytes(gatheredMore);
}

/** Of a stream nearly every event comes out as it goes in: then there is nothing to tell. */
function holdAnswer(walk: Walk, bytes: number): void {
  if (bytes === walk.answerHeld) return;
  walk.answerHeld = bytes;
  walk.client.holds('answer', bytes);
}

function collect(walk: Walk, chunk: Uint8Array): void {
  const into = walk.collecting;
  if (into === undefined) return;
  into.chunks.push(chunk);
  into.size += chunk.length;
  holdAnswer(walk, into.size);
  if (walk.over || into.size <= into.limit) return;
  walk.call?.abort();
  walk.call = undefined;
  replyCollected(walk, false);
}

function replyCollected(walk: Walk, complete: boolean): void {
  if (walk.collecting === undefined) return;
  const { chunks, limit } = walk.collecting;
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : joinBytes(chunks);
  const { status = 0, headers = {} } = walk.headOfReply ?? {};
  reply(walk, { ok: true, status, headers, body: complete ? bytes : bytes.subarray(0, limit), complete });
}

/** What a call or the reading of a body has come to. */
function reply(walk: Walk, reply: UpstreamReply): void {
  walk.collecting = undefined;
  if (walk.delay !== undefined) walk.host.clock.stop(walk.delay);
  walk.delay = undefined;
  tell(walk, { type: 'reply', reply });
}

function endCall(walk: Walk): void {
  walk.call?.abort();
  walk.call = undefined;
  reply(walk, { ok: false, reason: 'timeout', message: 'The call took too long' });
}

function reserved(walk: Walk, outcome: TakeOutcome): void {
  tell(walk, { type: 'reserved', outcome });
}

function respond(walk: Walk, { status, headers, body, summary }: Decision & { action: 'respond' }): void {
  if (walk.over) return;
  count(walk, walk.client.respond(status, headers, body));
  close(walk, 'finished', summary);
}

function accept(walk: Walk, decision: Decision & { action: 'accept' }): void {
  walk.accepted = decision;
  if (decision.stream) {
    walk.host.clock.stop(walk.deadline);
    limit(walk, walk.host.streamTotalMs);
  }
  walk.client.accept(decision.status, decision.headers, decision.stream);
  if (walk.client.isFull()) hold(walk);
}

function write(walk: Walk, pieces: readonly HttpBody[], last: boolean, cut: boolean): void {
  const accepted = walk.accepted;
  if (accepted === undefined) return;
  const grew = pieces.length > 0 || (last && !cut);
  if (grew) walk.inside = 0;
  holdAnswer(walk, walk.inside);
  if (walk.over) return;
  if (grew) count(walk, walk.client.write(pieces, last && !cut));
  if (last) {
    const summary = accepted.summary();
    // As long as nothing of it has left, the client can still be told what happened.
    if (cut && walk.client.status() === 0) {
      const { gateway } = walk.host;
      respond(walk, { ...gateway.refuse(walk.request.head, brokenOff(summary)), summary });
      return;
    }
    if (cut) walk.client.cut(new Error(closedMessage));
    close(walk, 'finished', summary);
  } else if (walk.client.isFull()) hold(walk);
}

const closedMessage = 'The upstream closed the connection';

/** The error of an answer that broke off, as its summary knows it. */
const brokenOff = ({ error }: ExchangeSummary): GatewayError =>
  gatewayError(error?.code === 'upstream_timeout' ? 'upstream_timeout' : 'upstream_reset', error?.message ?? closedMessage);

/** The client reads slower than the upstream writes: the upstream waits. */
function hold(walk: Walk): void {
  const call = walk.call;
  if (walk.held || call === undefined) return;
  walk.held = true;
  call.pause();
  walk.client.onceReady(() => {
    walk.held = false;
    call.resume();
  });
}

function count(walk: Walk, bytes: number): void {
  if (bytes === 0) return;
  walk.firstByteMs ??= walk.host.clock.now() - walk.started;
  walk.bytesOut += bytes;
}

/** Ends the exchange from outside, so that it frees what it holds. */
function abandon(walk: Walk): { readonly summary: ExchangeSummary; readonly whole: boolean } {
  const effect = walk.exchange.dispatch({ type: 'abort' });
  return effect.step === 'over' ? effect : { summary: emptySummary, whole: false };
}

function close(walk: Walk, outcome: ExchangeRecord['outcome'], summary: ExchangeSummary): void {
  const { clock, rateLimits, onExchange } = walk.host;
  const { head, bytes, purpose, trace } = walk.request;
  walk.over = true;
  clock.stop(walk.deadline);
  if (walk.delay !== undefined) clock.stop(walk.delay);
  walk.call?.abort();
  walk.call = undefined;
  walk.client.over();
  if (summary.charges.length > 0) rateLimits.charge(summary.charges);
  if (onExchange === undefined && trace === undefined) return;
  const record: ExchangeRecord = {
    head,
    purpose,
    status: walk.client.status() || clientClosedRequest,
    summary,
    outcome,
    durationMs: clock.now() - walk.started,
    firstByteMs: walk.firstByteMs,
    bytesIn: bytes,
    bytesOut: walk.bytesOut,
  };
  onExchange?.(record);
  trace?.end(record);
}

/** A call beside the exchange belongs to the exchange's trace, whoever made it. */
function traced(request: UpstreamRequest, { headers }: RequestHead): UpstreamRequest {
  const parent = headerValue(headers, headerNames.traceparent);
  if (parent === undefined || request.headers[headerNames.traceparent] !== undefined) return request;
  const state = headerValue(headers, headerNames.tracestate);
  const trace = { [headerNames.traceparent]: parent, ...(state === undefined ? {} : { [headerNames.tracestate]: state }) };
  return { ...request, headers: { ...request.headers, ...trace } };
}
