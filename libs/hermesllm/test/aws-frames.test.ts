import { readFileSync } from 'node:fs';
import { EventStreamCodec, Int64 } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../src/codec.ts';
import {
  awsEventStreamDecoder,
  awsEventStreamEncoder,
  encodeAwsFrame,
  frameCorrupted,
  frameTruncated,
} from '../src/framing/aws-event-stream.ts';
import type { Frame } from '../src/model/api.ts';
import { cut, cutEvenly, splitSizes } from './support/chunks.ts';
import { runMachine } from './support/run-machine.ts';

interface Vector {
  name: string;
  args: { chunks: { b64: string }[] };
  expected: { frames: { headers: Record<string, unknown>; payload: unknown }[]; error: boolean };
}

const vectors = JSON.parse(readFileSync(new URL('./vectors/bedrock_frames/all.json', import.meta.url), 'utf8')) as Vector[];

/** How the decoder writes a header that the vectors give with its type. */
function headerText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('timestamp_ms' in value) return String(value.timestamp_ms);
  if ('bytes' in value && Array.isArray(value.bytes)) return Buffer.from(value.bytes).toString('base64');
  throw new Error(`A header of an unknown form: ${JSON.stringify(value)}`);
}

const payloadOf = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    return { $raw: data };
  }
};

const codeOf = (made: readonly Frame[]): string | undefined => made[made.length - 1]?.headers?.[':error-code'];

const official = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => new Uint8Array(Buffer.from(text, 'utf8')),
);

const eventHeaders = (type: string) =>
  ({
    ':event-type': { type: 'string', value: type },
    ':content-type': { type: 'string', value: 'application/json' },
    ':message-type': { type: 'string', value: 'event' },
  }) as const;

const officialMessage = (payload: unknown, type = 'contentBlockDelta'): Uint8Array =>
  official.encode({ headers: eventHeaders(type), body: Buffer.from(JSON.stringify(payload)) });

const join = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

const three = join([
  officialMessage({ role: 'assistant' }, 'messageStart'),
  officialMessage({ contentBlockIndex: 0, delta: { text: 'Grüße, 東京 🌊' }, p: 'abc' }),
  officialMessage({ stopReason: 'end_turn' }, 'messageStop'),
]);
const threeEvents = ['messageStart', 'contentBlockDelta', 'messageStop'];

describe('golden vectors: bedrock_frames', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(6);
  });

  it.each(vectors.map((vector): [string, Vector] => [vector.name, vector]))('%s', (_name, { args, expected }) => {
    const chunks = args.chunks.map(({ b64 }) => new Uint8Array(Buffer.from(b64, 'base64')));
    const frames = runMachine(awsEventStreamDecoder(), chunks);
    expect(frames.map(({ headers, data }) => ({ headers, payload: payloadOf(data) }))).toEqual(
      expected.frames.map(({ headers, payload }) => ({
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerText(value)])),
        payload,
      })),
    );
    expect(codeOf(frames) !== undefined).toBe(expected.error);
  });
});

describe('awsEventStreamDecoder', () => {
  it.each(splitSizes)('reads the same frames in pieces of %d bytes', (size) => {
    expect(runMachine(awsEventStreamDecoder(), cutEvenly(three, size))).toEqual(runMachine(awsEventStreamDecoder(), [three]));
  });

  it('reads the same frames for any split', () => {
    const whole = runMachine(awsEventStreamDecoder(), [three]);
    expect(whole.map(({ event }) => event)).toEqual(threeEvents);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 60 }), (sizes) => {
        expect(runMachine(awsEventStreamDecoder(), cut(three, sizes))).toEqual(whole);
      }),
    );
  });

  it('hands on a frame as soon as its last byte is there', () => {
    const decoder = awsEventStreamDecoder();
    const message = officialMessage({ a: 1 });
    expect(decoder.push(message.subarray(0, -1))).toEqual([]);
    expect(decoder.push(message.subarray(-1))).toHaveLength(1);
  });

  it('keeps no reference to the bytes it was given', () => {
    const decoder = awsEventStreamDecoder();
    const message = officialMessage({ text: 'kept' });
    const first = message.slice(0, 40);
    decoder.push(first);
    first.fill(0);
    expect(decoder.push(message.subarray(40))[0]?.data).toBe('{"text":"kept"}');
  });

  it('writes every type of header as text', () => {
    const message = official.encode({
      headers: {
        yes: { type: 'boolean', value: true },
        no: { type: 'boolean', value: false },
        byte: { type: 'byte', value: -5 },
        short: { type: 'short', value: -300 },
        integer: { type: 'integer', value: 70_000 },
        long: { type: 'long', value: new Int64(new Uint8Array([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])) },
        negative: { type: 'long', value: Int64.fromNumber(-2) },
        binary: { type: 'binary', value: new Uint8Array([1, 2, 255]) },
        string: { type: 'string', value: 'grün' },
        timestamp: { type: 'timestamp', value: new Date(1_761_990_000_123) },
        uuid: { type: 'uuid', value: '01234567-89ab-cdef-0123-456789abcdef' },
      },
      body: new Uint8Array(),
    });
    expect(awsEventStreamDecoder().push(message)[0]?.headers).toEqual({
      yes: 'true',
      no: 'false',
      byte: '-5',
      short: '-300',
      integer: '70000',
      long: '9223372036854775807',
      negative: '-2',
      binary: 'AQL/',
      string: 'grün',
      timestamp: '1761990000123',
      uuid: '01234567-89ab-cdef-0123-456789abcdef',
    });
  });

  it('names a frame by its event, its exception or its error', () => {
    const named = (headers: Record<string, string>) =>
      awsEventStreamDecoder().push(encodeAwsFrame(frame('{}', undefined, headers)))[0]?.event;
    expect(named({ ':event-type': 'metadata' })).toBe('metadata');
    expect(named({ ':exception-type': 'throttlingException' })).toBe('throttlingException');
    expect(named({ ':error-code': 'Unavailable' })).toBe('Unavailable');
    expect(named({ other: 'x' })).toBeUndefined();
  });

  it('refuses every changed byte, and says nothing after', () => {
    const first = officialMessage({ role: 'assistant' }, 'messageStart');
    for (let at = 0; at < first.length; at++) {
      const bytes = three.slice();
      bytes[at] = (bytes[at] as number) ^ 0x40;
      const decoder = awsEventStreamDecoder();
      const frames = decoder.push(bytes);
      expect([at, frames.length, codeOf(frames)]).toEqual([at, 1, frameCorrupted]);
      expect([...decoder.push(three), ...decoder.finish()]).toEqual([]);
    }
  });

  it('hands on what came before a broken message', () => {
    const bytes = three.slice();
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    expect(
      awsEventStreamDecoder()
        .push(bytes)
        .map(({ event }) => event),
    ).toEqual(['messageStart', 'contentBlockDelta', frameCorrupted]);
  });

  /** A prelude with a right checksum, whatever it says. */
  function prelude(total: number, headers: number): Uint8Array {
    const bytes = new Uint8Array(12);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, total);
    view.setUint32(4, headers);
    view.setUint32(8, checksum(bytes.subarray(0, 8)));
    return bytes;
  }

  it.each([
    ['shorter than a message can be', prelude(15, 0)],
    ['empty', prelude(0, 0)],
    ['with headers that leave no room for the checksums', prelude(100, 85)],
    ['over the limit', prelude(24 * 1024 * 1024 + 1, 0)],
    ['with a wrong checksum', prelude(100, 10).with(11, 0)],
  ])('refuses a message %s at its twelfth byte', (_what, bytes) => {
    const decoder = awsEventStreamDecoder();
    expect(decoder.push(bytes.subarray(0, 11))).toEqual([]);
    expect(codeOf(decoder.push(bytes.subarray(11)))).toBe(frameCorrupted);
    expect(codeOf(awsEventStreamDecoder().push(bytes))).toBe(frameCorrupted);
  });

  it('takes the limit from its caller', () => {
    const message = officialMessage({ text: 'x'.repeat(500) });
    expect(codeOf(awsEventStreamDecoder({ limit: message.length - 1 }).push(message))).toBe(frameCorrupted);
    expect(awsEventStreamDecoder({ limit: message.length }).push(message)).toHaveLength(1);
  });

  it('reads a large message in small pieces', () => {
    const text = 'é'.repeat(300_000);
    const message = officialMessage({ text });
    const frames = runMachine(awsEventStreamDecoder(), [...cutEvenly(message, 1000), three]);
    expect(frames.map(({ event }) => event)).toEqual(['contentBlockDelta', ...threeEvents]);
    expect(JSON.parse(frames[0]?.data ?? '')).toEqual({ text });
  });

  it('tells of a stream that ends inside a message', () => {
    for (const size of [1, 11, 12, 13, three.length - 1]) {
      expect(codeOf(runMachine(awsEventStreamDecoder(), [three.slice(0, size)]))).toBe(frameTruncated);
    }
    expect(codeOf(runMachine(awsEventStreamDecoder(), [three]))).toBeUndefined();
    expect(runMachine(awsEventStreamDecoder(), [])).toEqual([]);
  });

  it('refuses headers that are not what they say, with right checksums', () => {
    // A header of type 12, and one whose name is longer than all headers.
    for (const headers of [Uint8Array.of(1, 0x61, 12), Uint8Array.of(200, 0x61, 7)]) {
      const body = new Uint8Array(12 + headers.length + 4);
      body.set(prelude(body.length, headers.length));
      body.set(headers, 12);
      new DataView(body.buffer).setUint32(body.length - 4, checksum(body.subarray(0, -4)));
      expect(codeOf(awsEventStreamDecoder().push(body))).toBe(frameCorrupted);
    }
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (chunks) => {
        for (const made of runMachine(awsEventStreamDecoder(), chunks)) expect(made.headers?.[':message-type']).toBe('error');
      }),
    );
  });
});

describe('encodeAwsFrame', () => {
  const character = fc.constantFrom('a', 'é', '東', '🌊', '\ud83c', '"', '\n', '\0');
  const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

  it("writes messages that AWS's own codec reads", () => {
    fc.assert(
      fc.property(fc.string({ unit: character }), fc.string({ unit: character }), (data, event) => {
        const message = official.decode(encodeAwsFrame(frame(data, event)));
        expect(message.headers).toEqual(eventHeaders(wellFormed(event)));
        expect(Buffer.from(message.body).toString('utf8')).toBe(wellFormed(data));
      }),
    );
  });

  it('writes the headers of a frame that has some, and only these', () => {
    const headers = { ':message-type': 'exception', ':exception-type': 'throttlingException', ':content-type': 'application/json' };
    const message = official.decode(encodeAwsFrame(frame('{"message":"slow"}', 'throttlingException', headers)));
    expect(Object.fromEntries(Object.entries(message.headers).map(([name, { value }]) => [name, value]))).toEqual(headers);
  });

  it('is read back by the decoder', () => {
    const frames = [frame('{"a":1}', 'one'), frame('', 'two'), frame('{"b":"日本"}', 'three', { ':event-type': 'three', 'x-y': 'z' })];
    const read = runMachine(awsEventStreamDecoder(), runMachine(awsEventStreamEncoder(), frames));
    expect(read.map(({ event, data }) => [event, data])).toEqual(frames.map(({ event, data }) => [event, data]));
    expect(read[2]?.headers).toEqual(frames[2]?.headers);
  });
});

/** CRC-32 of the test's own, bit by bit. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
