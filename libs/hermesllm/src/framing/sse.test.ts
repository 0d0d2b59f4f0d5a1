import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runMachine } from '../../test/support/run-machine.ts';
import { sseDecoder, sseText } from './sse.ts';

const read = (pieces: readonly string[], limit?: number) => runMachine(sseDecoder(limit), pieces).map(({ event, data }) => [event, data]);

describe('sseDecoder', () => {
  it.each([
    ['an event with a name', 'event: ping\ndata: {}\n\n', [['ping', '{}']]],
    ['no space after the colon', 'data:{"a":1}\n\n', [[undefined, '{"a":1}']]],
    ['CRLF', 'event: a\r\ndata: 1\r\n\r\n', [['a', '1']]],
    ['CR alone', 'event: a\rdata: 1\r\r', [['a', '1']]],
    ['data over several lines', 'data: 1\ndata: 2\n\n', [[undefined, '1\n2']]],
    ['comments, ids and retries', ': hello\nid: 7\nretry: 10\ndata: 1\n\n', [[undefined, '1']]],
    ['a byte order mark', '\ufeffdata: 1\n\n', [[undefined, '1']]],
    ['an event without data', 'event: message_stop\n\n', []],
    ['a last event without its blank line', 'data: [DONE]', [[undefined, '[DONE]']]],
    [
      'a last line without its line end',
      'data: 1\n\ndata: 2\n',
      [
        [undefined, '1'],
        [undefined, '2'],
      ],
    ],
    ['nothing', '', []],
  ])('reads %s', (_name, text, expected) => {
    expect(read([text])).toEqual(expected);
  });

  it('gives the same events for any split', () => {
    const text = ': c\r\nevent: a\r\ndata: {"t":"é東😀"}\r\n\r\ndata: x\n\ndata: y\rdata: z\r\r';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (sizes) => {
        const pieces: string[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        pieces.push(text.slice(at));
        expect(read(pieces)).toEqual(read([text]));
      }),
    );
  });

  it('ends with an error frame at an event over the limit, and is silent after it', () => {
    const decoder = sseDecoder(10);
    const [frame, ...more] = decoder.push(`data: ${'x'.repeat(20)}`);
    expect(frame?.event).toBe('error');
    expect(frame?.data).toContain('stream_event_too_large');
    expect(more).toEqual([]);
    expect(decoder.push('data: 1\n\n')).toEqual([]);
    expect(decoder.finish()).toEqual([]);
  });
});

describe('an event over the limit', () => {
  it.each([1, 7, 1000])('ends the stream alike in pieces of %i characters', (size) => {
    const text = `data: 1\n\ndata: ${'x'.repeat(20)}\n\ndata: 2\n\n`;
    const pieces: string[] = [];
    for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
    expect(read(pieces, 10).map(([event]) => event)).toEqual([undefined, 'error']);
  });
});

describe('sseText', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(fc.option(fc.stringMatching(/^[a-z_.]+$/), { nil: undefined }), fc.stringMatching(/^[^\r]*$/), (event, data) => {
        expect(read([sseText({ event, data, headers: undefined })])).toEqual([[event, data]]);
      }),
    );
  });
});
