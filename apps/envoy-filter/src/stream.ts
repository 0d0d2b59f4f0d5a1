import type {
  CheckListenerKeys,
  Decision,
  EffectiveAuth,
  Exchange,
  ExchangeSummary,
  Gateway,
  GatewayErrorKind,
  HostCapabilities,
  HostEffect,
  HttpBody,
  RequestHead,
  UpstreamReply,
  UpstreamRequest,
  UpstreamTarget,
} from '@plano/common';
import {
  createExchange,
  emptySummary,
  envoyCluster,
  envoyNodeCluster,
  envoyOwnDetails,
  gatewayError,
  headerNames,
  headerValue,
  upstreamFailureKinds,
} from '@plano/common';
import type { EnvoyAnswer } from './envoy-failure.ts';
import { codeDetailsOf, readCallFailure, readCodeDetails } from './envoy-failure.ts';
import type { FailureTexts } from './failure-texts.ts';
import { addHeaders, headersOf, requestHeadOf, statusOf } from './header-pairs.ts';
import { chargeShared, takeShared } from './shared-buckets.ts';
import type { EnvoyHost } from './host.ts';
import * as envoy from './host.ts';

/** What all streams of one plugin share. */
export interface StreamOwner {
  readonly host: EnvoyHost;
  readonly gateway: Gateway;
  readonly capabilities: HostCapabilities;
  /** Whose own settings hold for its streams. */
  readonly listener: string | undefined;
  /** Checks the keys of the listener, if it has some. */
  readonly checkKeys: CheckListenerKeys | undefined;
  /** What the Node process wants to be shown. */
  readonly nodeAuth: EffectiveAuth | null;
  readonly requestBodyBytes: number;
  /** Streams at the same time in this worker. */
  readonly inFlight: number;
  readonly open: () => number;
  /** Deadline of a whole stream in milliseconds; 0 for none. */
  readonly streamTotalMs: number;
  /** What Envoy says in the place of an answer that breaks off while it is held back. */
  readonly failureTexts: FailureTexts;
  /** Answers of `plano/echo`. */
  readonly echo: (request: UpstreamRequest) => { status: number; contentType: string; chunks: readonly string[] };
  /** Tells the owner that a reply is awaited. */
  readonly awaitCall: (token: number, stream: Stream) => void;
  /** Told once what became of the exchange. */
  readonly onSummary: (stream: Stream, status: number, summary: ExchangeSummary) => void;
}

/*
 * One HTTP stream as a state machine over the callbacks of proxy-wasm:
 *
 *   idle → request (body arrives) ⇄ calling → sent (the router has it) → reading (a whole body) → replacing | streaming → over
 *
 * Head and body of the request are held back until the exchange has said `forward`; head and body of the answer until it has said what the client
 * gets. `over` lets everything pass, because Envoy also shows a filter the answers that the filter itself has made.
 */
type Phase = 'idle' | 'request' | 'calling' | 'sent' | 'reading' | 'replacing' | 'streaming' | 'over';

type Respond = Decision & { readonly action: 'respond' };
type Accept = Decision & { readonly action: 'accept' };

/** A stream context. */
export interface Stream {
  readonly id: number;
  readonly owner: StreamOwner;
  readonly startedMs: number;
  /** When the first part of the answer went to the client; 0 before. */
  firstWriteMs: number;
  phase: Phase;
  head: RequestHead;
  exchange: Exchange | undefined;
  /** Bytes of the request body that Envoy holds. */
  requestSize: number;
  /** Status and headers of the answer that is being read. */
  answer: { readonly status: number; readonly headers: RequestHead['headers'] };
  /** Whether the next filter answers, so that whatever comes is its answer. */
  goesToNextFilter: boolean;
  /** Bytes of the answer that Envoy holds while it is read. */
  answerSize: number;
  readLimit: number;
  callLimit: number;
  /** When a call has had its time. */
  callEndsMs: number;
  replacement: Respond | undefined;
  accepted: Accept | undefined;
  /** Whether an event is being handled. One that begins while this is still true follows one that was ended by force. */
  running: boolean;
  /** Whether the event came outside the stream's own callbacks, so that it must be told to go on. */
  suspended: boolean;
  summarized: boolean;
}

const noHead: RequestHead = { method: 'GET', path: '/', headers: {} };

export const createStream = (id: number, owner: StreamOwner): Stream => ({
  id,
  owner,
  startedMs: owner.capabilities.now(),
  firstWriteMs: 0,
  phase: 'idle',
  head: noHead,
  exchange: undefined,
  requestSize: 0,
  answer: { status: 0, headers: {} },
  goesToNextFilter: false,
  answerSize: 0,
  readLimit: 0,
  callLimit: 0,
  callEndsMs: 0,
  replacement: undefined,
  accepted: undefined,
  running: false,
  suspended: false,
  summarized: false,
});

/** Takes one event of a stream: whether its message ends with it, and how many bytes of its body are there. */
type StreamEvent = (stream: Stream, end: boolean, size: number) => number;

/** Handles one event of a stream; a bug in it costs this stream a 500 and no other anything. */
export function handle(stream: Stream, event: StreamEvent, end = false, size = 0): number {
  if (stream.running) {
    stream.phase = 'over';
    stream.running = false;
    return envoy.proceed;
  }
  stream.running = true;
  let action: number;
  try {
    action = event(stream, end, size);
  } catch (error) {
    action = fail(stream, error);
  }
  stream.running = false;
  return action;
}

/** An event of the stream was ended by force: it took too long, or `fail` itself has failed. The client gets the same as for any error. */
export function endForced(stream: Stream): number {
  const action = fail(stream, new Error('The event was ended because it took too long'));
  stream.running = false;
  return action;
}

function fail(stream: Stream, error: unknown): number {
  const { host, gateway } = stream.owner;
  const message = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
  host.log('error', message);
  const refused = gateway.refuse(stream.head, gatewayError('internal', 'The gateway failed to handle this request'));
  const summary = { ...refused.summary, error: { code: 'internal', message: message.split('\n', 1)[0] ?? '' } };
  if (stream.phase !== 'streaming') return respond(stream, { ...refused, summary });
  finish(stream, (stream.accepted as Accept).status, summary);
  host.closeStream(envoy.responseSide);
  return envoy.pause;
}

export function onRequestHeaders(stream: Stream, end: boolean): number {
  const { owner } = stream;
  stream.head = requestHeadOf(owner.host.headers(envoy.requestHeaders), owner.listener);
  stream.phase = 'request';
  const refused = owner.checkKeys?.(stream.head);
  if (refused !== undefined) return respond(stream, owner.gateway.refuse(stream.head, refused));
  const { headers } = stream.head;
  if (owner.open() > owner.inFlight) return refuse(stream, 'overloaded', 'The gateway is at its limit of requests', 1);
  const encoding = headerValue(headers, 'content-encoding');
  if (!end && encoding !== undefined && encoding !== 'identity') return refuseCoding(stream, encoding);
  if (Number(headerValue(headers, 'content-length') ?? 0) > owner.requestBodyBytes) return refuseTooLarge(stream);
  if (end) return begin(stream);
  const hopeless = owner.gateway.refuseByHead?.(stream.head);
  return hopeless === undefined ? envoy.pause : respond(stream, hopeless);
}

export function onRequestBody(stream: Stream, end: boolean, size: number): number {
  if (stream.phase !== 'request') return envoy.proceed;
  stream.requestSize = size;
  if (size > stream.owner.requestBodyBytes) return refuseTooLarge(stream);
  return end ? begin(stream) : envoy.pause;
}

/** With trailers the end of the body comes here. */
export function onRequestTrailers(stream: Stream): number {
  return stream.phase === 'request' ? begin(stream) : envoy.proceed;
}

export function onResponseHeaders(stream: Stream, end: boolean): number {
  const { host } = stream.owner;
  if (stream.phase === 'over' || stream.phase === 'idle') return envoy.proceed;
  const pairs = host.headers(envoy.responseHeaders);
  const answer: EnvoyAnswer = stream.goesToNextFilter ? { from: 'upstream' } : readCodeDetails(codeDetailsOf(host));
  stream.answer = { status: statusOf(pairs), headers: headersOf(pairs) };
  if (answer.from === 'envoy') return onEnvoyAnswer(stream, answer, end);
  if (stream.phase !== 'sent') {
    stream.phase = 'over';
    return envoy.proceed;
  }
  const action = act(stream, dispatch(stream, { type: 'head', head: { ok: true, ...stream.answer } }));
  return end && (stream.phase as Phase) !== 'over' ? endWithoutBody(stream) : action;
}

/** Envoy answers itself: its text is replaced when it has come. */
function onEnvoyAnswer(stream: Stream, answer: Exclude<EnvoyAnswer, { from: 'upstream' }>, end: boolean): number {
  const decision =
    'failure' in answer && stream.phase === 'sent'
      ? dispatch(stream, { type: 'head', head: { ok: false, ...answer.failure } })
      : told(stream, answer);
  const respondWith = 'step' in decision ? (decision.step === 'respond' ? decision.decision : undefined) : decision;
  if (respondWith === undefined) throw new Error('The exchange wants to send again, which Envoy cannot');
  stream.replacement = respondWith;
  stream.phase = 'replacing';
  return end ? respond(stream, respondWith) : envoy.pause;
}

/** Before anything was sent: a request that has not come whole, or a call that takes too long. */
function told(stream: Stream, answer: Exclude<EnvoyAnswer, { from: 'upstream' }>): Respond {
  if ('refusal' in answer) return refusal(stream, answer.refusal, answer.message);
  const { reason, message } = answer.failure;
  if (stream.phase === 'request' && reason === 'timeout') return refusal(stream, 'request_timeout', 'The request took too long to arrive');
  return refusal(stream, reason === 'timeout' ? upstreamFailureKinds.timeout : 'internal', message);
}

function endWithoutBody(stream: Stream): number {
  if (stream.phase === 'reading') return act(stream, dispatch(stream, { type: 'reply', reply: replyOf(stream, new Uint8Array(0), true) }));
  const effect = dispatch(stream, { type: 'end' });
  if (effect.step !== 'write' || effect.chunks.length === 0) {
    finish(stream, stream.answer.status);
    return envoy.proceed;
  }
  const { status, headers } = stream.accepted as Accept;
  return respond(stream, { action: 'respond', status, headers, body: effect.chunks.map(String).join(''), summary: summaryOf(stream) });
}

export function onResponseBody(stream: Stream, end: boolean, size: number): number {
  switch (stream.phase) {
    case 'reading': {
      const whole = end || (size === stream.answerSize && hasEnded(stream));
      stream.answerSize = size;
      return whole || size > stream.readLimit ? read(stream, size, whole) : envoy.pause;
    }
    case 'replacing':
      stream.answerSize = size;
      return end ? replace(stream, size, stream.replacement as Respond) : envoy.pause;
    case 'streaming':
      return pass(stream, size, end || (size === 0 && hasEnded(stream)));
    default:
      return envoy.proceed;
  }
}

/*
 * Whether the upstream has said all. Envoy's filters that unpack an answer add trailers to it, so that its last event, which has not one byte, is not
 * called the end; and of the trailers Envoy tells no filter that holds a body back. But it knows how long the upstream took as soon as that is over.
 */
const hasEnded = ({ owner }: Stream): boolean => owner.host.property('response\0backend_latency') !== undefined;

function read(stream: Stream, size: number, whole: boolean): number {
  const body = stream.owner.host.buffer(envoy.responseBody, 0, Math.min(size, stream.readLimit));
  const effect = dispatch(stream, { type: 'reply', reply: replyOf(stream, body, size <= stream.readLimit) });
  if (!whole || effect.step !== 'respond') return act(stream, effect);
  return replace(stream, size, effect.decision);
}

/** No client gets trailers. Where some come, the body that is held back ends here. */
export function onResponseTrailers(stream: Stream): number {
  if (stream.phase === 'idle') return envoy.proceed;
  stream.owner.host.setHeaders(envoy.responseTrailers, []);
  if (stream.phase === 'reading' || stream.phase === 'replacing') return onResponseBody(stream, true, stream.answerSize);
  return envoy.proceed;
}

export function onCallReply(stream: Stream, size: number, headerCount: number): void {
  if (stream.phase !== 'calling') return;
  const { host, capabilities } = stream.owner;
  stream.suspended = true;
  // Envoy does not tell why there is none, or only half of one.
  let reply: UpstreamReply =
    capabilities.now() < stream.callEndsMs
      ? { ok: false, reason: 'reset', message: 'The connection was closed' }
      : { ok: false, reason: 'timeout', message: 'The call took too long' };
  if (headerCount > 0) {
    const pairs = host.headers(envoy.callReplyHeaders);
    const status = statusOf(pairs);
    const headers = headersOf(pairs);
    const complete = size <= stream.callLimit;
    const body = host.buffer(envoy.callReplyBody, 0, Math.min(size, stream.callLimit));
    const failure = readCallFailure(status, headers, () => capabilities.utf8.decode(body));
    reply = failure === undefined ? { ok: true, status, headers, body, complete } : { ok: false, ...failure };
  }
  act(stream, dispatch(stream, { type: 'reply', reply }));
  stream.suspended = false;
}

/** The stream is done, however it ended: the exchange frees what it still holds. */
export function onLog(stream: Stream): void {
  const effect = stream.exchange?.dispatch({ type: 'abort' });
  if (stream.phase === 'idle' || stream.summarized) return;
  const { summary = emptySummary, whole = false } = effect?.step === 'over' ? effect : {};
  if (whole) return finish(stream, (stream.accepted as Accept).status, summary);
  const failure = failureOf(stream);
  finish(stream, failure?.status ?? 0, failure === undefined ? summary : { ...summary, error: failure.summary.error });
}

/** What Envoy has ended a stream for, if it was not its client. */
function failureOf(stream: Stream): Respond | undefined {
  const answer = readCodeDetails(codeDetailsOf(stream.owner.host));
  if (answer.from === 'upstream') return undefined;
  return 'failure' in answer
    ? refusal(stream, upstreamFailureKinds[answer.failure.reason], answer.failure.message)
    : refusal(stream, answer.refusal, answer.message);
}

function begin(stream: Stream): number {
  const { host, gateway, capabilities } = stream.owner;
  stream.exchange = createExchange(gateway, capabilities);
  const body = host.buffer(envoy.requestBody, 0, stream.requestSize);
  return act(stream, dispatch(stream, { type: 'request', head: stream.head, body }));
}

const dispatch = (stream: Stream, event: Parameters<Exchange['dispatch']>[0]): HostEffect => (stream.exchange as Exchange).dispatch(event);

/** Does what the exchange wants; returns what the callback tells Envoy. */
function act(stream: Stream, effect: HostEffect): number {
  switch (effect.step) {
    case 'call':
      return startCall(stream, effect.request, effect.timeoutMs, effect.bodyLimit);
    case 'forward':
      if (stream.phase !== 'request' && stream.phase !== 'calling') throw new Error('The exchange wants to send again, which Envoy cannot');
      return isEcho(effect.request) ? answerEcho(stream, effect.request) : send(stream, effect.request);
    case 'read-body':
      stream.phase = 'reading';
      stream.readLimit = effect.limit;
      stream.owner.failureTexts.leave(stream.head);
      return envoy.pause;
    case 'reserve': {
      const { host, capabilities } = stream.owner;
      return act(stream, dispatch(stream, { type: 'reserved', outcome: takeShared(host, effect.takes, capabilities.now()) }));
    }
    case 'respond':
      return respond(stream, effect.decision);
    case 'accept': {
      const { status, headers } = effect.decision;
      stream.phase = 'streaming';
      stream.accepted = effect.decision;
      stream.owner.host.setHeaders(envoy.responseHeaders, addHeaders([':status', String(status)], headers));
      return envoy.proceed;
    }
    case 'write':
    case 'over':
      throw new Error(`The exchange says ${effect.step} before it has accepted`);
  }
}

function startCall(stream: Stream, request: UpstreamRequest, timeoutMs: number, bodyLimit: number): number {
  const { host, awaitCall, capabilities } = stream.owner;
  stream.phase = 'calling';
  stream.callLimit = bodyLimit;
  stream.callEndsMs = capabilities.now() + timeoutMs;
  const token = host.call(clusterOf(request.target), headPairs(stream, request), request.body, timeoutMs);
  if (token === undefined) {
    return act(
      stream,
      dispatch(stream, { type: 'reply', reply: { ok: false, reason: 'unreachable', message: 'Envoy has no cluster for this call' } }),
    );
  }
  awaitCall(token, stream);
  return envoy.pause;
}

const isEcho = ({ target }: UpstreamRequest): boolean => target.type === 'builtin' && target.name === 'echo';

/** Calls of what is built in go to the Node process. */
const clusterOf = (target: UpstreamTarget): string => (target.type === 'socket' ? envoyCluster(target) : envoyNodeCluster);

function headPairs({ owner }: Stream, { target, method, path, headers }: UpstreamRequest): string[] {
  if (target.type === 'socket') {
    // Envoy unpacks no answer of a call, and what packs a stream would hold its events back.
    const own = [':method', method, ':scheme', target.scheme, ':authority', target.authority, ':path', path, 'accept-encoding', 'identity'];
    return addHeaders(own, headers);
  }
  const pairs = [':method', method, ':scheme', 'http', ':authority', envoyNodeCluster, ':path', path];
  if (target.name !== 'brightstaff' || owner.nodeAuth === null) return addHeaders(pairs, headers);
  const { header, keys } = owner.nodeAuth;
  const value = `${header === 'authorization' ? 'Bearer ' : ''}${keys[0] ?? ''}`;
  return addHeaders(pairs, { ...headers, [header]: value });
}

/** The request goes to the router, its head and body replaced. */
function send(stream: Stream, request: UpstreamRequest): number {
  const { host } = stream.owner;
  const { target } = request;
  const size = host.setBuffer(envoy.requestBody, 0, stream.requestSize, request.body);
  const pairs = headPairs(stream, request);
  pairs.push('content-length', String(size));
  if (target.type === 'builtin' && target.name === 'next-filter') stream.goesToNextFilter = true;
  else {
    // Envoy matches no route without `x-forwarded-proto`; its file takes both out before they reach the upstream.
    pairs.push(headerNames.provider, clusterOf(target), 'x-forwarded-proto', target.type === 'socket' ? target.scheme : 'http');
    // The router's deadline is about the whole answer; a stream has another one or none, and the Node process has its own.
    if (target.type === 'socket' && request.headers['accept'] !== 'application/json') {
      pairs.push('x-envoy-upstream-rq-timeout-ms', String(stream.owner.streamTotalMs));
    }
  }
  host.setHeaders(envoy.requestHeaders, pairs);
  stream.phase = 'sent';
  if (stream.suspended) host.continueStream(envoy.requestSide);
  return envoy.proceed;
}

/** What the gateway answers itself goes through the exchange like any upstream's answer. */
function answerEcho(stream: Stream, request: UpstreamRequest): number {
  const { echo, capabilities } = stream.owner;
  const { status, contentType, chunks } = echo(request);
  const bytes = chunks.map((chunk) => capabilities.utf8.encode(chunk));
  let effect = dispatch(stream, { type: 'head', head: { ok: true, status, headers: { 'content-type': contentType } } });
  if (effect.step === 'read-body') {
    const body = capabilities.utf8.encode(chunks.join(''));
    effect = dispatch(stream, { type: 'reply', reply: { ok: true, status, headers: {}, body, complete: true } });
  }
  if (effect.step === 'respond') return respond(stream, effect.decision);
  if (effect.step !== 'accept') throw new Error(`The exchange wants ${effect.step} of a built-in answer`);
  const { decision } = effect;
  const written = [...bytes.map((chunk) => dispatch(stream, { type: 'chunk', chunk })), dispatch(stream, { type: 'end' })];
  const texts = written.flatMap((one) => (one.step === 'write' ? one.chunks : []));
  const body = texts.map((text) => (typeof text === 'string' ? text : capabilities.utf8.decode(text))).join('');
  const { headers } = decision;
  return respond(stream, { action: 'respond', status: decision.status, headers, body, summary: decision.summary() });
}

/** A chunk of the answer, and perhaps its end. */
function pass(stream: Stream, size: number, end: boolean): number {
  const { host, capabilities } = stream.owner;
  let chunks: readonly HttpBody[] = [];
  if (size > 0) {
    const chunk = host.buffer(envoy.responseBody, 0, size);
    const effect = dispatch(stream, { type: 'chunk', chunk });
    if (effect.step === 'write') chunks = effect.chunks;
    if (chunks.length > 0 && stream.firstWriteMs === 0) stream.firstWriteMs = capabilities.now();
    if (!end && chunks.length === 1 && chunks[0] === chunk) return envoy.proceed;
  }
  if (!end) {
    writeBody(host, size, chunks);
    return envoy.proceed;
  }
  const last = dispatch(stream, { type: 'end' });
  if (last.step === 'write') writeBody(host, size, [...chunks, ...last.chunks]);
  finish(stream, (stream.accepted as Accept).status);
  if (last.step === 'write' && last.cut) host.closeStream(envoy.responseSide);
  return envoy.proceed;
}

/** Puts chunks in the place of the body that is there. */
function writeBody(host: EnvoyHost, size: number, chunks: readonly HttpBody[]): void {
  const [first = '', ...rest] = chunks;
  let written = host.setBuffer(envoy.responseBody, 0, size, first);
  for (const chunk of rest) written += host.setBuffer(envoy.responseBody, written, 0, chunk);
}

const replyOf = ({ answer }: Stream, body: Uint8Array, complete: boolean): UpstreamReply => ({ ok: true, ...answer, body, complete });

const refusal = (stream: Stream, kind: GatewayErrorKind, message: string, retryAfterSeconds?: number): Respond =>
  stream.owner.gateway.refuse(stream.head, gatewayError(kind, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }));

const refuse = (stream: Stream, kind: GatewayErrorKind, message: string, retryAfterSeconds?: number): number =>
  respond(stream, refusal(stream, kind, message, retryAfterSeconds));

function refuseCoding(stream: Stream, encoding: string): number {
  const refused = refusal(
    stream,
    'unsupported_encoding',
    `Request bodies encoded as ${encoding} are not understood: use one of ${requestCodings}`,
  );
  return respond(stream, { ...refused, headers: { ...refused.headers, 'accept-encoding': requestCodings } });
}

/** What Envoy unpacks in front of the filter. */
const requestCodings = 'gzip, br';

const refuseTooLarge = (stream: Stream): number =>
  refuse(stream, 'request_too_large', `The request body is larger than ${stream.owner.requestBodyBytes} bytes`);

/** Answers from here: nothing of an upstream's answer has reached the client. */
function respond(stream: Stream, { status, headers, body, summary }: Respond): number {
  finish(stream, status, summary);
  stream.owner.host.localReply(status, envoyOwnDetails, body, addHeaders([], headers));
  return envoy.pause;
}

/** Puts an answer in the place of the one that has come whole. */
function replace(stream: Stream, size: number, { status, headers, body, summary }: Respond): number {
  const { host } = stream.owner;
  const written = host.setBuffer(envoy.responseBody, 0, size, body);
  host.setHeaders(envoy.responseHeaders, addHeaders([':status', String(status), 'content-length', String(written)], headers));
  finish(stream, status, summary);
  return envoy.proceed;
}

const summaryOf = ({ accepted }: Stream): ExchangeSummary => accepted?.summary() ?? emptySummary;

function finish(stream: Stream, status: number, summary: ExchangeSummary = summaryOf(stream)): void {
  stream.phase = 'over';
  if (stream.summarized) return;
  stream.summarized = true;
  const { host, capabilities } = stream.owner;
  if (summary.charges.length > 0) chargeShared(host, summary.charges, capabilities.now());
  stream.owner.onSummary(stream, status, summary);
}
