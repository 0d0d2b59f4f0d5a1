import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Readable, Transform } from 'node:stream';
import type { MemoryAccount } from './memory-budget.ts';
import { holdBytes } from './memory-budget.ts';

/** A body that is there whole, or why it is not. Nothing is told when the client goes away. */
export type BodyOutcome =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly reason: 'too-large' | 'malformed' | 'shed' | 'too-slow' };

/** How a body is read. */
export interface BodyOptions {
  /** Bytes, after decoding. */
  readonly limit: number;
  /** Milliseconds until the body must be there. */
  readonly timeoutMs: number;
  readonly memory: MemoryAccount;
  /** Creates what decodes the body, if it is encoded. */
  readonly decoder: (() => Transform) | undefined;
}

const empty: Buffer = Buffer.alloc(0);

/**
 * Reads a whole body. It stops at the limit: what is over it is neither kept nor decoded, so a small body that would unfold into a huge one
 * costs no more than the limit.
 */
export function readRequestBody(
  request: IncomingMessage | Http2ServerRequest,
  { limit, timeoutMs, memory, decoder: create }: BodyOptions,
  done: (outcome: BodyOutcome) => void,
): void {
  const decoder = create?.();
  const source: Readable = decoder ?? request;
  const chunks: Buffer[] = [];
  let size = 0;
  // Most bodies come in one piece, and need no timer.
  const announced = decoder === undefined ? Number(request.headers['content-length']) : Number.NaN;
  let timer: NodeJS.Timeout | undefined;
  memory.owner = { shed };

  function onData(chunk: Buffer): void {
    size += chunk.length;
    if (size > limit) {
      finish({ ok: false, reason: 'too-large' });
      return;
    }
    chunks.push(chunk);
    if (timer === undefined && size !== announced) startTimer();
    holdBytes(memory, 'request', size);
  }

  function startTimer(): void {
    timer = setTimeout(() => finish({ ok: false, reason: 'too-slow' }), timeoutMs);
    request.once('close', () => clearTimeout(timer));
  }

  function onEnd(): void {
    const [first] = chunks;
    finish({ ok: true, body: chunks.length === 1 && first !== undefined ? first : chunks.length === 0 ? empty : Buffer.concat(chunks) });
  }

  function shed(): void {
    finish({ ok: false, reason: 'shed' });
  }

  let over = false;
  function finish(outcome: BodyOutcome): void {
    if (over) return;
    over = true;
    if (timer !== undefined) clearTimeout(timer);
    memory.owner = undefined;
    if (!outcome.ok) {
      source.off('data', onData);
      source.off('end', onEnd);
      if (decoder !== undefined) {
        request.unpipe(decoder);
        decoder.destroy();
      }
      request.pause();
      holdBytes(memory, 'request', 0);
    }
    done(outcome);
  }

  source.on('data', onData);
  source.on('end', onEnd);
  // A server of HTTP/1 bounds the wait for a body that has not begun; nobody does it for a stream of HTTP/2.
  if ('stream' in request) startTimer();
  // Over HTTP/1 an error that nobody listens to is none.
  if (decoder !== undefined || 'stream' in request) request.on('error', ignore);
  if (decoder !== undefined) {
    decoder.on('error', () => finish({ ok: false, reason: 'malformed' }));
    request.pipe(decoder);
  }
}

// What a broken connection means for an exchange is told by its response's close.
function ignore(): void {}
