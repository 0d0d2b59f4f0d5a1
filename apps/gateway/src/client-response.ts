import { Buffer } from 'node:buffer';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Transform, Writable } from 'node:stream';
import type { HttpBody } from '@plano/common';
import { type ChunkedBody, latin1Of, takeChunking } from './chunked-body.ts';
import { boundStall, flushHead, type NodeRequest, type NodeResponse, onClosed, resetResponse } from './client-connection.ts';
import { compress, createCompressor, type ResponseCoding } from './content-coding.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import type { MemoryAccount } from './memory-budget.ts';
import { holdBytes } from './memory-budget.ts';
import { addVary, answerCoding, compressedFrom } from './response-coding.ts';

/** What a response is made with. */
export interface ClientResponseOptions {
  /** What the exchange holds in memory. */
  readonly memory: MemoryAccount;
  /** Headers of every answer, such as `x-request-id`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether JSON may be compressed. */
  readonly compress: boolean;
  /** Milliseconds that a client may take nothing of what waits for it. */
  readonly stallMs: number;
}

/**
 * The client's side of an exchange, over HTTP/1 or HTTP/2: one write for the head and the first bytes, compression, an account of what the
 * client has not taken yet.
 */
export class ClientResponse {
  readonly memory: MemoryAccount;
  /** 0 before the head. */
  statusCode = 0;
  readonly #request: NodeRequest;
  readonly #response: NodeResponse;
  readonly #options: ClientResponseOptions;
  readonly #closers: (() => void)[] = [];
  #waitingHead: OutgoingHttpHeaders | undefined = undefined;
  #isStream = false;
  #mayCompress = false;
  #compressor: Transform | undefined = undefined;
  /** The beginning of an answer that is only worth compressing if more comes. */
  #small: Buffer | undefined = undefined;
  /** A short answer that is sent together with others. */
  #whole: HttpBody | undefined = undefined;
  /** How a stream is framed, if we do it. */
  #chunked: ChunkedBody | undefined = undefined;
  #drainers: (() => void)[] | undefined = undefined;
  #closed = false;

  constructor(request: NodeRequest, response: NodeResponse, options: ClientResponseOptions) {
    this.memory = options.memory;
    this.#request = request;
    this.#response = response;
    this.#options = options;
    onClosed(request, response, () => this.#close());
  }

  get headersSent(): boolean {
    return this.statusCode !== 0;
  }

  /** The head leaves with the first of the body, or with `flushHeaders`. A stream is never compressed, and is written by `writeEvents`. A `content-length` that is a number is the body's. */
  writeHead(status: number, headers: OutgoingHttpHeaders, kind: 'stream' | 'whole' = 'whole'): void {
    this.statusCode = status;
    this.#waitingHead = headers;
    this.#isStream = kind === 'stream';
    this.#mayCompress = this.#options.compress && kind === 'whole';
  }

  flushHeaders(): void {
    if (this.#closed) return;
    this.#sendHead();
    flushHead(this.#response);
  }

  /** False when the client does not keep up: then wait for `onceDrained`. */
  write(chunk: HttpBody): boolean {
    if (this.#closed) return true;
    let bytes = chunk;
    if (this.#waitingHead !== undefined) {
      const length = this.#waitingHead['content-length'];
      if (this.#codingOf(this.#waitingHead, length === undefined ? undefined : Number(length)) === undefined) this.#sendHead();
      else {
        // An answer of unknown length may turn out to be short.
        this.#small = joined(this.#small, chunk);
        if (this.#small.length < compressedFrom) {
          setImmediate(() => this.#releaseSmall());
          return true;
        }
        bytes = this.#small;
        this.#small = undefined;
        this.#startCompressor(this.#waitingHead);
      }
    }
    const sink = this.#sink();
    const ready = sink.write(bytes);
    if (!ready) this.#awaitDrain(sink);
    return ready;
  }

  /** The next pieces of a stream, of so many bytes; false as of `write`. */
  writeEvents(pieces: readonly HttpBody[], size: number, last: boolean): boolean {
    if (this.#closed) return true;
    this.#sendHead();
    const chunked = this.#chunked;
    if (chunked === undefined) {
      let ready = true;
      for (const piece of pieces) ready = this.write(piece);
      if (last) this.#finish(undefined);
      return ready;
    }
    if (last) {
      chunked.end(pieces, size);
      this.#boundRest(chunked.sink().writableLength);
      return true;
    }
    const ready = chunked.write(pieces, size);
    if (!ready) this.#awaitDrain(chunked.sink());
    return ready;
  }

  end(chunk?: HttpBody): void {
    if (this.#closed) return;
    const small = this.#small;
    const body = small === undefined ? chunk : chunk === undefined ? small : joined(small, chunk);
    const headers = this.#waitingHead;
    this.#small = undefined;
    if (headers === undefined || body === undefined) {
      this.#finish(body);
      return;
    }
    const announced = headers['content-length'];
    const bytes = typeof announced === 'number' ? announced : Buffer.byteLength(body);
    const coding = this.#codingOf(headers, bytes);
    if (small !== undefined) headers['content-length'] = bytes;
    if (coding === undefined) {
      if (bytes > joinedBytes || 'stream' in this.#response) this.#finish(body);
      else {
        // A head that Node refuses must be refused to our caller.
        this.#sendHead();
        this.#whole = body;
        atEndOfTurn(endNow, this);
      }
      return;
    }
    holdBytes(this.memory, 'output', bytes);
    compress(coding, body).then(
      (compressed) => {
        headers['content-encoding'] = coding;
        headers['content-length'] = compressed.length;
        this.#finish(compressed);
      },
      () => this.destroy(),
    );
  }

  /** Sends what `end` was given. */
  endNow(): void {
    this.#finish(this.#whole);
  }

  /** Ends abruptly, so that the client sees that something is missing. */
  destroy(): void {
    if (this.#closed) return;
    resetResponse(this.#response);
    this.#compressor?.destroy();
  }

  onceDrained(listener: () => void): void {
    if (this.#drainers === undefined) listener();
    else this.#drainers.push(listener);
  }

  /** Told once, when the answer is out or the client has gone away. */
  onClose(listener: () => void): void {
    this.#closers.push(listener);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#compressor?.destroy();
    for (const listener of this.#closers) listener();
  }

  #codingOf(headers: OutgoingHttpHeaders, bytes: number | undefined): ResponseCoding | undefined {
    return this.#mayCompress ? answerCoding(headers, bytes, this.#request.headers['accept-encoding']) : undefined;
  }

  #sendHead(): void {
    const headers = this.#waitingHead;
    if (headers === undefined) return;
    this.#waitingHead = undefined;
    const vary = headers['vary'];
    const own = this.#options.headers;
    for (const name in own) headers[name] = own[name];
    if (vary !== undefined && own['vary'] !== undefined) addVary(headers, String(vary));
    // Of the two types' overloads TypeScript sees none in common.
    (this.#response as ServerResponse).writeHead(this.statusCode, headers);
    if (this.#isStream) this.#chunked = takeChunking(this.#response);
  }

  #finish(chunk: HttpBody | undefined): void {
    if (this.#closed) return;
    this.#sendHead();
    const sink = this.#sink();
    if (chunk === undefined) sink.end();
    else if (typeof chunk !== 'string' && chunk.length <= joinedBytes && this.#compressor === undefined)
      sink.end(latin1Of(chunk), 'latin1');
    else sink.end(chunk);
    this.#boundRest(sink.writableLength);
  }

  /** What the client has not taken when all is written. */
  #boundRest(waiting: number): void {
    if (waiting === 0) return;
    holdBytes(this.memory, 'output', waiting);
    this.#boundStall(this.#options.stallMs);
  }

  /** What the body is written to. Of the overloads of the three types TypeScript sees none in common. */
  #sink(): Transform {
    return this.#compressor ?? (this.#response as unknown as Transform);
  }

  /** The rest does not come at once, so there is one: nothing waits for it. */
  #releaseSmall(): void {
    const small = this.#small;
    if (small === undefined || this.#waitingHead === undefined || this.#closed) return;
    this.#small = undefined;
    this.#startCompressor(this.#waitingHead);
    flushHead(this.#response);
    this.#compressor?.write(small);
  }

  #startCompressor(headers: OutgoingHttpHeaders): void {
    const coding = this.#codingOf(headers, undefined);
    if (coding === undefined) return;
    delete headers['content-length'];
    headers['content-encoding'] = coding;
    this.#compressor = createCompressor(coding);
    this.#compressor.once('error', () => this.destroy());
    this.#sendHead();
    this.#compressor.pipe(this.#response as ServerResponse);
  }

  #awaitDrain(sink: Writable): void {
    holdBytes(this.memory, 'output', sink.writableLength);
    if (this.#drainers !== undefined) return;
    this.#drainers = [];
    this.#boundStall(this.#options.stallMs);
    sink.once('drain', () => {
      const listeners = this.#drainers ?? [];
      this.#drainers = undefined;
      if (this.#closed) return;
      this.#boundStall(0);
      holdBytes(this.memory, 'output', 0);
      for (const listener of listeners) listener();
    });
  }

  #boundStall(milliseconds: number): void {
    boundStall(this.#response, milliseconds, () => this.destroy());
  }
}

const endNow = (response: ClientResponse): void => response.endNow();

/** Node puts a head and a text together and writes them as one piece, but bytes as pieces of their own, which costs more than the copy. */
const joinedBytes = 16 * 1024;

const joined = (small: Buffer | undefined, chunk: HttpBody): Buffer =>
  small === undefined ? Buffer.from(chunk as string) : Buffer.concat([small, Buffer.from(chunk as string)]);
