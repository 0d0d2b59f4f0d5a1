import type { Frame } from '@plano/hermesllm';
import { awsEventStreamDecoder, frameCorrupted, portableUtf8, sseDecoder } from '@plano/hermesllm';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { bytesOf } from './chunk-bytes.ts';
import type { Operations } from './operation.ts';

/** What Chat Completions ends with; what follows it is not read. The framing itself knows no end. */
const endOfChat = '[DONE]';

/** Bytes of a stream to its frames. */
export const framingOperations: Operations = {
  sse_reassembly({ chunks }) {
    const utf8 = portableUtf8.createDecoder();
    const decoder = sseDecoder();
    const frames: Frame[] = [];
    for (const chunk of chunks as unknown[]) frames.push(...decoder.push(utf8.decode(bytesOf(chunk))));
    frames.push(...decoder.push(utf8.finish()), ...decoder.finish());
    const events = frames.map(({ event, data }) => ({ event: event ?? null, data }));
    const end = events.findIndex(({ data }) => data === endOfChat);
    return { events: end === -1 ? events : events.slice(0, end + 1) };
  },

  // What an unfinished message at the end means is for the stream's translation to say: the vectors know only messages.
  bedrock_frames({ chunks }) {
    const pieces = (chunks as unknown[]).map(bytesOf);
    const decoder = awsEventStreamDecoder();
    const frames: Frame[] = [];
    for (const piece of pieces) frames.push(...decoder.push(piece));
    const corrupted = frames[frames.length - 1]?.headers?.[':error-code'] === frameCorrupted;
    if (corrupted) frames.pop();
    const types = headerTypes(Buffer.concat(pieces), frames.length);
    return {
      frames: frames.map(({ headers = {}, data }, index) => ({
        headers: typedHeaders(headers, types[index] ?? {}),
        payload: payloadOf(data),
      })),
      error: corrupted,
    };
  },
};

function payloadOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return { $raw: data };
  }
}

const official = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text),
);

/** The library gives every header as text, the vectors give it with its type: the official decoder says which. */
function headerTypes(bytes: Buffer, count: number): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  for (let at = 0; found.length < count; at += bytes.readUInt32BE(at)) {
    const { headers } = official.decode(bytes.subarray(at, at + bytes.readUInt32BE(at)));
    found.push(Object.fromEntries(Object.entries(headers).map(([name, { type }]) => [name, type])));
  }
  return found;
}

const typedHeaders = (headers: Readonly<Record<string, string>>, types: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, typedHeader(text, types[name])]));

function typedHeader(text: string, type: string | undefined): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true';
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return Number(text);
    case 'timestamp':
      return { timestamp_ms: Number(text) };
    case 'binary':
      return { bytes: [...Buffer.from(text, 'base64')] };
    default:
      return text;
  }
}
