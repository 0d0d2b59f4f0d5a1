import { frame } from '../codec.ts';
import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Frame } from '../model/api.ts';
import { defaultEventLimit, oversizedEvent } from './sse.ts';

/** What a character of an array does: begins an element, ends one, or neither. */
export type ElementStep = 'begin' | 'end' | undefined;

/** Follows strings and brackets, one character or byte after the other. */
export function elementScanner(): (code: number) => ElementStep {
  let depth = 0;
  let inString = false;
  let escaped = false;
  return (code) => {
    if (inString) {
      if (escaped) escaped = false;
      else if (code === 0x5c) escaped = true;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = depth > 0;
    else if (code === 0x7b || (code === 0x5b && depth > 0)) {
      // The bracket at depth 0 is the array itself.
      if (depth++ === 0) return 'begin';
    } else if ((code === 0x7d || code === 0x5d) && depth > 0 && --depth === 0) return 'end';
    return undefined;
  };
}

/**
 * A JSON array that arrives in pieces, to its elements: the stream form of Gemini without `alt=sse`.
 *
 * An element is handed on when its last bracket is there. What stands between elements is skipped. An element over the limit ends the stream
 * with an error frame.
 */
export function jsonArrayDecoder(limit: number = defaultEventLimit): Machine<string, Frame> {
  const scan = elementScanner();
  let held = '';
  let ended = false;

  return {
    push(text) {
      if (ended) return none;
      const frames: Frame[] = [];
      let at = held === '' ? -1 : 0; // where the open element goes on
      for (let i = 0; i < text.length; i++) {
        const step = scan(text.charCodeAt(i));
        if (step === 'begin') at = i;
        else if (step === 'end') {
          frames.push(frame(held + text.slice(at, i + 1)));
          held = '';
          at = -1;
        }
      }
      if (at !== -1) held += text.slice(at);
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
