import { Buffer } from 'node:buffer';
import type { Utf8 } from '@plano/hermesllm';
import { streamingDecoder } from '@plano/hermesllm';

// Buffer#utf8Slice is the fastest decoder in Node and, unlike TextDecoder, keeps a byte order mark for the caller to see.
const decode = (bytes: Uint8Array): string =>
  (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString('utf8');

/** UTF-8 by Node's own code. */
export const nativeUtf8: Utf8 = {
  decode,
  encode: (text) => Buffer.from(text, 'utf8'),
  createDecoder: () => streamingDecoder(decode),
};
