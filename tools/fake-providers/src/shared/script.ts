import type { RecordedRequest } from './http-server.ts';

/** One part of an answer, in the order the model produces it. */
export type Block =
  | { readonly type: 'text'; readonly text: string }
  /** Visible reasoning. Without `signature` the fake signs it itself, see `fakeSignature`. */
  | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string }
  /** Reasoning the provider hides: Anthropic `redacted_thinking`, Bedrock `redactedContent`, an encrypted item of OpenAI Responses. */
  | { readonly type: 'redacted_reasoning'; readonly data: string }
  /** A call of an offered tool. `arguments` is an object, or a string for free-form (custom) tools and for deliberately broken JSON. */
  | {
      readonly type: 'tool_call';
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>> | string;
      readonly id?: string;
    }
  /** The model declines. */
  | { readonly type: 'refusal'; readonly text: string };

/** Why the model stopped, in words common to all providers; each fake writes its own word for it. */
export type Finish =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'context_window'
  | 'tool_use'
  | 'content_filter'
  | 'refusal'
  | 'pause'
  | 'malformed';

/** Token counts. `uncached + cacheRead + cacheWrite` is the whole input; `output` includes `reasoning`. */
export interface Usage {
  readonly uncached: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What the provider reports instead of an answer. `kind` picks its usual status and error words; every part can be overridden. */
export interface Failure {
  readonly kind:
    | 'invalid_request'
    | 'authentication'
    | 'permission'
    | 'not_found'
    | 'too_large'
    | 'rate_limit'
    | 'server'
    | 'overloaded'
    | 'timeout';
  readonly message?: string;
  readonly status?: number;
  /** Value of the `retry-after` header: seconds or an HTTP date. */
  readonly retryAfter?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of the provider's error envelope. */
  readonly body?: unknown;
}

/** A failure in the middle of a stream. */
export interface MidStreamFailure {
  readonly afterEvents: number;
  readonly failure: Failure;
  /**
   * Some providers know two forms. OpenAI Responses: an `error` event (`usual`), or `response.failed`. Bedrock: an exception frame (`usual`),
   * or a frame of message type `error`.
   */
  readonly form?: 'usual' | 'response.failed' | 'error-frame';
}

/** How the answer travels. All of it also applies to answers that are not streamed, where the body counts as one event. */
export interface Delivery {
  /** Milliseconds before the first byte (headers included) and between events. */
  readonly delay?: { readonly first?: number; readonly between?: number };
  readonly lineEnding?: '\n' | '\r\n' | '\r';
  /** Comment lines between server-sent events. */
  readonly comments?: boolean;
  /** Extra `ping` events (Anthropic only; it always sends one after the start). */
  readonly pings?: boolean;
  /**
   * Stops after this many events, without the stream's terminator: `end` closes the body properly, `destroy` resets the connection.
   * `partial` first sends half of the next event.
   */
  readonly cut?: { readonly afterEvents: number; readonly how: 'end' | 'destroy'; readonly partial?: boolean };
  /** After this many events the provider's own mid-stream error is sent and the body ends. Streams only. */
  readonly fail?: MidStreamFailure;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in blocks. What is left out comes from the default behaviour (`usage`, `finish`) or is normal delivery. */
export interface Answer {
  readonly blocks: readonly Block[];
  /** `{ raw }` writes the provider's own word. */
  readonly finish?: Finish | { readonly raw: string };
  /** The stop sequence that was met, for providers that report it. */
  readonly stopSequence?: string;
  readonly usage?: Partial<Usage>;
  readonly delivery?: Delivery;
}

/** Bytes as they are, for recorded or broken bodies. */
export interface RawReply {
  readonly raw: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** Each element is one event for the purposes of `delivery`. */
    readonly body: readonly (string | Uint8Array)[];
    readonly delivery?: Delivery;
  };
}

/**
 * What a fake answers to one accepted request.
 *
 * @example
 * server.script('Hello', { blocks: [{ type: 'tool_call', name: 'weather', arguments: { city: '東京' } }] }, { failure: { kind: 'rate_limit', retryAfter: '2' } });
 */
export type Reply =
  | string
  | Answer
  | { readonly text: string; readonly delivery?: Delivery; readonly usage?: Partial<Usage> }
  /** The default answer, delivered in a special way. */
  | { readonly delivery: Delivery }
  | { readonly failure: Failure }
  | RawReply;

/** Chooses the reply by the request; `undefined` leaves it to the default behaviour. */
export type ReplyFunction = (request: RecordedRequest) => Reply | undefined;

/** Replies waiting to be used. Requests the fake rejects use none of them. */
export interface Script {
  add(entries: readonly (Reply | ReplyFunction)[]): void;
  always(entry: ReplyFunction | undefined): void;
  next(request: RecordedRequest): Reply | undefined;
  clear(): void;
}

/** Makes an empty script: first the queue in order, then the `always` function, then the default behaviour. */
export function makeScript(): Script {
  const queue: (Reply | ReplyFunction)[] = [];
  let standing: ReplyFunction | undefined;
  return {
    add(entries) {
      for (const entry of entries) queue.push(entry);
    },
    always(entry) {
      standing = entry;
    },
    next(request) {
      const entry = queue.shift() ?? standing;
      return typeof entry === 'function' ? entry(request) : entry;
    },
    clear() {
      queue.length = 0;
      standing = undefined;
    },
  };
}
