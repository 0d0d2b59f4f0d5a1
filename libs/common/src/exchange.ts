import type { AnswerFacts, ApiId, Utf8, Warning } from '@plano/hermesllm';
import type { GatewayError } from './errors.ts';
import { gatewayError } from './errors.ts';
import type { BucketTake, TakeOutcome } from './rate-limits/bucket.ts';
import type { HttpBody, HttpHeaders, RequestHead, UpstreamFailure, UpstreamRequest } from './http.ts';

/** What a host can do for a flow. Everything that is not pure comes from here. */
export interface HostCapabilities {
  /** Whether a request can be sent again after it has failed; inside Envoy the router has already sent it. */
  readonly redispatch: boolean;
  /** Whether the host signs requests that say `sign`. */
  readonly signing?: boolean;
  /**
   * Where there is a Node process beside this host that takes what this host cannot do (the built-in upstream `brightstaff`). `rateLimits`: whether
   * it shares rate limits with other machines, so that only it may take from them.
   */
  readonly handover?: { readonly rateLimits: boolean };
  readonly utf8: Utf8;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A fresh identifier that begins with the prefix. */
  newId(prefix: string): string;
  /** A number from 0 up to, but not including, 1: spreads retries in time. */
  random(): number;
  /**
   * Tokens of a text in the tokenizer of an upstream's model, which needs tables too large for a library. Without it, and for models whose
   * tokenizer the host does not have, tokens are approximated.
   */
  countTokens?(model: string, text: string): number;
}

/** What a flow asks its host for. */
export type FlowStep =
  /** Make a call beside the exchange; its whole reply comes back. */
  | { readonly step: 'call'; readonly request: UpstreamRequest; readonly timeoutMs: number; readonly bodyLimit: number }
  /**
   * Send this to the upstream, after a delay in milliseconds; its head comes back. What an earlier one still says is not heard any more.
   * `summary`: what is known of the exchange so far, for spans and for the record of an exchange whose client goes away meanwhile.
   */
  | { readonly step: 'forward'; readonly request: UpstreamRequest; readonly delayMs: number; readonly summary?: ExchangeSummary }
  /** Read the body of the head that came, up to a limit. */
  | { readonly step: 'read-body'; readonly limit: number }
  /** Take from all these buckets of rate limits or from none; the outcome comes back. */
  | { readonly step: 'reserve'; readonly takes: readonly BucketTake[] };

/** The head of an upstream's answer, or why there is none. */
export type UpstreamHead =
  | { readonly ok: true; readonly status: number; readonly headers: HttpHeaders }
  | ({ readonly ok: false } & UpstreamFailure);

/** A whole reply, or why there is none. `complete` is false when the limit cut it. */
export type UpstreamReply =
  | { readonly ok: true; readonly status: number; readonly headers: HttpHeaders; readonly body: Uint8Array; readonly complete: boolean }
  | ({ readonly ok: false } & UpstreamFailure);

/** What a flow is resumed with, by what it asked for: `forward` a head, `call` and `read-body` a reply, `reserve` an outcome. */
export type FlowReply = UpstreamHead | UpstreamReply | TakeOutcome;

/**
 * A request side: plain sequential code that yields what it needs and returns what the client gets. When the client goes away, or the host
 * gives the exchange up, the flow is returned at its last `yield`: `finally` frees whatever it holds. It must not yield there.
 */
export type Flow = Generator<FlowStep, Decision, FlowReply>;

/** How the answer's body is made from the upstream's chunks. */
export interface ResponseSide {
  /** What a chunk of the upstream becomes for the client. */
  push(chunk: Uint8Array): readonly HttpBody[];
  /** What is left to write at the upstream's end. */
  finish(): readonly HttpBody[];
  /** The upstream failed after its head: what the client still gets, or undefined if the connection must be cut. */
  fail(failure: UpstreamFailure): readonly HttpBody[] | undefined;
  /**
   * The client has gone: nothing more is pushed and nobody reads. One of `finish`, `fail` and `abort` is called, once. True when the client has
   * had the whole answer, and only the upstream's end was still awaited.
   */
  abort?(): boolean | undefined;
}

/** What became of a request. `headers` is an object of this decision alone: a host may add its own. */
export type Decision =
  | {
      readonly action: 'respond';
      readonly status: number;
      readonly headers: HttpHeaders;
      readonly body: HttpBody;
      readonly summary: ExchangeSummary;
    }
  | {
      readonly action: 'accept';
      readonly status: number;
      readonly headers: HttpHeaders;
      /** Whether the body is a stream of events: idle time is limited instead of total time. */
      readonly stream: boolean;
      readonly body: ResponseSide;
      /** Asked for once, after the last chunk. */
      summary(): ExchangeSummary;
    };

/** The facts of an exchange for logs, metrics and traces; the host adds times. */
export interface ExchangeSummary {
  readonly clientApi: ApiId | null;
  readonly upstreamApi: ApiId | null;
  /** Provider id, such as `openai`. */
  readonly provider: string | null;
  /** The model as the client called it, in the body or the path. */
  readonly requestedModel: string | null;
  /** The configured model that was chosen. */
  readonly model: string | null;
  /** The model that was chosen first, when another one answered in its place. */
  readonly fallbackFrom: string | null;
  readonly stream: boolean;
  /** Requests sent upstream. */
  readonly attempts: number;
  readonly answer: AnswerFacts | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly warnings: readonly Warning[];
  /** What the host still has to take from buckets of rate limits, or to give back (negative), now that the exchange is over. */
  readonly charges: readonly BucketTake[];
}

/** A summary of an exchange of which nothing is known. */
export const emptySummary: ExchangeSummary = {
  clientApi: null,
  upstreamApi: null,
  provider: null,
  requestedModel: null,
  model: null,
  fallbackFrom: null,
  stream: false,
  attempts: 0,
  answer: null,
  error: null,
  warnings: [],
  charges: [],
};

/** A gateway without any input or output. */
export interface Gateway {
  /** The flow of one request whose body is there whole. */
  handleRequest(head: RequestHead, body: HttpBody, host: HostCapabilities): Flow;
  /** The answer to a request that the host refuses (too large, overloaded, …), in the client's own envelope. */
  refuse(head: RequestHead, error: GatewayError): Decision & { readonly action: 'respond' };
  /**
   * The answer to a request that is refused whatever its body says: nothing is at its path, not by this method, not with this model. A host asks
   * before it reads the body, or tells the client to send it (`expect: 100-continue`). Undefined: it depends on the body.
   */
  refuseByHead?(head: RequestHead): (Decision & { readonly action: 'respond' }) | undefined;
}

/** What happens to an exchange. */
export type HostEvent =
  | { readonly type: 'request'; readonly head: RequestHead; readonly body: HttpBody }
  | { readonly type: 'head'; readonly head: UpstreamHead }
  | { readonly type: 'reply'; readonly reply: UpstreamReply }
  | { readonly type: 'reserved'; readonly outcome: TakeOutcome }
  | { readonly type: 'chunk'; readonly chunk: Uint8Array }
  | { readonly type: 'end' }
  | { readonly type: 'failure'; readonly failure: UpstreamFailure }
  /** The client has gone, or the host gives up: at any time, also when the exchange is over already. */
  | { readonly type: 'abort' };

/** What the host is to do next. `write` with `cut` true: end the client's connection abruptly. */
export type HostEffect =
  | FlowStep
  | { readonly step: 'respond'; readonly decision: Decision & { readonly action: 'respond' } }
  | { readonly step: 'accept'; readonly decision: Decision & { readonly action: 'accept' } }
  | { readonly step: 'write'; readonly chunks: readonly HttpBody[]; readonly last: boolean; readonly cut: boolean }
  /** The answer to `abort`: everything is freed. `whole`: the client has had the whole answer. */
  | { readonly step: 'over'; readonly summary: ExchangeSummary; readonly whole: boolean };

/** One exchange: events in, effects out. */
export interface Exchange {
  /** Takes the event that the last effect asked for and says what to do next. */
  dispatch(event: HostEvent): HostEffect;
}

/** The event that answers each step. */
const answers = { call: 'reply', forward: 'head', 'read-body': 'reply', reserve: 'reserved' } as const;

/**
 * One HTTP exchange as a state machine without I/O: the only thing that a host has to drive.
 *
 * `request` starts the flow. The host answers `call` and `read-body` with `reply`, `forward` with `head`, `reserve` with `reserved`, until the flow
 * says `respond` (the exchange is over) or `accept`; then each `chunk` gives a `write`, and `end` or `failure` the last one.
 * `abort` ends it from outside. Every exchange must come to one of these ends, or what its flow holds is never freed. A flow that still
 * wants to send after a failure that was `final` is ended, and the client gets the failure.
 *
 * @throws Error for an event that the exchange does not wait for: a bug of the host.
 * @example
 * const exchange = createExchange(gateway, host);
 * let effect = exchange.dispatch({ type: 'request', head, body });
 * while (effect.step === 'call') effect = exchange.dispatch({ type: 'reply', reply: await send(effect.request) });
 */
export const createExchange = (gateway: Gateway, host: HostCapabilities): Exchange => new RunningExchange(gateway, host);

class RunningExchange implements Exchange {
  readonly #gateway: Gateway;
  readonly #host: HostCapabilities;
  #request: RequestHead | undefined = undefined;
  #flow: Flow | undefined = undefined;
  #accepted: Accepted | undefined = undefined;
  #known = emptySummary;
  #expected: 'request' | 'head' | 'reply' | 'reserved' | 'body' | 'nothing' = 'request';

  constructor(gateway: Gateway, host: HostCapabilities) {
    this.#gateway = gateway;
    this.#host = host;
  }

  dispatch(event: HostEvent): HostEffect {
    if (event.type === 'abort') return this.#abort();
    const kind = event.type === 'chunk' || event.type === 'end' || event.type === 'failure' ? 'body' : event.type;
    if (kind !== this.#expected) throw new Error(`The exchange waits for ${this.#expected}, not for ${event.type}`);
    return this.#resume(event);
  }

  #settle(result: IteratorResult<FlowStep, Decision>): HostEffect {
    if (result.done !== true) {
      const step = result.value;
      this.#expected = answers[step.step];
      if (step.step === 'forward' && step.summary !== undefined) this.#known = step.summary;
      return step;
    }
    this.#flow = undefined;
    const decision = result.value;
    if (decision.action === 'respond') {
      this.#expected = 'nothing';
      return { step: 'respond', decision };
    }
    this.#expected = 'body';
    this.#accepted = decision;
    return { step: 'accept', decision };
  }

  #settleFinal(result: IteratorResult<FlowStep, Decision>, message: string): HostEffect {
    if (result.done === true) return this.#settle(result);
    this.#expected = 'nothing';
    leave(this.#flow as Flow);
    return { step: 'respond', decision: this.#gateway.refuse(this.#request as RequestHead, gatewayError('upstream_timeout', message)) };
  }

  #answer(value: UpstreamHead | UpstreamReply): HostEffect {
    const result = (this.#flow as Flow).next(value);
    return !value.ok && value.final === true ? this.#settleFinal(result, value.message) : this.#settle(result);
  }

  #abort(): HostEffect {
    if (this.#expected === 'body') {
      this.#expected = 'nothing';
      const whole = this.#accepted?.body.abort?.() === true;
      return { step: 'over', summary: this.#accepted?.summary() ?? this.#known, whole };
    }
    if (this.#expected !== 'nothing' && this.#flow !== undefined) leave(this.#flow);
    this.#expected = 'nothing';
    return { step: 'over', summary: this.#known, whole: false };
  }

  #resume(event: Exclude<HostEvent, { type: 'abort' }>): HostEffect {
    switch (event.type) {
      case 'request':
        this.#request = event.head;
        this.#flow = this.#gateway.handleRequest(event.head, event.body, this.#host);
        return this.#settle(this.#flow.next());
      case 'head':
        return this.#answer(event.head);
      case 'reply':
        return this.#answer(event.reply);
      case 'reserved':
        return this.#settle((this.#flow as Flow).next(event.outcome));
      case 'chunk':
        return { step: 'write', chunks: (this.#accepted as Accepted).body.push(event.chunk), last: false, cut: false };
      case 'end':
        this.#expected = 'nothing';
        return { step: 'write', chunks: (this.#accepted as Accepted).body.finish(), last: true, cut: false };
      case 'failure': {
        this.#expected = 'nothing';
        const chunks = (this.#accepted as Accepted).body.fail(event.failure);
        return { step: 'write', chunks: chunks ?? [], last: true, cut: chunks === undefined };
      }
    }
  }
}

type Accepted = Decision & { readonly action: 'accept' };

/** Ends a flow where it stands; its `finally` blocks run. What it would return then is nobody's business. */
function leave(flow: Flow): void {
  flow.return(undefined as unknown as Decision);
}

/** Makes a call and waits for its reply: for use with `yield*` in a flow. */
export function* call(
  request: UpstreamRequest,
  options: { timeoutMs: number; bodyLimit: number },
): Generator<FlowStep, UpstreamReply, FlowReply> {
  return (yield { step: 'call', request, timeoutMs: options.timeoutMs, bodyLimit: options.bodyLimit }) as UpstreamReply;
}

/** Sends to the upstream and waits for its head: for use with `yield*` in a flow. */
export function* forward(
  request: UpstreamRequest,
  options: { delayMs?: number; summary?: ExchangeSummary } = {},
): Generator<FlowStep, UpstreamHead, FlowReply> {
  const { delayMs = 0, summary } = options;
  const step: FlowStep = summary === undefined ? { step: 'forward', request, delayMs } : { step: 'forward', request, delayMs, summary };
  return (yield step) as UpstreamHead;
}

/** Reads the body behind the last head: for use with `yield*` in a flow. */
export function* readBody(limit: number): Generator<FlowStep, UpstreamReply, FlowReply> {
  return (yield { step: 'read-body', limit }) as UpstreamReply;
}

/** Takes from buckets and waits for the outcome: for use with `yield*` in a flow. */
export function* reserve(takes: readonly BucketTake[]): Generator<FlowStep, TakeOutcome, FlowReply> {
  return (yield { step: 'reserve', takes }) as TakeOutcome;
}

/** Test driver: feeds scripted replies to a flow and notes what it asked for. */
export function runFlow(flow: Flow, replies: readonly FlowReply[]): { steps: FlowStep[]; decision: Decision } {
  const steps: FlowStep[] = [];
  let result = flow.next();
  while (result.done !== true) {
    steps.push(result.value);
    result = flow.next(replies[steps.length - 1] ?? { ok: false, reason: 'unreachable', message: 'no scripted reply' });
  }
  return { steps, decision: result.value };
}
