import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventTail, sizeOf } from './event-tail.ts';
import { sseFraming } from './sse-framing.ts';

const limit = 1_000_000;
const event = (index: number, size: number): string => `data: ${index} ${'x'.repeat(size)}\n\n`;

/** What a tail of three events keeps of these, which come in groups of so many. */
function keep(sizes: readonly number[], groups: readonly number[], most = limit): { text: string; cut: boolean; events: string[] } {
  const events = sizes.map((size, index) => event(index, size));
  const tail = new EventTail(sseFraming.boundaries(), 3, most);
  let at = 0;
  for (let turn = 0; at < events.length; turn++) {
    const next = at + (groups[turn % groups.length] ?? 1);
    const pieces = events.slice(at, next).map((text) => Buffer.from(text));
    tail.push(pieces, sizeOf(pieces));
    at = next;
  }
  return { text: Buffer.from(tail.bytes()).toString(), cut: tail.isCut(), events };
}

describe('the tail of a stream', () => {
  it('is whole events from the end, at least as many as asked for, and says whether it is all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (sizes, groups) => {
          const { text, cut, events } = keep(sizes, groups);
          const all = events.join('');
          expect(all.endsWith(text)).toBe(true);
          expect(text.endsWith(events.slice(-3).join(''))).toBe(true);
          expect(text.startsWith('data: ')).toBe(true);
          expect(cut).toBe(text !== all);
        },
      ),
    );
  });

  it('does not grow with the stream', () => {
    const { text, cut } = keep(new Array<number>(5_000).fill(100), [1]);
    expect(text.length).toBeLessThanOrEqual(8 * 1024);
    expect(cut).toBe(true);
  });

  it('keeps fewer events where these are larger than the limit, but always the last', () => {
    expect(keep([400, 400, 400, 400], [1], 1000).text.match(/data: \d/g)).toEqual(['data: 2', 'data: 3']);
    expect(keep([400, 400, 9000], [1], 1000).text.match(/data: \d/g)).toEqual(['data: 2']);
  });

  it('holds nothing of what it was given', () => {
    const bytes = Buffer.from(event(0, 10));
    const tail = new EventTail(sseFraming.boundaries(), 3, limit);
    tail.push([bytes], bytes.length);
    const before = Buffer.from(tail.bytes()).toString();
    bytes.fill(0);
    expect(Buffer.from(tail.bytes()).toString()).toBe(before);
  });
});
