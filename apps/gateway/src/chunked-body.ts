import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { HttpBody } from '@plano/common';
import type { NodeResponse } from './client-connection.ts';

const lineEnd = '\r\n';
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const lastChunk = '0\r\n\r\n';
/** What is larger is not worth the copy. */
const joinedBytes = 16 * 1024;

/**
 * Takes over how the body of an HTTP/1.1 response is framed, whose head has just been written; undefined if it is not framed in chunks.
 *
 * Node hands its socket four pieces for each chunk of a body (length, line end, bytes, line end), waits with them for the end of the tick and then
 * gathers them again. An event of a model is small, so this is a good part of what it costs. Here a chunk is one write: of a text if texts are what it
 * is made of, and of bytes if it is bytes.
 */
export function takeChunking(response: NodeResponse): ChunkedBody | undefined {
  if ('stream' in response || !response.chunkedEncoding) return undefined;
  response.chunkedEncoding = false;
  return new ChunkedBody(response);
}

/** A body in chunks (RFC 9112, section 7.1). */
export class ChunkedBody {
  readonly #response: ServerResponse;
  #begun = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Where what was written waits, if the client does not take it. The head must leave by the response itself; a pipelined one has no socket yet. */
  sink(): Writable {
    return this.#begun ? (this.#response.socket ?? this.#response) : this.#response;
  }

  /** One chunk. False when the client does not keep up: then `sink` tells when it has. */
  write(pieces: readonly HttpBody[], size = sizeOf(pieces)): boolean {
    if (size === 0) return true;
    const sink = this.sink();
    const begun = this.#begun;
    this.#begun = true;
    const [only] = pieces;
    // Node puts the head and a text together, but not the head and bytes.
    if (begun && pieces.length === 1 && typeof only === 'object' && size <= joinedBytes) return sink.write(chunkOf(only));
    const start = size.toString(16) + lineEnd;
    if (size <= joinedBytes) return sink.write(start + textOf(pieces) + lineEnd, 'latin1');
    sink.write(start, 'latin1');
    for (const piece of pieces) sink.write(piece);
    return sink.write(lineEnd, 'latin1');
  }

  /** The last chunk, and the end of the response. */
  end(pieces: readonly HttpBody[], size = sizeOf(pieces)): void {
    if (size > joinedBytes) this.write(pieces, size);
    const text = size === 0 || size > joinedBytes ? '' : size.toString(16) + lineEnd + textOf(pieces) + lineEnd;
    this.#response.end(text + lastChunk, 'latin1');
  }
}

/** A chunk of at most 16 KiB. */
function chunkOf(piece: Uint8Array): Buffer {
  const { length } = piece;
  const digits = length < 0x10 ? 1 : length < 0x100 ? 2 : length < 0x1000 ? 3 : 4;
  const chunk = Buffer.allocUnsafe(digits + length + 4);
  for (let at = digits - 1, left = length; at >= 0; at--, left >>= 4) chunk[at] = hexDigit(left & 15);
  chunk[digits] = carriageReturn;
  chunk[digits + 1] = lineFeed;
  chunk.set(piece, digits + 2);
  chunk[digits + length + 2] = carriageReturn;
  chunk[digits + length + 3] = lineFeed;
  return chunk;
}

const hexDigit = (value: number): number => (value < 10 ? 0x30 : 0x57) + value;

/** Bytes of all pieces together. */
export function sizeOf(pieces: readonly HttpBody[]): number {
  let size = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as HttpBody;
    size += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  }
  return size;
}

/** Each octet a character, which is what Node writes fastest. */
function textOf(pieces: readonly HttpBody[]): string {
  let text = '';
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as HttpBody;
    if (typeof piece !== 'string') text += latin1Of(piece);
    else text += Buffer.byteLength(piece) === piece.length ? piece : Buffer.from(piece).toString('latin1');
  }
  return text;
}

/** Bytes as a text of which each character is one of them. */
export const latin1Of = (bytes: Uint8Array): string =>
  (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString('latin1');
