import type { Machine } from '../machine.ts';
import type { Frame } from '../model/api.ts';
import { defaultEventLimit } from './sse.ts';
import { sseFraming } from './sse-framing.ts';
import type { Utf8 } from './utf8.ts';
import { portableUtf8 } from './utf8.ts';

/** Everything has a default. */
export interface SseReaderOptions {
  /** Characters of one event; a longer one ends the stream with an error frame. Default {@link defaultEventLimit}. */
  limit?: number | undefined;
  /** UTF-8 of the host. Default: plain JavaScript. */
  utf8?: Utf8 | undefined;
}

/** Bytes of an SSE stream to its events. */
export interface SseReader extends Machine<Uint8Array, Frame> {
  /** Bytes that wait for the rest of their event; 0 when no event is open. */
  bufferedSize(): number;
}

/**
 * Reads an SSE stream that arrives in chunks cut anywhere: inside a name, inside JSON, inside a character.
 *
 * @example
 * const reader = sseReader();
 * reader.push(bytes('data: {"a"')); // []
 * reader.bufferedSize();            // 10
 * reader.push(bytes(':1}\n\n'));    // [{ event: undefined, data: '{"a":1}', headers: undefined }]
 */
export function sseReader(options: SseReaderOptions = {}): SseReader {
  const decoder = sseFraming.decoder(options.utf8 ?? portableUtf8, options.limit ?? defaultEventLimit);
  const boundaries = sseFraming.boundaries();
  let buffered = 0;
  return {
    push(bytes) {
      const end = boundaries.push(bytes);
      buffered = end > 0 ? bytes.length - end : buffered + bytes.length;
      return decoder.push(bytes);
    },
    finish() {
      buffered = 0;
      return decoder.finish();
    },
    bufferedSize: () => buffered,
  };
}
