import { parseData } from '../codec.ts';
import { joinBytes } from '../join-bytes.ts';
import { none } from '../machine.ts';
import type { Frame } from '../model/api.ts';
import { sseBytesDecoder } from './sse-bytes.ts';
import { sseContentType, sseDecoder } from './sse.ts';
import type { EventBoundaries, StreamFraming, StreamRest } from './stream-framing.ts';
import { decodeText, noRest } from './stream-framing.ts';
import type { Utf8 } from './utf8.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const isLineEnd = (byte: number | undefined): boolean => byte === lineFeed || byte === carriageReturn;

/** An SSE event ends with two line ends in a row. Three bytes before the chunk are remembered: CRLF CRLF may be cut anywhere. */
class SseBoundaries implements EventBoundaries {
  // The last three bytes of what came before, the youngest in `#one`.
  #three = 0;
  #two = 0;
  #one = 0;

  push(bytes: Uint8Array): number {
    const { length } = bytes;
    // Nearly every chunk ends with a whole event.
    const end = length >= 2 && bytes[length - 1] === lineFeed && bytes[length - 2] === lineFeed ? length : this.#lastBoundary(bytes);
    if (length >= 3) {
      this.#three = bytes[length - 3] as number;
      this.#two = bytes[length - 2] as number;
      this.#one = bytes[length - 1] as number;
    } else {
      for (const byte of bytes) {
        this.#three = this.#two;
        this.#two = this.#one;
        this.#one = byte;
      }
    }
    return end;
  }

  #lastBoundary(bytes: Uint8Array): number {
    const at = (i: number): number | undefined => (i >= 0 ? bytes[i] : i === -1 ? this.#one : i === -2 ? this.#two : this.#three);
    for (let i = bytes.length - 1; i >= 0; i--) {
      const byte = bytes[i];
      if (!isLineEnd(byte)) continue;
      const terminator = byte === lineFeed && at(i - 1) === carriageReturn ? i - 1 : i;
      if (isLineEnd(at(terminator - 1))) return i + 1;
    }
    return 0;
  }

  startOfLast(bytes: Uint8Array, count: number): number {
    let left = count;
    for (let i = bytes.length - 1; i > 0; i--) {
      const byte = bytes[i];
      if (!isLineEnd(byte)) continue;
      const terminator = byte === lineFeed && bytes[i - 1] === carriageReturn ? i - 1 : i;
      if (!isLineEnd(bytes[terminator - 1])) continue;
      if (left-- === 0) return i + 1;
      i = terminator; // the line end before it belongs to the event
    }
    return 0;
  }

  finish(waiting: readonly Uint8Array[], utf8: Utf8): StreamRest {
    if (waiting.length === 0) return noRest;
    const sse = sseDecoder();
    const frames = [...sse.push(utf8.decode(joinBytes(waiting))), ...sse.finish()];
    const whole = frames.length > 0 && frames.every(({ data }) => data === '[DONE]' || parseData(data) !== undefined);
    return whole ? { frames, bytes: [...waiting, Uint8Array.of(lineFeed, lineFeed)], closing: [] } : noRest;
  }
}

/** Like `sseText`, for what encoders write: JSON, which has no line break. To look for one would put the text together one time more. */
const eventText = ({ event, data }: Frame): string => (event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`);

/** Server-sent events. */
export const sseFraming: StreamFraming = {
  id: 'sse',
  contentType: sseContentType,
  decoder: (utf8, limit) => (utf8.searchesBytes === true ? sseBytesDecoder(utf8, limit) : decodeText(sseDecoder(limit), utf8)),
  encoder: () => ({
    push(frames) {
      let text = '';
      for (let i = 0; i < frames.length; i++) text += eventText(frames[i] as Frame);
      return text === '' ? none : [text];
    },
    finish: () => none,
  }),
  boundaries: () => new SseBoundaries(),
};
