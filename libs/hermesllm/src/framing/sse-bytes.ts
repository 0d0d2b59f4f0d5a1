import { frame } from '../codec.ts';
import type { Machine } from '../machine.ts';
import type { Frame } from '../model/api.ts';
import { sseDecoder } from './sse.ts';
import { decodeText } from './stream-framing.ts';
import type { Utf8 } from './utf8.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const colon = 0x3a;

/**
 * The bytes of an SSE stream to its events, for hosts where a search in bytes is native and one in text is not (`Utf8.searchesBytes`). Nearly every
 * chunk holds whole events of `data` and `event` lines that end with LF: these are cut in the bytes. Whatever else comes goes through
 * {@link sseDecoder}, until a chunk ends with an event again.
 */
export function sseBytesDecoder(utf8: Utf8, limit: number): Machine<Uint8Array, Frame> {
  const events = sseDecoder(limit);
  const decoder = decodeText(events, utf8);
  let whole = true;
  let first = true;
  let begun = false;
  return {
    push(bytes) {
      const { length } = bytes;
      const ends = length >= 2 && bytes[length - 1] === lineFeed && bytes[length - 2] === lineFeed;
      if (whole && ends && length <= limit) {
        const frames = wholeEvents(bytes, utf8);
        if (frames !== undefined) {
          first = false;
          return frames;
        }
      }
      // The decoder takes a byte order mark at its own beginning, which this is not.
      if (!first && !begun) events.push('\n');
      begun = true;
      first = false;
      const frames = decoder.push(bytes);
      whole = ends && !events.ended();
      return frames;
    },
    finish: decoder.finish,
  };
}

/** The events of bytes that begin and end with one; undefined when a line is of another kind. */
function wholeEvents(bytes: Uint8Array, utf8: Utf8): readonly Frame[] | undefined {
  if (bytes.indexOf(carriageReturn) !== -1) return undefined;
  const text = utf8.decode(bytes);
  const ascii = text.length === bytes.length;
  const frames: Frame[] = [];
  let event: string | undefined;
  let data: string | undefined;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes[start] === lineFeed ? start : bytes.indexOf(lineFeed, start);
    if (end === start) {
      if (data !== undefined) frames.push(frame(data, event));
      event = undefined;
      data = undefined;
    } else if (bytes[start] !== colon) {
      const value = isData(bytes, start) ? start + 5 : isEvent(bytes, start) ? start + 6 : 0;
      if (value === 0) return undefined;
      const from = bytes[value] === space ? value + 1 : value;
      const written = ascii ? text.slice(from, end) : utf8.decode(bytes.subarray(from, end));
      if (value === start + 6) event = written === '' ? undefined : written;
      else data = data === undefined ? written : `${data}\n${written}`;
    }
    start = end + 1;
  }
  return frames;
}

const isData = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x64 && bytes[at + 1] === 0x61 && bytes[at + 2] === 0x74 && bytes[at + 3] === 0x61 && bytes[at + 4] === colon;

const isEvent = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x65 &&
  bytes[at + 1] === 0x76 &&
  bytes[at + 2] === 0x65 &&
  bytes[at + 3] === 0x6e &&
  bytes[at + 4] === 0x74 &&
  bytes[at + 5] === colon;
