import type { Codec } from './codec.ts';
import { parseData } from './codec.ts';
import type { StreamFraming } from './framing/stream-framing.ts';
import { joinBytes } from './join-bytes.ts';
import type { Machine } from './machine.ts';
import { none } from './machine.ts';
import type { Frame } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import type { StreamEvent } from './model/stream-event.ts';
import { streamError, truncation } from './model/stream-event.ts';
import type { AnswerFacts, Body, Translated } from './translate.ts';
import { requestOf } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

/** Bytes of the stream's end of which references are kept; an event that is longer is kept whole. */
const windowSize = 16 * 1024;
/** Bytes of the end, and of the start, of which the events are decoded: usage and finish stand in the last few hundred. */
const tailSize = 2 * 1024;
const headSize = 4 * 1024;
/** Bytes of the start that are kept at most: a Responses stream echoes the request in its first event. */
const headLimit = 64 * 1024;
/** Frames of the start: Messages tells the input tokens in its first event. */
const headFrames = 2;

/**
 * Same API on both sides: whole events pass as the bytes that came.
 *
 * An event that is not complete yet waits, so that an error can follow a stream that is cut. Nothing is parsed while the
 * stream runs; at its end the first and last events, of which references are kept, are decoded for usage and to see
 * whether the answer is complete. If it is not, an error event of the API ends the stream.
 */
export function passStream(translated: Translated, codec: Codec, framing: StreamFraming): StreamTranslation {
  const boundaries = framing.boundaries();
  const encoder = (): ReturnType<Codec['streamEncoder']> => codec.streamEncoder(requestOf(translated), translated.scope);
  const write = framing.encoder();
  const muted = { ...translated.scope, warn: () => {} };
  let waiting: Uint8Array[] = [];
  let waitingSize = 0;
  let passed = 0;
  const recent: Uint8Array[] = [];
  let sinceStart = 0; // pieces from the start of the last event on
  let recentSize = 0;
  const head: Uint8Array[] = [];
  let headKept = 0;
  let headComplete = false;
  let atEventStart = true;
  let failed = false;
  let facts: AnswerFacts = { model: undefined, usage: undefined, finish: undefined, error: undefined };

  function remember(bytes: Uint8Array): void {
    if (!headComplete) {
      // Pieces until the start is long enough and, at the next event's start, whole.
      if (atEventStart && headKept >= headSize) headComplete = true;
      else if (headKept < headLimit) {
        head.push(bytes);
        headKept += bytes.length;
      }
    }
    passed += bytes.length;
    if (atEventStart) sinceStart = 0;
    sinceStart++;
    recent.push(bytes);
    recentSize += bytes.length;
    while (recent.length > sinceStart && recentSize - (recent[0] as Uint8Array).length >= windowSize) {
      recentSize -= (recent.shift() as Uint8Array).length;
    }
  }

  function errorFrames(error: LlmError): readonly Body[] {
    failed = true;
    facts = { ...facts, error };
    const stage = encoder();
    // The encoder learns what the client has been told, or it would begin the answer anew.
    const start = decodeHead(codec.streamDecoder(muted)).find((event) => event.type === 'message-start');
    if (start !== undefined) stage.push(start);
    const frames = [...stage.push(streamError(error)), ...stage.finish()];
    return frames.length === 0 ? none : write.push(frames);
  }

  /** The events of the stream's first frames. */
  function decodeHead(decoder: Machine<Frame, StreamEvent>): StreamEvent[] {
    if (headKept === 0) return [];
    const frames = framing.decoder(translated.utf8, translated.eventLimit).push(joinBytes(head));
    return frames.slice(0, headFrames).flatMap((frame) => [...decoder.push(frame)]);
  }

  /** What the remembered events say: the last event is the stream's end if it is complete; `closing` is what it lacks. */
  function readEnd(tail: readonly Frame[]): { last: StreamEvent | undefined; closing: readonly Frame[]; unreadable: boolean } {
    const decoder = codec.streamDecoder(muted);
    let last: StreamEvent | undefined;
    let lastFrame: Frame | undefined;
    const take = (events: readonly StreamEvent[]): void => {
      for (const event of events) {
        if (event.type === 'message-start') facts.model = event.model;
        else if (event.type === 'message-end') {
          facts.usage = event.usage;
          facts.finish = event.finish;
          last = event;
        } else if (event.type === 'error') last = event;
      }
    };
    const bytes = joinBytes(recent);
    const start = bytes.length <= tailSize ? 0 : boundaries.startBefore(bytes, bytes.length - tailSize);
    if (start > 0 || passed > recentSize) take(decodeHead(decoder));
    last = undefined;
    const reader = framing.decoder(translated.utf8, translated.eventLimit);
    for (const frames of [reader.push(bytes.subarray(start)), reader.finish(), tail]) {
      for (const frame of frames) {
        lastFrame = frame;
        take(decoder.push(frame));
      }
    }
    if (last !== undefined) return { last, closing: none, unreadable: lastFrame !== undefined && isUnreadable(lastFrame) };
    take(decoder.finish());
    return { last, closing: codec.endFrame === undefined ? none : [codec.endFrame], unreadable: false };
  }

  const isUnreadable = ({ data }: Frame): boolean => data !== codec.endFrame?.data && parseData(data) === undefined;

  return {
    push(bytes) {
      if (failed || bytes.length === 0) return none;
      const end = boundaries.push(bytes);
      if (end === bytes.length && waiting.length === 0) {
        remember(bytes);
        return [bytes];
      }
      const out: Uint8Array[] = [];
      if (end > 0) {
        const ready = bytes.subarray(0, end);
        for (const piece of [...waiting, ready]) {
          remember(piece);
          atEventStart = false;
          out.push(piece);
        }
        atEventStart = true;
        waiting = [];
        waitingSize = 0;
      }
      if (end < bytes.length) {
        waiting.push(end === 0 ? bytes : bytes.subarray(end));
        waitingSize += bytes.length - end;
      }
      if (waitingSize > translated.eventLimit) {
        waiting = [];
        return [...out, ...errorFrames(tooLarge(translated.eventLimit))];
      }
      return out;
    },
    finish() {
      if (failed) return none;
      const rest = boundaries.finish(waiting, translated.utf8);
      const { last, closing, unreadable } = readEnd(rest.frames);
      const out: Body[] = rest.frames.length > 0 ? [...waiting, ...rest.closing] : [];
      const cut = last === undefined || (last.type === 'error' && (unreadable || last.error.code === truncation.code));
      if (last?.type === 'error') facts = { ...facts, error: last.error };
      if (cut) return [...out, ...errorFrames(last?.type === 'error' ? last.error : truncation)];
      return last.type === 'error' || closing.length === 0 ? out : [...out, ...write.push(closing)];
    },
    fail: (error) => (failed ? none : errorFrames(error)),
    facts: () => facts,
    contentType: framing.contentType,
  };
}

const tooLarge = (limit: number): LlmError => ({
  ...truncation,
  message: `A stream event is larger than ${limit} bytes`,
  code: 'stream_event_too_large',
});
