/**
 * A minimal incremental HTTP/1.1 reader for both ends of the benchmark, several times cheaper than `node:http`, so that load and
 * upstream fit on one core beside the gateway under test. It reads what the contenders send: heads of at most 64 KiB,
 * `content-length` and chunked bodies, keep-alive. A response with neither length nor chunks is an error: on a kept connection
 * its end could not be told from a broken one.
 *
 * States: head → (length | chunk-size → chunk-data → chunk-end → chunk-size … → trailer) → head. Only heads, size lines and trailers
 * are held back until complete; body bytes are passed on as they come.
 */
export interface MessageSink {
  /** Start line and header lines, without the blank line. */
  head(text: string): void;
  body(bytes: Buffer): void;
  end(): void;
}

export interface MessageReader {
  push(bytes: Buffer): void;
  /** Whether a message has begun and not ended. */
  pending(): boolean;
}

const maximumHead = 64 * 1024;
const empty = Buffer.alloc(0);
const contentLength = /\r\ncontent-length:[ \t]*(\d+)[ \t]*(?:\r\n|$)/i;
const chunked = /\r\ntransfer-encoding:[ \t]*chunked[ \t]*(?:\r\n|$)/i;

/** The size at the start of a chunk's line; extensions after `;` are ignored. */
function hexadecimal(text: string): number {
  const size = Number.parseInt(text, 16);
  if (!(size >= 0)) throw new Error('a chunk without a size');
  return size;
}

export function createMessageReader(kind: 'request' | 'response', sink: MessageSink): MessageReader {
  let state: 'head' | 'length' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' = 'head';
  let held: Buffer = empty;
  let remaining = 0;

  const finish = () => {
    state = 'head';
    sink.end();
  };

  const begin = (text: string) => {
    const informational = kind === 'response' && /^HTTP\/1\.1 1\d\d/.test(text);
    if (informational) return;
    const length = contentLength.exec(text);
    sink.head(text);
    if (chunked.test(text)) {
      state = 'chunk-size';
      return;
    }
    if (!length && kind === 'response') throw new Error('a response without content-length or chunks');
    remaining = length ? Number(length[1]) : 0;
    state = 'length';
    if (remaining === 0) finish();
  };

  /** Text up to `end`, or undefined (and the rest held) while it is incomplete; `next` is where reading goes on. */
  let next = 0;
  const until = (input: Buffer, at: number, end: '\r\n' | '\r\n\r\n'): string | undefined => {
    const found = input.indexOf(end, at, 'latin1');
    if (found < 0) {
      held = Buffer.from(input.subarray(at));
      if (held.length > maximumHead) throw new Error(`${state} longer than ${maximumHead} bytes`);
      return undefined;
    }
    next = found + end.length;
    return input.toString('latin1', at, found);
  };

  const push = (bytes: Buffer) => {
    const input = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    held = empty;
    let at = 0;
    while (at < input.length) {
      switch (state) {
        case 'head': {
          const text = until(input, at, '\r\n\r\n');
          if (text === undefined) return;
          at = next;
          begin(text);
          break;
        }
        case 'length':
        case 'chunk-data': {
          const part = input.subarray(at, at + remaining);
          at += part.length;
          remaining -= part.length;
          sink.body(part);
          if (remaining > 0) break;
          if (state === 'length') finish();
          else state = 'chunk-end';
          break;
        }
        case 'chunk-size': {
          const text = until(input, at, '\r\n');
          if (text === undefined) return;
          at = next;
          remaining = hexadecimal(text);
          state = remaining === 0 ? 'trailer' : 'chunk-data';
          break;
        }
        case 'chunk-end': {
          // Nearly always there whole; the line reader is for the split that falls between the two bytes.
          if (input[at] === 13 && input[at + 1] === 10) {
            at += 2;
            state = 'chunk-size';
            break;
          }
          const text = until(input, at, '\r\n');
          if (text === undefined) return;
          throw new Error('a chunk longer than its size');
        }
        case 'trailer': {
          const text = until(input, at, '\r\n');
          if (text === undefined) return;
          at = next;
          if (text === '') finish();
          break;
        }
        default:
          state satisfies never;
      }
    }
  };

  return { push, pending: () => state !== 'head' || held.length > 0 };
}
