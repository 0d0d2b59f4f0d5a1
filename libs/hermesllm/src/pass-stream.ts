import type { Codec } from './codec.ts';
import { parseData } from './codec.ts';
import { createEventTail, sizeOf } from './framing/event-tail.ts';
import type { StreamFraming } from './framing/stream-framing.ts';
import type { Machine } from './machine.ts';
import { none } from './machine.ts';
import type { Frame } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import type { StreamEvent } from './model/stream-event.ts';
import { streamError, truncation } from './model/stream-event.ts';
import { createStreamFacts } from './stream-facts.ts';
import type { Body, Translated } from './translate.ts';
import { requestOf } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

type StreamDecoder = ReturnType<Codec['streamDecoder']>;

/** Events of the end that are decoded: finish and usage stand in the last three, but for a ping or a comment between them. */
const tailEvents = 6;
/** Bytes of the start that are searched for its first event, in pieces of so many. */
const headSize = 64 * 1024;
const headPiece = 1024;

/**
 * Same API on both sides: whole events pass as the bytes that came.
 *
 * An event that is not complete yet waits, so that an error can follow a stream that is cut. The first event is decoded when it
 * comes, because an error event may have to continue the answer that it began, and some APIs count the input in it. After that nothing
 * is parsed while the stream runs. Of its end, the last events are kept, however long they are, and decoded when it is over: for usage, and
 * to see whether the answer is complete. If it is not, an error event of the API ends the stream.
 */
export function passStream(translated: Translated, codec: Codec, framing: StreamFraming): StreamTranslation {
  const { utf8, eventLimit, scope } = translated;
  const boundaries = framing.boundaries();
  const muted = { ...scope, warn: () => {} };
  const { facts, note } = createStreamFacts();
  let waiting: Uint8Array[] = [];
  let waitingSize = 0;
  let failed = false;
  let passed = 0;
  const tail = createEventTail(boundaries, tailEvents, eventLimit);
  // The start: read until the event that opens the answer, of which nothing is kept but the frames.
  let head: { readonly reader: Machine<Uint8Array, Frame>; readonly decoder: StreamDecoder } | undefined = {
    reader: framing.decoder(utf8, eventLimit),
    decoder: codec.streamDecoder(muted),
  };
  let headLeft = headSize;
  const headFrames: Frame[] = [];
  let start: StreamEvent | undefined;

  function remember(group: readonly Uint8Array[]): void {
    if (head !== undefined) readStart(head, group);
    const size = sizeOf(group);
    passed += size;
    tail.push(group, size);
  }

  function readStart({ reader, decoder }: NonNullable<typeof head>, group: readonly Uint8Array[]): void {
    for (const bytes of group) {
      for (let at = 0; at < bytes.length; at += headPiece) {
        const piece = bytes.subarray(at, at + headPiece);
        headLeft -= piece.length;
        for (const frame of reader.push(piece)) {
          headFrames.push(frame);
          start = decoder.push(frame).find(({ type }) => type === 'message-start');
          if (start === undefined) continue;
          note(start);
          head = undefined;
          return;
        }
      }
    }
    if (headLeft > 0) return;
    head = undefined;
    headFrames.length = 0;
  }

  function errorFrames(error: LlmError): readonly Body[] {
    failed = true;
    facts.error = error;
    const encoder = codec.streamEncoder(requestOf(translated), scope);
    // The encoder learns what the client has been told, or it would begin the answer anew.
    if (start !== undefined) encoder.push(start);
    const write = framing.encoder(passed > 0);
    return [...write.push([...encoder.push(streamError(error)), ...encoder.finish()]), ...write.finish()];
  }

  /** What the last events say: `last` is the one that ends the stream, if it has come. */
  function readTail(rest: readonly Frame[]): { last: StreamEvent | undefined; lastFrame: Frame | undefined; decoder: StreamDecoder } {
    const bytes = tail.bytes();
    const from = boundaries.startOfLast(bytes, tailEvents);
    const decoder = codec.streamDecoder(muted);
    if (from > 0 || tail.isCut()) for (const frame of headFrames) decoder.push(frame);
    let last: StreamEvent | undefined;
    let lastFrame: Frame | undefined;
    const reader = framing.decoder(utf8, eventLimit);
    for (const frames of [reader.push(bytes.subarray(from)), reader.finish(), rest]) {
      for (const frame of frames) {
        lastFrame = frame;
        last = lastOf(decoder.push(frame)) ?? last;
      }
    }
    return { last, lastFrame, decoder };
  }

  /** The event of these that ends the answer. */
  function lastOf(events: readonly StreamEvent[]): StreamEvent | undefined {
    let last: StreamEvent | undefined;
    for (const event of events) if (note(event)) last = event;
    return last;
  }

  /** What the end says, once it is there: `closing` is what it lacks. */
  function readEnd(rest: readonly Frame[]): { last: StreamEvent | undefined; closing: readonly Frame[]; unreadable: boolean } {
    const { last: told, lastFrame, decoder } = readTail(rest);
    if (told !== undefined) return { last: told, closing: none, unreadable: lastFrame !== undefined && isUnreadable(lastFrame) };
    const last = lastOf(decoder.finish());
    return { last, closing: codec.endFrame === undefined ? none : [codec.endFrame], unreadable: false };
  }

  const isUnreadable = ({ data }: Frame): boolean => data !== codec.endFrame?.data && parseData(data) === undefined;

  return {
    push(bytes) {
      if (failed || bytes.length === 0) return none;
      const end = boundaries.push(bytes);
      let out: readonly Uint8Array[] = none;
      if (end > 0) {
        const ready = end === bytes.length ? bytes : bytes.subarray(0, end);
        if (waiting.length === 0) out = [ready];
        else {
          out = [...waiting, ready];
          waiting = [];
          waitingSize = 0;
        }
        remember(out);
      }
      if (end < bytes.length) {
        waiting.push(end === 0 ? bytes : bytes.subarray(end));
        waitingSize += bytes.length - end;
        if (waitingSize > eventLimit) {
          waiting = [];
          return [...out, ...errorFrames(tooLarge(eventLimit))];
        }
      }
      return out;
    },
    finish() {
      if (failed) return none;
      const rest = boundaries.finish(waiting, utf8);
      const { last, closing, unreadable } = readEnd(rest.frames);
      passed += sizeOf(rest.bytes);
      if (last?.type === 'error' && !unreadable && last.error.code !== truncation.code) return [...rest.bytes, ...rest.closing];
      if (last === undefined || last.type === 'error') return [...rest.bytes, ...errorFrames(last?.error ?? truncation)];
      const write = framing.encoder(passed > 0);
      return [...rest.bytes, ...(closing.length === 0 ? none : write.push(closing)), ...rest.closing];
    },
    fail: (error) => (failed ? none : errorFrames(error)),
    facts: () => facts,
    whole: () => !failed && readTail(none).last !== undefined,
    contentType: framing.contentType,
  };
}

const tooLarge = (limit: number): LlmError => ({
  ...truncation,
  message: `A stream event is larger than ${limit} bytes`,
  code: 'stream_event_too_large',
});
