import { Crc32 } from '@smithy/core/checksum';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Frame } from '../model/api.ts';
import type { Utf8 } from './utf8.ts';
import { portableUtf8 } from './utf8.ts';
import { encodeBase64 } from './base64.ts';

// One message: total length and headers length (big-endian, 4 bytes each), CRC-32 of these eight bytes, headers, payload, CRC-32 of all
// before it. https://smithy.io/2.0/aws/amazon-eventstream.html

const preludeSize = 12;
const smallestMessage = 16;
/** Bytes that are reserved at once for a message in pieces, and kept for the next one. */
const keptCapacity = 64 * 1024;

/** Bytes of one message. AWS documents 16 MiB of payload and 128 KiB of headers. */
export const defaultAwsMessageLimit = 24 * 1024 * 1024;

/** `:error-code` of the frame that tells of a broken stream: checksum, lengths, headers, or a message over the limit. */
export const frameCorrupted = 'FrameCorrupted';
/** `:error-code` of the frame that tells of a stream that ended inside a message. */
export const frameTruncated = 'FrameTruncated';

/** Everything has a default. */
export interface AwsDecoderOptions {
  /** Bytes of one message. Default {@link defaultAwsMessageLimit}. */
  limit?: number | undefined;
  /** Default: the portable one. */
  utf8?: Pick<Utf8, 'decode' | 'encode'> | undefined;
}

/**
 * Reads messages of AWS event streams, cut anywhere.
 *
 * While a message is incomplete its bytes wait in a buffer that grows with what arrives, up to the length that the message announces. That
 * length is believed only after the prelude's checksum, as soon as the twelve bytes of the prelude are there: a corrupt or hostile one is
 * refused at once, not waited for. A message that comes whole is read from the chunk itself.
 *
 * Nothing is thrown. A broken stream ends with one frame whose header `:message-type` is `error` and whose `:error-code` is
 * {@link frameCorrupted}; input after it is ignored. A stream that ends inside a message ends with {@link frameTruncated}.
 *
 * Headers become text: booleans `true` and `false`, integers and 64-bit integers decimal, timestamps decimal milliseconds since the epoch,
 * bytes base64, UUIDs in their usual form.
 *
 * @example
 * const decoder = awsEventStreamDecoder();
 * decoder.push(bytes) // [{ event: 'contentBlockDelta', data: '{"contentBlockIndex":0,…}', headers: { ':event-type': 'contentBlockDelta', … } }]
 */
export function awsEventStreamDecoder(options: AwsDecoderOptions = {}): Machine<Uint8Array, Frame> {
  const { limit = defaultAwsMessageLimit, utf8 = portableUtf8 } = options;
  const codec = new EventStreamCodec(utf8.decode, (text) => utf8.encode(text));
  let buffer = new Uint8Array(0);
  let held = 0;
  let total = 0; // of the message in the buffer, once its prelude is read
  let broken = false;

  function fail(code: string, message: string, frames: Frame[]): Frame[] {
    broken = true;
    buffer = new Uint8Array(0);
    held = 0;
    frames.push(errorFrame(code, message));
    return frames;
  }

  function hold(input: Uint8Array, at: number, size: number): void {
    const needed = held + size;
    if (needed > buffer.length) {
      const room = Math.min(total, Math.max(buffer.length * 2, keptCapacity));
      const grown = new Uint8Array(Math.max(needed, room, preludeSize));
      grown.set(buffer.subarray(0, held));
      buffer = grown;
    }
    buffer.set(input.subarray(at, at + size), held);
    held = needed;
  }

  /** Adds the frame of a whole message; false if it is corrupt. */
  function read(message: Uint8Array, frames: Frame[]): boolean {
    try {
      frames.push(toFrame(codec.decode(message), utf8));
      return true;
    } catch (error) {
      fail(frameCorrupted, error instanceof Error ? error.message : 'A message is corrupt', frames);
      return false;
    }
  }

  return {
    push(input) {
      if (broken || input.length === 0) return none;
      const frames: Frame[] = [];
      let at = 0;
      while (at < input.length) {
        const left = input.length - at;
        if (held === 0 && left >= preludeSize) {
          const length = messageLength(input, at, limit);
          if (typeof length === 'string') return fail(frameCorrupted, length, frames);
          if (left >= length) {
            if (!read(input.subarray(at, at + length), frames)) return frames;
            at += length;
            continue;
          }
        }
        const step = Math.min((held < preludeSize ? preludeSize : total) - held, left);
        hold(input, at, step);
        at += step;
        if (held === preludeSize) {
          const length = messageLength(buffer, 0, limit);
          if (typeof length === 'string') return fail(frameCorrupted, length, frames);
          total = length;
        } else if (held === total) {
          const message = buffer.subarray(0, total);
          if (buffer.length > keptCapacity) buffer = new Uint8Array(0);
          held = 0;
          total = 0;
          if (!read(message, frames)) return frames;
        }
      }
      return frames;
    },
    finish() {
      if (broken || held === 0) return none;
      return fail(frameTruncated, 'The stream ended inside a message', []);
    },
  };
}

/** The length of the message whose prelude starts there, or what is wrong with it. */
function messageLength(bytes: Uint8Array, at: number, limit: number): number | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, preludeSize);
  const total = view.getUint32(0);
  const headers = view.getUint32(4);
  const checksum = new Crc32();
  checksum.update(bytes.subarray(at, at + 8));
  if (checksum.digestSync() !== view.getUint32(8)) return 'The checksum of a prelude is wrong';
  if (total < smallestMessage) return `A message of ${total} bytes cannot be`;
  if (headers > total - smallestMessage) return `A message of ${total} bytes cannot have ${headers} bytes of headers`;
  if (total > limit) return `A message of ${total} bytes is over the limit of ${limit}`;
  return total;
}

type Message = ReturnType<EventStreamCodec['decode']>;
type HeaderValue = Message['headers'][string];

function toFrame({ headers, body }: Message, utf8: Pick<Utf8, 'decode'>): Frame {
  const text: Record<string, string> = {};
  for (const name of Object.keys(headers)) text[name] = headerText(headers[name] as HeaderValue);
  return { event: text[':event-type'] ?? text[':exception-type'] ?? text[':error-code'], data: utf8.decode(body), headers: text };
}

function headerText(header: HeaderValue): string {
  switch (header.type) {
    case 'string':
    case 'uuid':
      return header.value;
    case 'binary':
      return encodeBase64(header.value);
    case 'long': {
      const { bytes } = header.value;
      return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0).toString();
    }
    case 'timestamp':
      return String(header.value.getTime());
    default:
      return String(header.value);
  }
}

const errorFrame = (code: string, message: string): Frame => ({
  event: code,
  data: message,
  headers: { ':message-type': 'error', ':error-code': code, ':error-message': message },
});

// Encoding keeps nothing in it.
const encoder = new EventStreamCodec(portableUtf8.decode, (text) => portableUtf8.encode(text));

/**
 * A frame as the bytes of one message. All its headers are written as strings; a frame without headers is an event of JSON.
 *
 * @throws Error when a header's name is over 255 bytes or its value over 32,767.
 * @example
 * response.write(encodeAwsFrame(frame('{"role":"assistant"}', 'messageStart')));
 */
export function encodeAwsFrame(
  { event, data, headers = eventHeaders(event) }: Frame,
  utf8: Pick<Utf8, 'encode'> = portableUtf8,
): Uint8Array {
  const typed: Message['headers'] = {};
  for (const name in headers) typed[name] = { type: 'string', value: headers[name] ?? '' };
  return encoder.encode({ headers: typed, body: utf8.encode(data) });
}

const eventHeaders = (event = ''): Readonly<Record<string, string>> => ({
  ':event-type': event,
  ':content-type': 'application/json',
  ':message-type': 'event',
});

/** {@link encodeAwsFrame} as a stage. */
export const awsEventStreamEncoder = (utf8?: Pick<Utf8, 'encode'>): Machine<Frame, Uint8Array> => ({
  push: (frame) => [encodeAwsFrame(frame, utf8)],
  finish: () => none,
});
