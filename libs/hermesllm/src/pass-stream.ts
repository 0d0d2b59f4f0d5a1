import type { Codec } from './codec.ts';
import { parseData } from './codec.ts';
import { EventTail, sizeOf } from './framing/event-tail.ts';
import type { EventBoundaries, StreamFraming } from './framing/stream-framing.ts';
import type { Machine } from './machine.ts';
import { none } from './machine.ts';
import type { Frame } from './model/api.ts';
import type { LlmError } from './model/error.ts';
import type { StreamEvent } from './model/stream-event.ts';
import { streamError, truncation } from './model/stream-event.ts';
import { noStreamFacts, noteEvent } from './stream-facts.ts';
import type { AnswerFacts, Body, Translated } from './translate.ts';
import { requestOf } from './translate.ts';
import type { StreamTranslation } from './translate-stream.ts';

type StreamDecoder = ReturnType<Codec['streamDecoder']>;

/** Events of the end that are decoded: finish and usage stand in the last three, but for a ping or a comment between them. */
const tailEvents = 6;
/** Bytes of the start that are searched for its first event, in pieces of so many. */
const headSize = 64 * 1024;
const headPiece = 1024;

/** Reads the start of a stream. */
interface HeadReader {
  readonly reader: Machine<Uint8Array, Frame>;
  readonly decoder: StreamDecoder;
}

/**
 * Same API on both sides: whole events pass as the bytes that came.
 *
 * An event that is not complete yet waits, so that an error can follow a stream that is cut. The first event is decoded when it
 * comes, because an error event may have to continue the answer that it began, and some APIs count the input in it. After that nothing
 * is parsed while the stream runs. Of its end, the last events are kept, however long they are, and decoded when it is over: for usage, and
 * to see whether the answer is complete. If it is not, an error event of the API ends the stream.
 *
 * A gateway has thousands of these at the same time, and each takes an event every few milliseconds: so it is one object, without a function of its own.
 */
export class PassStream implements StreamTranslation {
  readonly #translated: Translated;
  readonly #codec: Codec;
  readonly #framing: StreamFraming;
  readonly #boundaries: EventBoundaries;
  readonly #tail: EventTail;
  #failed = false;
  #waiting: Uint8Array[] = [];
  #waitingSize = 0;
  /** Bytes. */
  #passed = 0;
  /** Reads until the event that opens the answer, of which nothing is kept but the frames. */
  #head: HeadReader | undefined;
  #headLeft = headSize;
  readonly #headFrames: Frame[] = [];
  #start: StreamEvent | undefined = undefined;
  readonly #facts: AnswerFacts = noStreamFacts();

  constructor(translated: Translated, codec: Codec, framing: StreamFraming) {
    this.#translated = translated;
    this.#codec = codec;
    this.#framing = framing;
    this.#boundaries = framing.boundaries();
    this.#tail = new EventTail(this.#boundaries, tailEvents, translated.eventLimit);
    this.#head = { reader: this.#reader(), decoder: this.#mutedDecoder() };
  }

  get contentType(): string {
    return this.#framing.contentType;
  }

  push(bytes: Uint8Array): readonly Body[] {
    if (this.#failed || bytes.length === 0) return none;
    const end = this.#boundaries.push(bytes);
    let out: readonly Uint8Array[] = none;
    if (end > 0) {
      const ready = end === bytes.length ? bytes : bytes.subarray(0, end);
      if (this.#waitingSize === 0) out = [ready];
      else {
        out = [...this.#waiting, ready];
        this.#waiting = [];
        this.#waitingSize = 0;
      }
      this.#remember(out);
    }
    if (end < bytes.length) {
      const { eventLimit } = this.#translated;
      this.#waiting.push(end === 0 ? bytes : bytes.subarray(end));
      this.#waitingSize += bytes.length - end;
      if (this.#waitingSize > eventLimit) {
        this.#waiting = [];
        return [...out, ...this.#errorFrames(tooLarge(eventLimit))];
      }
    }
    return out;
  }

  finish(): readonly Body[] {
    if (this.#failed) return none;
    const rest = this.#boundaries.finish(this.#waiting, this.#translated.utf8);
    const { last, closing, unreadable } = this.#readEnd(rest.frames);
    this.#passed += sizeOf(rest.bytes);
    if (last?.type === 'error' && !unreadable && last.error.code !== truncation.code) return [...rest.bytes, ...rest.closing];
    if (last === undefined || last.type === 'error') return [...rest.bytes, ...this.#errorFrames(last?.error ?? truncation, rest.frames)];
    const closed = closing.length === 0 ? none : this.#framing.encoder(this.#passed > 0).push(closing);
    return [...rest.bytes, ...closed, ...rest.closing];
  }

  fail(error: LlmError): readonly Body[] {
    return this.#failed ? none : this.#errorFrames(error);
  }

  facts(): AnswerFacts {
    return this.#facts;
  }

  whole(): boolean {
    return !this.#failed && this.#readTail(none).last !== undefined;
  }

  #reader(): Machine<Uint8Array, Frame> {
    const { utf8, eventLimit } = this.#translated;
    return this.#framing.decoder(utf8, eventLimit);
  }

  /** What is read here passes as it is, so nothing of it is lost. */
  #mutedDecoder(): StreamDecoder {
    return this.#codec.streamDecoder({ ...this.#translated.scope, warn: ignore });
  }

  #remember(group: readonly Uint8Array[]): void {
    if (this.#head !== undefined) this.#readStart(this.#head, group);
    const size = sizeOf(group);
    this.#passed += size;
    this.#tail.push(group, size);
  }

  #readStart({ reader, decoder }: HeadReader, group: readonly Uint8Array[]): void {
    for (const bytes of group) {
      for (let at = 0; at < bytes.length; at += headPiece) {
        const piece = bytes.subarray(at, at + headPiece);
        this.#headLeft -= piece.length;
        for (const frame of reader.push(piece)) {
          this.#headFrames.push(frame);
          const start = decoder.push(frame).find(({ type }) => type === 'message-start');
          if (start === undefined) continue;
          this.#start = start;
          noteEvent(this.#facts, start);
          this.#head = undefined;
          return;
        }
      }
    }
    if (this.#headLeft > 0) return;
    this.#head = undefined;
    this.#headFrames.length = 0;
  }

  /** `rest`: events that passed, but are not in the tail. */
  #errorFrames(error: LlmError, rest: readonly Frame[] = none): readonly Body[] {
    this.#failed = true;
    this.#facts.error = error;
    const encoder = this.#codec.streamEncoder(requestOf(this.#translated), this.#translated.scope);
    // The encoder learns what the client has been told, or it would begin the answer anew.
    if (this.#start !== undefined) encoder.push(this.#start);
    const write = this.#framing.encoder(this.#passed > 0);
    const frames = [...encoder.push(streamError(error)), ...encoder.finish()];
    return [...write.push(this.#codec.continueAfter?.(frames, rest.at(-1) ?? this.#lastFrame()) ?? frames), ...write.finish()];
  }

  #lastFrame(): Frame | undefined {
    const bytes = this.#tail.bytes();
    const reader = this.#reader();
    return [...reader.push(bytes.subarray(this.#boundaries.startOfLast(bytes, 1))), ...reader.finish()].at(-1);
  }

  /** What the last events say: `last` is the one that ends the stream, if it has come. */
  #readTail(rest: readonly Frame[]): { last: StreamEvent | undefined; lastFrame: Frame | undefined; decoder: StreamDecoder } {
    const bytes = this.#tail.bytes();
    const from = this.#boundaries.startOfLast(bytes, tailEvents);
    const decoder = this.#mutedDecoder();
    if (from > 0 || this.#tail.isCut()) for (const frame of this.#headFrames) decoder.push(frame);
    let last: StreamEvent | undefined;
    let lastFrame: Frame | undefined;
    const reader = this.#reader();
    for (const frames of [reader.push(bytes.subarray(from)), reader.finish(), rest]) {
      for (const frame of frames) {
        lastFrame = frame;
        last = this.#lastOf(decoder.push(frame)) ?? last;
      }
    }
    return { last, lastFrame, decoder };
  }

  /** The event of these that ends the answer. */
  #lastOf(events: readonly StreamEvent[]): StreamEvent | undefined {
    let last: StreamEvent | undefined;
    for (const event of events) if (noteEvent(this.#facts, event)) last = event;
    return last;
  }

  /** What the end says, once it is there: `closing` is what it lacks. */
  #readEnd(rest: readonly Frame[]): { last: StreamEvent | undefined; closing: readonly Frame[]; unreadable: boolean } {
    const { last: told, lastFrame, decoder } = this.#readTail(rest);
    if (told !== undefined) return { last: told, closing: none, unreadable: lastFrame !== undefined && this.#isUnreadable(lastFrame) };
    const { endFrame } = this.#codec;
    return { last: this.#lastOf(decoder.finish()), closing: endFrame === undefined ? none : [endFrame], unreadable: false };
  }

  #isUnreadable({ data }: Frame): boolean {
    return data !== this.#codec.endFrame?.data && parseData(data) === undefined;
  }
}

function ignore(): void {}

const tooLarge = (limit: number): LlmError => ({
  ...truncation,
  message: `A stream event is larger than ${limit} bytes`,
  code: 'stream_event_too_large',
});
