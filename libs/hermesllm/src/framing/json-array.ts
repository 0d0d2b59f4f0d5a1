import { frame } from '../codec.ts';
import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Frame } from '../model/api.ts';
import { defaultEventLimit, oversizedEvent } from './sse.ts';

/**
 * A JSON array that arrives in pieces, to its elements: the stream form of Gemini without `alt=sse`.
 *
 * Follows strings and brackets only; an element is handed on when its last bracket is there. What stands between
 * elements is skipped. An element over the limit ends the stream with an error frame.
 */
export function jsonArrayDecoder(limit: number = defaultEventLimit): Machine<string, Frame> {
  let held = '';
  let scanned = 0; // characters of `held` that were already looked at
  let depth = 0;
  let start = -1;
  let inString = false;
  let escaped = false;
  let ended = false;

  function scan(frames: Frame[]): void {
    for (; scanned < held.length; scanned++) {
      const code = held.charCodeAt(scanned);
      if (inString) {
        if (escaped) escaped = false;
        else if (code === 0x5c) escaped = true;
        else if (code === 0x22) inString = false;
        continue;
      }
      if (code === 0x22) inString = start !== -1;
      else if (code === 0x7b || code === 0x5b) {
        if (depth === 0 && code === 0x5b && start === -1) continue; // the array itself
        if (depth++ === 0) start = scanned;
      } else if ((code === 0x7d || code === 0x5d) && depth > 0 && --depth === 0) {
        frames.push(frame(held.slice(start, scanned + 1)));
        start = -1;
      }
    }
  }

  return {
    push(text) {
      if (ended) return none;
      held += text;
      const frames: Frame[] = [];
      scan(frames);
      held = start === -1 ? '' : held.slice(start);
      scanned = held.length;
      if (start !== -1) start = 0;
      if (held.length > limit) {
        ended = true;
        held = '';
        frames.push(oversizedEvent(limit));
      }
      return frames.length === 0 ? none : frames;
    },
    finish() {
      if (held === '' || ended) return none;
      const rest = held;
      held = '';
      return [frame(rest)];
    },
  };
}

/** Frames to a JSON array that grows as they come; it is closed by `finish`. `begun`: elements went before. */
export function jsonArrayEncoder(begun = false): Machine<readonly Frame[], string> {
  let first = !begun;
  return {
    push(frames) {
      let text = '';
      for (const { data } of frames) {
        text += `${first ? '[' : ',\r\n'}${data}`;
        first = false;
      }
      return text === '' ? none : [text];
    },
    finish: () => [first ? '[]' : ']'],
  };
}
