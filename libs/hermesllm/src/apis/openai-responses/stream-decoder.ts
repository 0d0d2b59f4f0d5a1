import type { JsonObject } from '../../codec.ts';
import { parseData } from '../../codec.ts';
import type { Machine } from '../../machine.ts';
import { none } from '../../machine.ts';
import type { Frame } from '../../model/api.ts';
import type { StreamEvent } from '../../model/stream-event.ts';
import { malformedStream, messageEnd, messageStart, streamError, truncated } from '../../model/stream-event.ts';
import { isObject, maybeNumber, maybeString, stringOr } from '../../read.ts';
import type { Scope } from '../../scope.ts';
import { decodeAnnotation } from './annotations.ts';
import { reportExtensions } from '../extensions.ts';
import { unknownEvents } from '../unknown-event.ts';
import { decodeExtensions, reportItem } from './response.ts';
import { decodeError } from './error.ts';
import { decodeFinish } from './finish.ts';
import { streamItems } from './stream-items.ts';
import { decodeUsage } from './usage.ts';
import type { ReadEvent, ReadPart, ReadResponse } from './wire.ts';

/** Characters that may be held for items that are not done: annotations, unknown items, the input of a call whose name is not known yet. */
const heldLimit = 16 * 1024 * 1024;

/**
 * Reads a Responses stream.
 *
 * Expected: `response.created`, `.in_progress`; for each item `output_item.added`, its parts and deltas, `.done` events that repeat them,
 * `output_item.done`; last `response.completed`, `.incomplete` or `.failed` with the whole answer, or `error`.
 *
 * Each text or refusal part, call and reasoning item is a block, opened by its first text (a call: by its name). What a `.done` event, the
 * done item or the final answer says beyond the deltas is handed on as one more delta, so upstreams may leave out any of them. Items of
 * tools that OpenAI runs are blocks of their own when they are done; their progress is not told.
 *
 * Tolerated: deltas of items that were never added (a call waits for its name), events that are not known here (reported once), `[DONE]`,
 * anything after the end. A stream without its final event is an error.
 *
 * Held until an item is done: annotations, unknown items and the input of a call without a name, at most 16 Mi characters of frames.
 */
export function streamDecoder(scope: Scope): Machine<Frame, StreamEvent> {
  const items = streamItems();
  let started = false;
  let ended = false;
  const reportUnknown = unknownEvents(scope);

  function begin(response: unknown, out: StreamEvent[]): void {
    if (started) return;
    started = true;
    const wire: ReadResponse = isObject(response) ? response : {};
    const tier = maybeString(wire.service_tier);
    // Before the answer is made it repeats the request's wish; which tier served it stands in the final event.
    const served = tier === 'auto' ? undefined : tier;
    out.push(messageStart(stringOr(wire.id, ''), stringOr(wire.model, ''), maybeNumber(wire.created_at), undefined, served));
  }

  function end(response: JsonObject, out: StreamEvent[]): StreamEvent[] {
    begin(response, out);
    const wire: ReadResponse = response;
    items.finish(wire.output, out);
    ended = true;
    reportExtensions(decodeExtensions(response), undefined, scope);
    out.push(messageEnd(decodeFinish(wire, items.calls(), items.refused()), decodeUsage(wire.usage), maybeString(wire.service_tier)));
    return out;
  }

  function fail(event: StreamEvent): StreamEvent[] {
    ended = true;
    return [event];
  }

  function pushEvent(event: ReadEvent, type: string | undefined, size: number): readonly StreamEvent[] {
    const out: StreamEvent[] = [];
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta': {
        begin(undefined, out);
        const item = items.itemOf(event, 'message');
        const kind = type === 'response.refusal.delta' ? 'refusal' : 'text';
        if (item !== undefined) items.partText(item, kind, partOf(event.content_index), stringOr(event.delta, ''), event.logprobs, out);
        break;
      }
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta': {
        begin(undefined, out);
        const item = items.itemOf(event, 'call', type === 'response.custom_tool_call_input.delta');
        if (item !== undefined) items.callText(item, stringOr(event.delta, ''), out);
        break;
      }
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta': {
        begin(undefined, out);
        const item = items.itemOf(event, 'reasoning');
        if (item !== undefined) items.reasoningText(item, reasoningPart(event), stringOr(event.delta, ''), out);
        break;
      }
      case 'response.output_item.added':
        begin(undefined, out);
        if (isObject(event.item)) items.itemAdded(event.output_index, event.item, size, out);
        break;
      case 'response.output_item.done': {
        begin(undefined, out);
        if (!isObject(event.item)) break;
        const item = items.itemAdded(event.output_index, event.item, size, out);
        reportItem(event.item, event.output_index, scope);
        items.itemDone(item, event.item, out);
        break;
      }
      case 'response.output_text.done':
      case 'response.refusal.done': {
        begin(undefined, out);
        const item = items.itemOf(event, 'message');
        const refusal = type === 'response.refusal.done';
        if (item === undefined) break;
        const part: ReadPart = {
          type: refusal ? 'refusal' : 'output_text',
          text: event.text,
          refusal: event.refusal,
          logprobs: event.logprobs,
        };
        items.partDone(item, partOf(event.content_index), part, false, out);
        break;
      }
      case 'response.content_part.done': {
        begin(undefined, out);
        const { part } = event;
        if (!isObject(part) || (part['type'] !== 'output_text' && part['type'] !== 'refusal')) break;
        const item = items.itemOf(event, 'message');
        if (item !== undefined) items.partDone(item, partOf(event.content_index), part, true, out);
        break;
      }
      case 'response.output_text.annotation.added': {
        begin(undefined, out);
        const item = items.itemOf(event, 'message');
        const citation = decodeAnnotation(event.annotation);
        if (item !== undefined && citation !== undefined) items.annotate(item, citation, size);
        break;
      }
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done': {
        begin(undefined, out);
        const custom = type === 'response.custom_tool_call_input.done';
        const item = items.itemOf(event, 'call', custom);
        if (item !== undefined) items.callText(item, stringOr(custom ? event.input : event.arguments, '').slice(item.sent), out);
        break;
      }
      case 'response.reasoning_summary_text.done':
      case 'response.reasoning_text.done': {
        begin(undefined, out);
        const item = items.itemOf(event, 'reasoning');
        if (item !== undefined) items.reasoningPartDone(item, reasoningPart(event), stringOr(event.text, ''), out);
        break;
      }
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        begin(event.response, out);
        break;
      case 'response.completed':
      case 'response.incomplete': {
        const response = isObject(event.response) ? event.response : {};
        if (response['status'] === 'failed') return fail(streamError(decodeError(0, response)));
        return end(response['status'] === undefined ? { ...response, status: type.slice('response.'.length) } : response, out);
      }
      case 'response.failed':
        return fail(streamError(decodeError(0, event.response)));
      case 'error':
        return fail(streamError(decodeError(0, event)));
      default:
        if (isObject(event.error)) return fail(streamError(decodeError(0, event)));
        // Progress of an item of another kind is told when it is done.
        if (type !== undefined && !silent.test(type) && !items.isOther(event.output_index)) reportUnknown(type);
    }
    if (items.held() > heldLimit) return fail(malformedStream('items that do not end'));
    return out;
  }

  return {
    push({ event, data }) {
      if (ended || data === '' || data === '[DONE]') return none;
      const wire = parseData(data);
      if (isObject(wire)) return pushEvent(wire, maybeString(wire['type']) ?? event, data.length);
      return fail(event === 'error' ? streamError(decodeError(0, data)) : malformedStream('an event that is not a JSON object'));
    },
    finish: () => (ended ? none : fail(truncated())),
  };
}

/** Events that say nothing which others do not say. */
const silent = /^(response\.(content_part\.added|reasoning_summary_part\.(added|done))|keepalive|ping)$/;

const partOf = (index: unknown): string => String(maybeNumber(index) ?? 0);

const reasoningPart = ({ type, summary_index, content_index }: ReadEvent): string =>
  String(type).startsWith('response.reasoning_summary') ? `summary ${partOf(summary_index)}` : `content ${partOf(content_index)}`;
