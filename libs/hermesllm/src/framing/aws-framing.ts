import { none } from '../machine.ts';
import { awsEventStreamDecoder, encodeAwsFrame } from './aws-event-stream.ts';
import type { EventBoundaries, StreamFraming } from './stream-framing.ts';
import { noRest } from './stream-framing.ts';

const smallest = 16;

const lengthAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0;

/** AWS event-stream messages say their length in their first four bytes, big-endian. */
function frameEnds(): EventBoundaries {
  let position = 0; // bytes of the current message that have passed
  let total = 0; // its length, once the first four bytes are known
  return {
    push(bytes) {
      let at = 0;
      let end = 0;
      while (at < bytes.length) {
        if (position < 4) {
          total = ((total << 8) | (bytes[at++] as number)) >>> 0;
          position++;
          continue;
        }
        const length = Math.max(total, smallest);
        const step = Math.min(length - position, bytes.length - at);
        at += step;
        position += step;
        if (position >= length) {
          end = at;
          position = 0;
          total = 0;
        }
      }
      return end;
    },
    startOfLast(bytes, count) {
      const starts: number[] = [];
      for (let at = 0; at + 4 <= bytes.length; at += Math.max(lengthAt(bytes, at), smallest)) starts.push(at);
      return starts[starts.length - count] ?? 0;
    },
    finish: () => noRest,
  };
}

/** Messages of `application/vnd.amazon.eventstream`, with their checksums. */
export const awsFraming: StreamFraming = {
  id: 'aws-event-stream',
  contentType: 'application/vnd.amazon.eventstream',
  decoder: (utf8, limit) => awsEventStreamDecoder({ utf8, limit }),
  encoder: () => ({ push: (frames) => frames.map((frame) => encodeAwsFrame(frame)), finish: () => none }),
  boundaries: frameEnds,
};
