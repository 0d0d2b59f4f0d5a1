import { Buffer } from 'node:buffer';
import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpBody, HttpHeaders, WalkClient, WalkClock, WalkHost, WalkRequest } from '@plano/common';
import { createExchangeWalk } from '@plano/common';
import type { ClientResponse } from './client-response.ts';
import { sizeOf } from './chunked-body.ts';
import { atEndOfTurn, lastInTurn } from './end-of-turn.ts';
import { holdBytes } from './memory-budget.ts';

/** Node's time. */
export const nodeClock: WalkClock = {
  now: () => performance.now(),
  start: (callback, milliseconds, value) => setTimeout(callback, milliseconds, value),
  stop: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  afterRead: atEndOfTurn,
};

/** Drives one exchange over a client's response and the upstream pools. */
export function driveExchange(host: WalkHost, request: WalkRequest, response: ClientResponse): void {
  const walk = createExchangeWalk(host, request, new RespondingClient(response));
  response.onClose(() => walk.leave());
  response.memory.owner = walk;
  walk.start();
}

// A decision's headers are its own object, so the host may add to them.
const outgoing = (headers: HttpHeaders): OutgoingHttpHeaders => headers as OutgoingHttpHeaders;

/** The client of an exchange over its response. */
class RespondingClient implements WalkClient {
  readonly #response: ClientResponse;
  /** The head of an accepted answer, until it leaves. */
  #head: { readonly status: number; readonly headers: OutgoingHttpHeaders } | undefined = undefined;
  #isStream = false;
  #full = false;

  constructor(response: ClientResponse) {
    this.#response = response;
  }

  status(): number {
    return this.#response.statusCode;
  }

  respond(status: number, headers: HttpHeaders, body: HttpBody): number {
    const bytes = Buffer.byteLength(body);
    const head = outgoing(headers);
    head['content-length'] = bytes;
    this.#response.writeHead(status, head);
    this.#response.end(body);
    return bytes;
  }

  accept(status: number, headers: HttpHeaders, stream: boolean): void {
    this.#head = { status, headers: outgoing(headers) };
    this.#isStream = stream;
    // The head usually leaves with the first event; it must not wait for an upstream that thinks for long.
    if (stream) lastInTurn(flushHead, this);
  }

  write(pieces: readonly HttpBody[], last: boolean): number {
    const response = this.#response;
    if (this.#isStream) {
      this.#writeHead();
      const size = sizeOf(pieces);
      this.#full = !response.writeEvents(pieces, size, last);
      return size;
    }
    const [first] = pieces;
    if (last && pieces.length <= 1) {
      const bytes = first === undefined ? 0 : Buffer.byteLength(first);
      this.#writeHead(bytes);
      response.end(first);
      return bytes;
    }
    this.#writeHead();
    for (const piece of pieces) this.#full = !response.write(piece);
    if (last) response.end();
    return sizeOf(pieces);
  }

  flushHead(): void {
    if (this.#writeHead()) this.#response.flushHeaders();
  }

  isFull(): boolean {
    return this.#full;
  }

  onceReady(listener: () => void): void {
    this.#response.onceDrained(() => {
      this.#full = false;
      listener();
    });
  }

  cut(): void {
    this.#response.destroy();
  }

  holds(part: 'upstream' | 'answer', bytes: number): void {
    holdBytes(this.#response.memory, part, bytes);
  }

  over(): void {
    this.#head = undefined;
    this.#response.memory.owner = undefined;
  }

  /** False when it is out already. `bytes`: those of the whole body, if they are known. */
  #writeHead(bytes?: number): boolean {
    const head = this.#head;
    if (head === undefined) return false;
    this.#head = undefined;
    if (bytes !== undefined && head.headers['content-length'] === undefined) head.headers['content-length'] = bytes;
    this.#response.writeHead(head.status, head.headers, this.#isStream ? 'stream' : 'whole');
    return true;
  }
}

const flushHead = (client: RespondingClient): void => client.flushHead();
