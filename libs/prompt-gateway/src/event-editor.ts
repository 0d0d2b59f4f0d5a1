import type { HostCapabilities, HttpBody } from '@plano/common';

type Utf8 = HostCapabilities['utf8'];

/** A stream of server-sent events on its way through. */
export interface EventEditor {
  push(piece: HttpBody): readonly HttpBody[];
  finish(): readonly HttpBody[];
}

/** Which events are changed, and how. */
export interface EventEdit {
  /** The new data of an event, or undefined to leave it as it is. */
  readonly edit: (data: string) => string | undefined;
  /** How many events are changed; after them everything passes unread. */
  readonly times: number;
  /** Characters of one event; a longer one passes unread, and so does what follows. */
  readonly limit: number;
}

const boundary = /\r\n\r\n|\n\n|\r\r/g;
const dataLine = /^data: ?(.*)$/m;

/**
 * Changes the data of some events of a stream that comes in pieces cut anywhere, characters included. An event is looked at when its last byte
 * has come; events of several data lines pass unchanged, because no API of ours has them.
 */
export function createEventEditor({ edit, times, limit }: EventEdit, utf8: Utf8): EventEditor {
  const decoder = utf8.createDecoder();
  let pending = '';
  let left = times;
  let passing = false;

  function change(event: string): string {
    const line = dataLine.exec(event);
    const data = line?.[1];
    if (left === 0 || line === null || data === undefined || data === '' || event.indexOf('\ndata:', line.index + 1) !== -1) return event;
    const changed = edit(data);
    if (changed === undefined) return event;
    left -= 1;
    return event.slice(0, line.index) + line[0].slice(0, line[0].length - data.length) + changed + event.slice(line.index + line[0].length);
  }

  function pass(): readonly string[] {
    passing = true;
    const text = pending;
    pending = '';
    return text === '' ? [] : [text];
  }

  return {
    push(piece) {
      const text = typeof piece === 'string' ? piece : decoder.decode(piece);
      if (passing) return text === '' ? [] : [text];
      // Three characters back: CRLF CRLF may be cut anywhere.
      boundary.lastIndex = Math.max(0, pending.length - 3);
      pending += text;
      let out = '';
      let from = 0;
      for (let match = boundary.exec(pending); match !== null; match = boundary.exec(pending)) {
        out += change(pending.slice(from, boundary.lastIndex));
        from = boundary.lastIndex;
      }
      pending = pending.slice(from);
      const whole = out === '' ? [] : [out];
      return left === 0 || pending.length > limit ? [...whole, ...pass()] : whole;
    },
    finish() {
      const rest = decoder.finish();
      pending += rest;
      if (passing) return pass();
      pending = pending === '' ? '' : change(pending);
      return pass();
    },
  };
}
