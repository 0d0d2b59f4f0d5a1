import { describe, expect, it } from 'vitest';
import { sseBytesDecoder } from './sse-bytes.ts';
import { sseDecoder } from './sse.ts';
import { portableUtf8 } from './utf8.ts';

const limit = 200;

/** What comes out of pieces of these sizes in turn. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): unknown[] {
  const decoder = sseBytesDecoder(portableUtf8, limit);
  const out: unknown[] = [];
  let turn = 0;
  for (let at = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    out.push(...decoder.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...out, ...decoder.finish()];
}

/** What the decoder of text makes of all of it. */
function atOnce(text: string): unknown[] {
  const decoder = sseDecoder(limit);
  return [...decoder.push(text), ...decoder.finish()];
}

const streams: Readonly<Record<string, string>> = {
  'plain events': 'data: {"a":1}\n\ndata: {"b":2}\n\ndata: [DONE]\n\n',
  'named events and comments': ': hello\n\nevent: a\ndata: 1\n\nevent:\ndata:2\n\n:\ndata:  3\n\nevent: gone\n\ndata: 4\n\n',
  'several lines, ids and unknown fields': 'id: 1\ndata: a\ndata: b\n\nretry: 5\n\ndata\n\ndatax: 1\ndata: c\n\n',
  'letters outside ASCII': 'data: "ä€😀"\n\nevent: ключ\ndata: 日本\n\n',
  'other line ends': 'data: 1\r\n\r\ndata: 2\r\rdata: 3\n\ndata: 4\r\n\ndata: 5\n\n',
  'a mark at the beginning': '\ufeffdata: 1\n\ndata: 2\n\n',
  'a mark in the middle': 'data: 1\n\n\ufeffdata: 2\n\ndata: 3\n\n',
  'no end': 'data: 1\n\ndata: 2',
  'an event over the limit': `data: 1\n\ndata: ${'x'.repeat(limit + 1)}\n\ndata: 2\n\n`,
};

describe('bytes of an SSE stream', () => {
  it.each(Object.keys(streams))('with %s give the same events however they are cut', (name) => {
    const text = streams[name] as string;
    const bytes = portableUtf8.encode(text);
    const expected = atOnce(text);
    for (let size = 1; size <= 40; size++) expect(inPieces(bytes, [size])).toEqual(expected);
    expect(inPieces(bytes, [bytes.length])).toEqual(expected);
  });

  it.each(Object.keys(streams))('with %s give the same events event by event', (name) => {
    const text = streams[name] as string;
    const sizes = text.split(/(?<=\n\n)/).map((event) => portableUtf8.encode(event).length);
    expect(inPieces(portableUtf8.encode(text), sizes)).toEqual(atOnce(text));
  });

  it('keep what is no UTF-8 where it stands', () => {
    const bytes = Uint8Array.from([...portableUtf8.encode('data: a'), 0xff, ...portableUtf8.encode('b\n\ndata: c\n\n')]);
    expect(inPieces(bytes, [bytes.length])).toEqual(atOnce('data: a\ufffdb\n\ndata: c\n\n'));
  });
});
