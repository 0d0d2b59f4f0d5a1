import { describe, expect, it } from 'vitest';
import { createMessageReader } from '../src/http-message-reader.ts';

function read(kind: 'request' | 'response', text: string, split: number) {
  const messages: { head: string; body: string; ended: boolean }[] = [];
  const reader = createMessageReader(kind, {
    head: (head) => messages.push({ head, body: '', ended: false }),
    body: (bytes) => {
      const last = messages.at(-1);
      if (last) last.body += bytes.toString();
    },
    end: () => {
      const last = messages.at(-1);
      if (last) last.ended = true;
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += split) reader.push(bytes.subarray(at, at + split));
  return { messages, pending: reader.pending() };
}

const length = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello';
const chunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\nt: 1\r\n\r\n';

describe.each([1, 2, 3, 7, 10_000])('split into pieces of %i bytes', (split) => {
  it('reads messages of both kinds one after the other', () => {
    const { messages, pending } = read('response', length + chunks + length, split);
    expect(messages.map(({ body, ended }) => [body, ended])).toEqual([
      ['hello', true],
      ['abc0123456789', true],
      ['hello', true],
    ]);
    expect(messages[0]?.head).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y');
    expect(pending).toBe(false);
  });

  it('ends a request without a body at once, and skips informational answers', () => {
    expect(read('request', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n', split).messages).toHaveLength(1);
    expect(read('response', `HTTP/1.1 100 Continue\r\n\r\n${length}`, split).messages).toHaveLength(1);
  });

  it('does not end what is cut short', () => {
    const { messages, pending } = read('response', chunks.slice(0, -4), split);
    expect(messages[0]?.ended).toBe(false);
    expect(pending).toBe(true);
  });
});

it.each([
  { name: 'no length', text: 'HTTP/1.1 200 OK\r\n\r\n', message: 'without content-length or chunks' },
  {
    name: 'a chunk that is too long',
    text: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n',
    message: 'longer than its size',
  },
  { name: 'no size', text: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', message: 'without a size' },
  { name: 'an endless head', text: `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`, message: 'longer than 65536' },
])('refuses $name', ({ text, message }) => expect(() => read('response', text, 100_000)).toThrow(message));
