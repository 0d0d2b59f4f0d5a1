import { describe, expect, it } from 'vitest';
import type { Frame } from '../model/api.ts';
import { sseEvents } from './sse-events.ts';
import { sseReader } from './sse-reader.ts';
import { encodeUtf8 } from './utf8.ts';

const body = 'event: greeting\r\ndata: {"text":"Grüße 😀"}\r\n\r\n: ping\n\ndata: a\ndata: b\n\ndata: [DONE]\n\n';
const events: Frame[] = [
  { event: 'greeting', data: '{"text":"Grüße 😀"}', headers: undefined },
  { event: undefined, data: 'a\nb', headers: undefined },
  { event: undefined, data: '[DONE]', headers: undefined },
];

describe('sseEvents', () => {
  it.each([
    { name: 'text', given: body },
    { name: 'bytes', given: encodeUtf8(body) },
    { name: 'pieces of text', given: body.match(/[^]{1,5}/g)! },
    { name: 'single bytes', given: [...encodeUtf8(body)].map((byte) => Uint8Array.of(byte)) },
  ])('reads $name', ({ given }) => {
    expect([...sseEvents(given)]).toEqual(events);
  });

  it('gives the last event of a body without its blank line', () => {
    expect([...sseEvents('data: 1\n\ndata: 2')].map(({ data }) => data)).toEqual(['1', '2']);
  });

  it('ends at an event over the limit', () => {
    const read = [...sseEvents(`data: ${'x'.repeat(50)}\n\ndata: later\n\n`, { limit: 20 })];
    expect(read).toHaveLength(1);
    expect(read[0]?.data).toContain('stream_event_too_large');
  });
});

describe('sseReader', () => {
  it.each([1, 2, 3, 7, 64])('reads chunks of %i bytes and holds nothing back at the end', (size) => {
    const reader = sseReader();
    const bytes = encodeUtf8(body);
    const read: Frame[] = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
    expect(reader.bufferedSize()).toBe(0);
    expect([...read, ...reader.finish()]).toEqual(events);
  });

  it('says how much waits', () => {
    const reader = sseReader();
    expect(reader.push(encodeUtf8('data: 1\n\ndata'))).toHaveLength(1);
    expect(reader.bufferedSize()).toBe(4);
    reader.push(encodeUtf8(': 2'));
    expect(reader.bufferedSize()).toBe(7);
    expect(reader.finish()).toEqual([{ event: undefined, data: '2', headers: undefined }]);
    expect(reader.bufferedSize()).toBe(0);
  });
});
