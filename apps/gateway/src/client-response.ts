import { Buffer } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { constants } from 'node:http2';
import type { Transform } from 'node:stream';
import type { HttpBody } from '@plano/common';
import { chooseCoding, compress, createCompressor, type ResponseCoding } from './content-coding.ts';
import type { MemoryAccount } from './memory-budget.ts';
import { holdBytes } from './memory-budget.ts';

/** The client's side of an exchange, over HTTP/1 or HTTP/2. */
export interface ClientResponse {
  /** 0 before the head. */
  readonly statusCode: number;
  readonly headersSent: boolean;
  /** What the exchange holds in memory. */
  readonly memory: MemoryAccount;
  /** The head leaves with the first of the body, or with `flushHeaders`. A stream is never compressed. */
  writeHead(status: number, headers: OutgoingHttpHeaders, kind?: 'stream' | 'whole'): void;
  flushHeaders(): void;
  /** False when the client does not keep up: then wait for `onceDrained`. */
  write(chunk: HttpBody): boolean;
  end(chunk?: HttpBody): void;
  /** Ends abruptly, so that the client sees that something is missing. */
  destroy(): void;
  onceDrained(listener: () => void): void;
  /** Told once, when the answer is out or the client has gone away. */
  onClose(listener: () => void): void;
}

/** What a response is made with. */
export interface ClientResponseOptions {
  readonly memory: MemoryAccount;
  /** Headers of every answer, such as `x-request-id`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether JSON may be compressed. */
  readonly compress: boolean;
  /** Milliseconds that a client may take nothing of what waits for it. */
  readonly stallMs: number;
}

/** Bytes below which compressing an answer saves nothing worth its time. */
const compressedFrom = 1024;

type NodeRequest = IncomingMessage | Http2ServerRequest;
type NodeResponse = ServerResponse | Http2ServerResponse;

/** Wraps Node's response: one write for head and first bytes, compression, an account of what the client has not taken yet. */
export function createClientResponse(request: NodeRequest, response: NodeResponse, options: ClientResponseOptions): ClientResponse {
  const { memory, stallMs } = options;
  const closers: (() => void)[] = [];
  let status = 0;
  let waitingHead: OutgoingHttpHeaders | undefined;
  let mayCompress = false;
  let compressor: Transform | undefined;
  /** The beginning of an answer that is only worth compressing if more comes. */
  let small: Buffer | undefined;
  let closed = false;
  let drainers: (() => void)[] | undefined;

  response.once('close', close);
  // A pipelined answer that waits for its turn has no socket yet, and is not told when the socket closes.
  if ('assignSocket' in response && response.socket === null) {
    const { socket } = request;
    socket.once('close', close);
    closers.push(() => socket.off('close', close));
  }

  function close(): void {
    if (closed) return;
    closed = true;
    compressor?.destroy();
    for (const listener of closers) listener();
  }

  function sendHead(): void {
    if (waitingHead === undefined) return;
    const headers = waitingHead;
    const vary = headers['vary'];
    waitingHead = undefined;
    Object.assign(headers, options.headers);
    if (vary !== undefined) addVary(headers, String(vary));
    // Of the two types' overloads TypeScript sees none in common.
    (response as ServerResponse).writeHead(status, headers);
  }

  /** The coding of the answer whose head is about to leave. `bytes` is its length, if it is known. */
  function codingOf(headers: OutgoingHttpHeaders, bytes: number | undefined): ResponseCoding | undefined {
    if (!mayCompress || !isCompressible(headers)) return undefined;
    addVary(headers, 'accept-encoding');
    return bytes !== undefined && bytes < compressedFrom ? undefined : chooseCoding(request.headers['accept-encoding']);
  }

  function stalled(): void {
    if (!closed) destroy();
  }

  /** The client must take something from now on, or is cut. Progress of a write counts, which is why this is the socket's own timer. */
  function watch(milliseconds: number): void {
    if ('stream' in response) {
      // The type says that there always is a stream; after its end there is none.
      const stream = response.stream as Http2ServerResponse['stream'] | undefined;
      stream?.setTimeout(milliseconds, milliseconds === 0 ? undefined : stalled);
    } else response.socket?.setTimeout(milliseconds);
  }

  function write(chunk: HttpBody): boolean {
    if (closed) return true;
    let bytes = chunk;
    if (waitingHead !== undefined) {
      const length = waitingHead['content-length'];
      if (codingOf(waitingHead, length === undefined ? undefined : Number(length)) === undefined) sendHead();
      else {
        // An answer of unknown length may turn out to be short.
        small = small === undefined ? Buffer.from(chunk as string) : Buffer.concat([small, Buffer.from(chunk as string)]);
        if (small.length < compressedFrom) {
          setImmediate(releaseSmall);
          return true;
        }
        bytes = small;
        small = undefined;
        startCompressor(waitingHead);
      }
    }
    const sink: Transform | NodeResponse = compressor ?? response;
    const ready = (sink as Transform).write(bytes);
    if (!ready) wait(sink);
    return ready;
  }

  /** The rest does not come at once, so there is one: nothing waits for it. */
  function releaseSmall(): void {
    if (small === undefined || waitingHead === undefined || closed) return;
    const bytes = small;
    small = undefined;
    startCompressor(waitingHead);
    if ('flushHeaders' in response) response.flushHeaders();
    compressor?.write(bytes);
  }

  function startCompressor(headers: OutgoingHttpHeaders): void {
    const coding = codingOf(headers, undefined);
    if (coding === undefined) return;
    delete headers['content-length'];
    headers['content-encoding'] = coding;
    compressor = createCompressor(coding);
    compressor.once('error', destroy);
    sendHead();
    compressor.pipe(response as ServerResponse);
  }

  function wait(sink: Transform | NodeResponse): void {
    holdBytes(memory, 'output', sink.writableLength);
    if (drainers !== undefined) return;
    drainers = [];
    watch(stallMs);
    sink.once('drain', () => {
      const listeners = drainers ?? [];
      drainers = undefined;
      if (closed) return;
      watch(0);
      holdBytes(memory, 'output', 0);
      for (const listener of listeners) listener();
    });
  }

  function end(chunk?: HttpBody): void {
    if (closed) return;
    const body = small === undefined ? chunk : chunk === undefined ? small : Buffer.concat([small, Buffer.from(chunk as string)]);
    const headers = waitingHead;
    const held = small !== undefined;
    small = undefined;
    const bytes = body === undefined ? 0 : Buffer.byteLength(body);
    const coding = headers === undefined ? undefined : codingOf(headers, bytes);
    if (held && headers !== undefined) headers['content-length'] = bytes;
    if (headers === undefined || body === undefined || coding === undefined) {
      finish(body);
      return;
    }
    holdBytes(memory, 'output', bytes);
    compress(coding, body).then(
      (compressed) => {
        headers['content-encoding'] = coding;
        headers['content-length'] = compressed.length;
        finish(compressed);
      },
      () => destroy(),
    );
  }

  function finish(chunk?: HttpBody): void {
    if (closed) return;
    sendHead();
    const sink = (compressor ?? response) as Transform;
    if (chunk === undefined) sink.end();
    else sink.end(chunk);
    const waiting = sink.writableLength;
    if (waiting === 0) return;
    holdBytes(memory, 'output', waiting);
    watch(stallMs);
  }

  function destroy(): void {
    if (closed) return;
    if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else response.destroy();
    compressor?.destroy();
  }

  return {
    get statusCode() {
      return status;
    },
    get headersSent() {
      return status !== 0;
    },
    memory,
    writeHead(code, headers, kind = 'whole') {
      status = code;
      waitingHead = headers;
      mayCompress = options.compress && kind === 'whole';
    },
    flushHeaders() {
      if (closed) return;
      sendHead();
      // HTTP/2 sends them at once.
      if ('flushHeaders' in response) response.flushHeaders();
    },
    write,
    end,
    destroy,
    onceDrained(listener) {
      if (drainers === undefined) listener();
      else drainers.push(listener);
    },
    onClose: (listener) => void closers.push(listener),
  };
}

/** Whole JSON that nobody has encoded yet. */
function isCompressible(headers: OutgoingHttpHeaders): boolean {
  const type = headers['content-type'];
  if (typeof type !== 'string' || headers['content-encoding'] !== undefined) return false;
  const control = headers['cache-control'];
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(type) && (typeof control !== 'string' || !control.includes('no-transform'));
}

/** Adds a name to `vary`. */
function addVary(headers: OutgoingHttpHeaders, name: string): void {
  const there = headers['vary'];
  if (there === undefined) headers['vary'] = name;
  else if (
    !String(there)
      .toLowerCase()
      .split(/\s*,\s*/)
      .some((part) => part === name || part === '*')
  )
    headers['vary'] = `${String(there)}, ${name}`;
}
