// How streams stand on the wire, usable without any API.

export { frame } from './codec.ts';
export type { AwsDecoderOptions } from './framing/aws-event-stream.ts';
export {
  awsEventStreamDecoder,
  awsEventStreamEncoder,
  defaultAwsMessageLimit,
  encodeAwsFrame,
  frameCorrupted,
  frameTruncated,
} from './framing/aws-event-stream.ts';
export { awsFraming } from './framing/aws-framing.ts';
export { jsonArrayDecoder, jsonArrayEncoder } from './framing/json-array.ts';
export { jsonArrayFraming } from './framing/json-array-framing.ts';
export type { SseDecoder } from './framing/sse.ts';
export { defaultEventLimit, oversizedEvent, sseContentType, sseDecoder, sseText } from './framing/sse.ts';
export { sseEvents } from './framing/sse-events.ts';
export { sseFraming } from './framing/sse-framing.ts';
export type { SseReader, SseReaderOptions } from './framing/sse-reader.ts';
export { sseReader } from './framing/sse-reader.ts';
export type { EventBoundaries, StreamFraming } from './framing/stream-framing.ts';
export type { Utf8, Utf8Decoder } from './framing/utf8.ts';
export { decodeUtf8, encodeUtf8, portableUtf8, streamingDecoder } from './framing/utf8.ts';
export type { Machine } from './machine.ts';
export { none, pipe } from './machine.ts';
export type { Frame, Framing } from './model/api.ts';
export { joinBytes } from './join-bytes.ts';
