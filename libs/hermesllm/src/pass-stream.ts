import type { Codec } from './codec.ts';
import type { StreamFraming } from './framing/stream-framing.ts';
import { none } from './machine.ts';
import type { Frame } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import type { StreamEvent } from './model/stream-event.ts';
import { streamError } from './model/stream-event.ts';
import type { AnswerFacts, Body, Translated } from './translate.ts';
import { requestOf } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

/** Bytes of the stream's first and last events that are kept to read its usage and its end from. */
const windowSize = 64 * 1024;

interface Piece {
  bytes: Uint8Array;
  startsEvent: boolean;
}

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
  let waiting: Uint8Array[] = [];
  let waitingSize = 0;
  let passed = 0;
  let recent: Piece[] = [];
  let recentSize = 0;
  let head: Uint8Array | undefined;
  let atEventStart = true;
  let failed = false;
  let facts: AnswerFacts = { model: undefined, usage: undefined, finish: undefined, error: undefined };

  function remember(bytes: Uint8Array): void {
    head ??= bytes;
    passed += bytes.length;
    recent.push({ bytes, startsEvent: atEventStart });
    recentSize += bytes.length;
    while (recent.length > 1 && recentSize - (recent[0] as Piece).bytes.length >= windowSize)
      recentSize -= (recent.shift() as Piece).bytes.length;
  }

  function errorFrames(error: LlmError): readonly Body[] {
    failed = true;
    facts = { ...facts, error };
    const stage = encoder();
    const frames = [...stage.push(streamError(error)), ...stage.finish()];
    return frames.length === 0 ? none : write.push(frames);
  }

  /** What the remembered events say: the last event is the stream's end if it is complete; `closing` is what it lacks. */
  function readEnd(tail: readonly Frame[]): { last: StreamEvent | undefined; closing: readonly Frame[] } {
    const decoder = codec.streamDecoder({ ...translated.scope, warn: () => {} });
    let last: StreamEvent | undefined;
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
    while (recent.length > 0 && !(recent[0] as Piece).startsEvent) recentSize -= (recent.shift() as Piece).bytes.length;
    const frames = (pieces: readonly Uint8Array[]): Frame[] => {
      const reader = framing.decoder(translated.utf8, translated.eventLimit);
      return [...pieces.flatMap((bytes) => [...reader.push(bytes)]), ...reader.finish()];
    };
    if (head !== undefined && passed > recentSize) for (const frame of frames([head])) if (last === undefined) take(decoder.push(frame));
    last = undefined;
    for (const frame of frames(recent.map((piece) => piece.bytes))) take(decoder.push(frame));
    for (const frame of tail) take(decoder.push(frame));
    if (last !== undefined) return { last, closing: none };
    take(decoder.finish());
    return { last, closing: codec.endFrame === undefined ? none : [codec.endFrame] };
  }

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
      const { last, closing } = readEnd(rest.frames);
      const out: Body[] = rest.frames.length > 0 ? [...waiting, ...rest.closing] : [];
      const cut = last === undefined || (last.type === 'error' && last.error.code === 'upstream_stream_truncated');
      if (last?.type === 'error') facts = { ...facts, error: last.error };
      if (cut) return [...out, ...errorFrames(last?.type === 'error' ? last.error : cutShort)];
      return last.type === 'error' || closing.length === 0 ? out : [...out, ...write.push(closing)];
    },
    fail: (error) => (failed ? none : errorFrames(error)),
    facts: () => facts,
  };
}

const cutShort: LlmError = {
  kind: 'server',
  status: 502,
  message: 'The upstream closed the stream before the answer was complete',
  code: 'upstream_stream_truncated',
  param: undefined,
  requestId: undefined,
};
const tooLarge = (limit: number): LlmError => ({
  ...cutShort,
  message: `A stream event is larger than ${limit} bytes`,
  code: 'stream_event_too_large',
});
