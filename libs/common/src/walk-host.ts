import type { Gateway, HostCapabilities } from './exchange.ts';
import type { ExchangePurpose, ExchangeRecord } from './exchange-record.ts';
import type { ExchangeTrace } from './exchange-trace.ts';
import type { HttpBody, HttpHeaders, RequestHead } from './http.ts';
import type { RateLimitStore } from './rate-limits/rate-limit-store.ts';
import type { SendUpstream } from './upstream-call.ts';

/** Time, as a host has it. */
export interface WalkClock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls back with the value after so many milliseconds. */
  start<Value>(callback: (value: Value) => void, milliseconds: number, value: Value): unknown;
  /** `timer` is what `start` returned, or undefined. */
  stop(timer: unknown): void;
  /** Calls back with the value once everything that one read of an upstream brought has been told; a busy host may read others' before. */
  afterRead<Value>(callback: (value: Value) => void, value: Value): void;
}

/** What exchanges are walked with. */
export interface WalkHost {
  readonly gateway: Gateway;
  readonly capabilities: HostCapabilities;
  readonly send: SendUpstream;
  readonly rateLimits: RateLimitStore;
  readonly clock: WalkClock;
  /** Deadline in milliseconds of an exchange with all its attempts; of a stream, until its head has come. Null: none. */
  readonly totalMs: number | null;
  /** Deadline in milliseconds of a stream from its head on. Null: none. */
  readonly streamTotalMs: number | null;
  /** Told once what became of each exchange. */
  readonly onExchange?: ((record: ExchangeRecord) => void) | undefined;
}

/** What is asked. */
export interface WalkRequest {
  readonly head: RequestHead;
  readonly body: HttpBody;
  /** Bytes of the body. */
  readonly bytes: number;
  readonly purpose?: ExchangePurpose;
  /** Follows the exchange when it is sampled. */
  readonly trace?: ExchangeTrace | undefined;
}

/** Whoever gets the answer. Headers are an object of its own. */
export interface WalkClient {
  /** Of the answer; 0 before there is one, and as long as another one can take its place. */
  status(): number;
  /** A whole answer. Returns the bytes of the body. */
  respond(status: number, headers: HttpHeaders, body: HttpBody): number;
  /** An answer that comes in pieces. Its head may wait for the first of them, though not for long. */
  accept(status: number, headers: HttpHeaders, stream: boolean): void;
  /** Pieces of the answer that was accepted; nothing comes after the last. Returns their bytes. */
  write(pieces: readonly HttpBody[], last: boolean): number;
  /** Whether it takes no more for now: then the upstream waits until `onceReady` calls. */
  isFull(): boolean;
  /** Calls back once, when it takes more again. */
  onceReady(listener: () => void): void;
  /** Ends the answer abruptly, so that it is seen that something is missing. */
  cut(error: Error): void;
  /** The exchange holds so many bytes of a request to an upstream, or of an answer. May end the walk, by `shed`. */
  holds(part: 'upstream' | 'answer', bytes: number): void;
  /** The exchange is over, whatever still waits to be taken. */
  over(): void;
}
