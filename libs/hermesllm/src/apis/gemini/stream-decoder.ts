import { parseData } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { malformedStream, streamError, truncated } from '../../model/stream-event.ts';
import { isObject } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { answerDecoder } from './answer-decoder.ts';
import { reportExtensions } from '../extensions.ts';
import { decodeError } from './error.ts';
import { decodeExtensions } from './response.ts';

/**
 * Reads a streamed answer: events of `alt=sse`, or elements of a JSON array.
 *
 * Expected: chunks in the shape of a whole answer, each with the next parts; the last has the finish reason. Nothing says the end: it is
 * told when the body ends, because sources, usage or a signature may follow the finish reason.
 *
 * Tolerated: chunks without candidates; a finish reason in any chunk; an array of one in place of a chunk; unknown parts; `[DONE]`. A body
 * that ends without a finish reason is cut. An error is an object in place of a chunk.
 *
 * Held is, for each candidate, what `candidateDecoder` holds, and usage.
 */
export function streamDecoder(scope: Scope): Machine<Frame, StreamEvent> {
  const answer = answerDecoder(scope);
  let started = false;
  let ended = false;

  function fail(event: StreamEvent): StreamEvent[] {
    ended = true;
    return [event];
  }

  return {
    push({ event, data }) {
      if (ended || data === '' || data === '[DONE]') return none;
      let wire = parseData(data);
      if (Array.isArray(wire) && wire.length === 1) wire = wire[0];
      if (event === 'error') return fail(streamError(decodeError(0, wire ?? data)));
      if (!isObject(wire)) return fail(malformedStream('an event that is not a JSON object'));
      if (wire['error'] !== undefined && wire['error'] !== null) return fail(streamError(decodeError(0, wire)));
      if (!started) reportExtensions(decodeExtensions(wire), undefined, scope);
      started = true;
      return answer.push(wire);
    },
    finish() {
      if (ended) return none;
      ended = true;
      return answer.finished() ? answer.end() : [truncated()];
    },
  };
}
