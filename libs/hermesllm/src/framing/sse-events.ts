import type { Frame } from '../model/api.ts';
import { defaultEventLimit, sseDecoder } from './sse.ts';
import type { SseReaderOptions } from './sse-reader.ts';
import { portableUtf8 } from './utf8.ts';

/**
 * The events of an SSE body that is there whole, or in pieces cut anywhere. Comments, `id` and `retry` are skipped, nothing else is:
 * pings and `[DONE]` are events like any other.
 *
 * @param body - text, bytes, or pieces of one of the two
 * @example
 * for (const { data } of sseEvents('data: {"n":1}\n\ndata: [DONE]\n\n')) console.log(data); // {"n":1} and [DONE]
 */
export function* sseEvents(
  body: string | Uint8Array | Iterable<string | Uint8Array>,
  options: SseReaderOptions = {},
): Generator<Frame, void, undefined> {
  const decoder = sseDecoder(options.limit ?? defaultEventLimit);
  const text = (options.utf8 ?? portableUtf8).createDecoder();
  const pieces = typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
  for (const piece of pieces) yield* decoder.push(typeof piece === 'string' ? piece : text.decode(piece));
  yield* decoder.push(text.finish());
  yield* decoder.finish();
}
