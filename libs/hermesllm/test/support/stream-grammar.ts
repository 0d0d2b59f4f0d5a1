import type { FinishReason } from '../../src/model/response.ts';
import type { StreamEvent } from '../../src/model/stream-event.ts';

const reasons: readonly FinishReason[] = [
  'stop',
  'stop_sequence',
  'length',
  'context_window',
  'tool_use',
  'content_filter',
  'refusal',
  'pause',
  'malformed',
  'other',
];

interface Seen {
  choice: number;
  type: string;
  ended: boolean;
}

/**
 * Where a finished stream breaks the grammar of `StreamEvent`; an empty list is a legal stream.
 *
 * @example
 * expect(grammarViolations(events)).toEqual([]);
 */
export function grammarViolations(events: readonly StreamEvent[]): string[] {
  const violations: string[] = [];
  const blocks: Seen[] = []; // by index
  const endedChoices = new Set<number>();
  let started = false;
  let terminal: string | undefined;

  const check = (holds: boolean, at: number, what: string): void => {
    if (!holds) violations.push(`event ${at}: ${what}`);
  };
  const openBlock = (index: number, at: number, what: string): Seen | undefined => {
    const block = blocks[index];
    check(block !== undefined, at, `${what} of block ${index}, which never started`);
    check(block?.ended !== true, at, `${what} of block ${index}, which has ended`);
    return block;
  };

  for (const [at, event] of events.entries()) {
    check(terminal === undefined, at, `${event.type} after ${terminal}`);
    check(started || event.type === 'message-start' || event.type === 'error', at, `${event.type} before message-start`);
    switch (event.type) {
      case 'message-start':
        check(!started, at, 'a second message-start');
        started = true;
        break;
      case 'block-start':
        check(event.index === blocks.length, at, `block ${event.index} starts where ${blocks.length} is next`);
        check(Number.isInteger(event.choice) && event.choice >= 0, at, `choice ${event.choice}`);
        check(!endedChoices.has(event.choice), at, `a block of choice ${event.choice}, which has ended`);
        blocks[event.index] = { choice: event.choice, type: event.block.type, ended: false };
        break;
      case 'block-delta': {
        const block = openBlock(event.index, at, 'a delta');
        check(typeof event.text === 'string', at, 'a delta without text');
        check(block?.type !== 'unknown' && block?.type !== 'tool-result', at, `a delta of a block of type ${block?.type}`);
        break;
      }
      case 'block-end': {
        const block = openBlock(event.index, at, 'an end');
        if (block !== undefined) block.ended = true;
        break;
      }
      case 'choice-end':
        check(event.choice > 0, at, `a choice-end of choice ${event.choice}`);
        check(!endedChoices.has(event.choice), at, `a second choice-end of choice ${event.choice}`);
        check(reasons.includes(event.finish.reason), at, `finish reason ${event.finish.reason}`);
        for (const [index, block] of blocks.entries()) {
          check(
            block === undefined || block.ended || block.choice !== event.choice,
            at,
            `choice ${event.choice} ends while block ${index} is open`,
          );
        }
        endedChoices.add(event.choice);
        break;
      case 'message-end':
        check(reasons.includes(event.finish.reason), at, `finish reason ${event.finish.reason}`);
        for (const [index, block] of blocks.entries()) {
          if (block === undefined) continue;
          check(block.ended, at, `message-end while block ${index} is open`);
          check(block.choice === 0 || endedChoices.has(block.choice), at, `message-end without a choice-end of choice ${block.choice}`);
        }
        terminal = event.type;
        break;
      case 'error':
        terminal = event.type;
        break;
    }
  }
  if (terminal === undefined) violations.push('no message-end and no error');
  return violations;
}

/** Where blocks overlap: what a sequential stream must not do. */
export function overlaps(events: readonly StreamEvent[]): string[] {
  const violations: string[] = [];
  let open: number | undefined;
  for (const [at, event] of events.entries()) {
    if (event.type === 'block-start') {
      if (open !== undefined) violations.push(`event ${at}: block ${event.index} starts while ${open} is open`);
      open = event.index;
    } else if (event.type === 'block-end' && event.index === open) open = undefined;
  }
  return violations;
}
