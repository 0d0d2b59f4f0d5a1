import { Buffer } from 'node:buffer';
import type { CallModel, ModelReply } from '@plano/brightstaff';
import type { ExchangeWalk, HttpBody, HttpHeaders, RequestHead, WalkClient, WalkHost } from '@plano/common';
import { chatCompletionsPath, createExchangeWalk } from '@plano/common';
import type { ByteQueue } from './byte-queue.ts';
import { createByteQueue } from './byte-queue.ts';
import type { Tracer } from './tracing/tracer.ts';

/**
 * Calls models through the LLM gateway without a socket of our own: the same flow as a client's request, with its translation, retries and limits,
 * and a record of its own, marked by its purpose. Reader and signal may end it at any time; the upstream's request is then aborted.
 */
export const createModelCall =
  (host: WalkHost, tracer?: Tracer): CallModel =>
  ({ body, headers }, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const head: RequestHead = { method: 'POST', path: chatCompletionsPath, headers: { ...headers, 'content-type': 'application/json' } };
      const text = JSON.stringify(body);
      const caller = new ModelCaller(signal, resolve, reject);
      const trace = tracer?.start(head, { root: false, internal: true });
      const request = { head, body: text, bytes: Buffer.byteLength(text), purpose: 'function-calling', trace } as const;
      caller.start(createExchangeWalk(host, request, caller));
    });

/** Who calls a model: gets a promise of the head, and reads the body from a queue. */
class ModelCaller implements WalkClient {
  #status = 0;
  readonly #signal: AbortSignal;
  readonly #resolve: (reply: ModelReply) => void;
  readonly #reject: (error: Error) => void;
  #walk: ExchangeWalk | undefined = undefined;
  #queue: ByteQueue | undefined = undefined;
  #full = false;
  #ready: (() => void) | undefined = undefined;

  constructor(signal: AbortSignal, resolve: (reply: ModelReply) => void, reject: (error: Error) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(walk: ExchangeWalk): void {
    this.#walk = walk;
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    walk.start();
  }

  status(): number {
    return this.#status;
  }

  respond(status: number, headers: HttpHeaders, body: HttpBody): number {
    this.accept(status, headers);
    return this.write([body], true);
  }

  accept(status: number, headers: HttpHeaders): void {
    this.#status = status;
    this.#queue = createByteQueue({
      onFull: () => {
        this.#full = true;
      },
      onRoom: () => {
        this.#full = false;
        this.#ready?.();
      },
      onLeft: () => this.#walk?.leave(),
    });
    this.#resolve({ status, headers, body: this.#queue.bytes });
  }

  write(pieces: readonly HttpBody[], last: boolean): number {
    this.#queue?.push(pieces);
    if (last) this.#queue?.end();
    return pieces.reduce((bytes, piece) => bytes + Buffer.byteLength(piece), 0);
  }

  isFull(): boolean {
    return this.#full;
  }

  onceReady(listener: () => void): void {
    this.#ready = listener;
  }

  cut(error: Error): void {
    if (this.#queue === undefined) this.#reject(error);
    else this.#queue.fail(error);
  }

  holds(): void {}

  over(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#signal as { reason: unknown };
    const error = reason instanceof Error ? reason : new Error('The call was aborted');
    this.#walk?.leave({ code: error.name === 'TimeoutError' ? 'upstream_timeout' : 'upstream_reset', message: error.message });
    this.cut(error);
  };
}
