import { createParser } from 'eventsource-parser';
import { frame } from '../codec.ts';
import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Frame } from '../model/api.ts';

/** Characters of one event; longer ones end the stream with {@link oversizedEvent}. */
export const defaultEventLimit = 16 * 1024 * 1024;

/** The frame that stands for an event over the limit: decoders read it as an error of the stream. */
export const oversizedEvent = (limit: number): Frame =>
  frame(
    JSON.stringify({
      error: { message: `A stream event is larger than ${limit} characters`, type: 'server_error', code: 'stream_event_too_large' },
    }),
    'error',
  );

/** Text of one SSE stream to its events. */
export interface SseDecoder extends Machine<string, Frame> {
  /** Whether an event was over the limit, behind which nothing is read. */
  ended(): boolean;
}

/**
 * Text of an SSE stream, in pieces of any size, to its events.
 *
 * Follows the WHATWG event stream rules: CR, LF and CRLF, an optional space after the colon, data over several lines,
 * comments, `id` and `retry` (ignored), a byte order mark. An upstream that forgets the last blank line loses nothing.
 *
 * @example
 * const decoder = sseDecoder();
 * decoder.push('data: {"a":1}\n'); // []
 * decoder.push('\n');              // [{ event: undefined, data: '{"a":1}', headers: undefined }]
 */
export function sseDecoder(limit: number = defaultEventLimit): SseDecoder {
  let frames: Frame[] | undefined;
  let ended = false;
  // Most texts hold one event: a literal costs less than an array that grows.
  const keep = (ready: Frame): void => {
    if (frames === undefined) frames = [ready];
    else frames.push(ready);
  };
  const parser = createParser({
    maxBufferSize: limit,
    onEvent({ event, data }) {
      // The parser limits what it holds back; an event that arrives whole must not depend on how it was cut.
      if (ended) return;
      ended = data.length > limit;
      keep(ended ? oversizedEvent(limit) : frame(data, event));
    },
    onError: (error) => {
      if (error.type !== 'max-buffer-size-exceeded') return;
      ended = true;
      keep(oversizedEvent(limit));
    },
  });
  const take = (): readonly Frame[] => {
    const ready = frames ?? none;
    frames = undefined;
    return ready;
  };
  return {
    ended: () => ended,
    push(text) {
      if (ended) return none;
      parser.feed(text);
      return take();
    },
    finish() {
      if (!ended) parser.feed('\n\n');
      return take();
    },
  };
}

/** One event as SSE text. Data over several lines becomes several `data:` lines. */
export function sseText({ event, data }: Frame): string {
  const lines = data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data;
  return event === undefined ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`;
}

/** The content type of SSE bodies. */
export const sseContentType = 'text/event-stream';
