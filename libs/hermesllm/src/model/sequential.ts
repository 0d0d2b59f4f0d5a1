import type { Machine } from '../machine.ts';
import { none } from '../machine.ts';
import type { Block } from './block.ts';
import { llmError } from './error.ts';
import type { StreamEvent } from './stream-event.ts';
import { blockEnd, streamError } from './stream-event.ts';

/** How much may wait, in UTF-16 units of text: 16 Mi. */
const defaultLimit = 16 * 1024 * 1024;
/** What a waiting event costs besides its text, so that a flood of empty ones is bounded too. */
const eventCost = 64;

/** The events of a block that cannot be sent yet. */
interface Waiting {
  events: StreamEvent[];
  choice: number;
  ended: boolean;
}

/** What puts blocks in order, and tells beforehand what it would leave as it is. */
export interface Sequential extends Machine<StreamEvent, StreamEvent> {
  /** Whether `push` would give this event alone and change nothing: nearly all are pieces of the open block. */
  passes(event: StreamEvent): boolean;
}

/**
 * Untangles overlapping blocks for APIs that know one open block at a time (Anthropic Messages, Bedrock Converse).
 *
 * One block is open: its events pass. The events of every block that starts meanwhile wait, in the order of the starts. When the open
 * block ends, waiting blocks follow: those that have ended come out whole, the first that has not becomes the open one.
 * So blocks leave in the order of their start, whatever their `choice`, and get the indices 0, 1, 2 … in that order, also where an earlier
 * stage left gaps. A `choice-end` waits for the last waiting block of its choice.
 *
 * `message-end` first ends what is open and flushes what waits. An `error` overtakes and drops what waits: the answer is lost anyway.
 * When more than `limit` units of text wait, an error event (`stream_buffer_exceeded`) ends the stream, and everything after is ignored.
 * `finish` flushes nothing, because a stream without an end has its error from the decoder.
 *
 * @example
 * const toAnthropic = pipe(pipe(openaiChat.streamDecoder(scope), sequential()), anthropicMessages.streamEncoder(request, scope));
 */
export function sequential(limit = defaultLimit): Sequential {
  const waiting = new Map<number, Waiting>();
  let open = -1; // index of the open block as the stream before us numbers it
  let sent = -1; // its index as we number it
  let held = 0;
  let ended = false;

  function start(event: StreamEvent & { type: 'block-start' }): StreamEvent {
    open = event.index;
    sent++;
    return sent === event.index ? event : { ...event, index: sent };
  }

  function renumbered(event: StreamEvent): StreamEvent {
    if (event.type === 'block-start') return start(event);
    if ((event.type === 'block-delta' || event.type === 'block-end') && event.index !== sent) return { ...event, index: sent };
    return event;
  }

  function hold(queue: Waiting, event: StreamEvent): readonly StreamEvent[] {
    held += cost(event);
    if (held > limit) {
      ended = true;
      waiting.clear();
      return [streamError(llmError('server', bufferMessage, { status: 502, code: 'stream_buffer_exceeded' }))];
    }
    queue.events.push(event);
    if (event.type === 'block-end') queue.ended = true;
    return none;
  }

  /** Sends what waits after the open block ended; with `all`, blocks that have not ended are ended here. */
  function release(out: StreamEvent[], all: boolean): StreamEvent[] {
    open = -1;
    for (const [index, queue] of waiting) {
      waiting.delete(index);
      for (const event of queue.events) {
        held -= cost(event);
        out.push(renumbered(event));
      }
      if (!queue.ended && !all) break;
      if (!queue.ended) out.push(blockEnd(sent));
      open = -1;
    }
    return out;
  }

  function afterLastOf(choice: number, event: StreamEvent): readonly StreamEvent[] {
    let last: Waiting | undefined;
    for (const queue of waiting.values()) if (queue.choice === choice) last = queue;
    return last === undefined ? [event] : hold(last, event);
  }

  return {
    push(event) {
      if (ended) return none;
      switch (event.type) {
        case 'block-delta':
        case 'block-end': {
          if (event.index !== open) {
            const queue = waiting.get(event.index);
            return queue === undefined || queue.ended ? none : hold(queue, event);
          }
          if (event.type === 'block-delta') return [renumbered(event)];
          return release([renumbered(event)], false);
        }
        case 'block-start': {
          if (open === -1) return [start(event)];
          const queue: Waiting = { events: [], choice: event.choice, ended: false };
          waiting.set(event.index, queue);
          return hold(queue, event);
        }
        case 'choice-end':
          return afterLastOf(event.choice, event);
        case 'message-end': {
          ended = true;
          const out = release(open === -1 ? [] : [blockEnd(sent)], true);
          out.push(event);
          return out;
        }
        case 'error':
          ended = true;
          waiting.clear();
          return [event];
        default:
          return [event];
      }
    },
    finish: () => none,
    passes: (event) => event.type === 'block-delta' && event.index === open && open === sent && !ended,
  };
}

const bufferMessage = 'The answer has parallel blocks that are too large to be put in order';

function cost(event: StreamEvent): number {
  if (event.type === 'block-delta') return eventCost + event.text.length + eventCost * (event.logprobs?.length ?? 0);
  return event.type === 'block-start' ? eventCost + sizeOf(event.block) : eventCost;
}

/** A started block is small or, like an image, whole. */
function sizeOf(block: Block): number {
  switch (block.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return block.text.length;
    case 'tool-call':
      return block.input.length;
    case 'media':
      return block.source.type === 'base64' ? block.source.data.length : eventCost;
    default:
      return JSON.stringify(block).length;
  }
}
