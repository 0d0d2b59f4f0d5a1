import { expect, it } from 'vitest';
import { createAnswerCheck } from '../src/load.ts';

const expected = { contentType: 'text/event-stream', ending: 'data: [DONE]\n\n', bytes: 100 };
const good = `${'x'.repeat(86)}data: [DONE]\n\n`;
const head = (status: number, type: string) => `HTTP/1.1 ${status} Text\r\nContent-Type: ${type}`;
const stream = head(200, 'text/event-stream; charset=utf-8');

it.each([
  { name: 'a right answer', head: stream, body: good, failure: undefined },
  { name: 'one of another length within a tenth', head: stream, body: `123456789${good}`, failure: undefined },
  { name: 'an error', head: head(500, 'application/json'), body: '{}', failure: 'status 500' },
  { name: 'another type', head: head(200, 'application/json'), body: good, failure: 'not text/event-stream' },
  { name: 'a stream without its end', head: stream, body: good.slice(0, -1), failure: 'the answer does not end as it should' },
  { name: 'a stream that lost its middle', head: stream, body: good.slice(40), failure: '60 bytes instead of about 100' },
])('$name', ({ head: text, body, failure }) => {
  const check = createAnswerCheck(expected);
  for (const size of [1, 5, 1000]) {
    check.head(text);
    for (let at = 0; at < body.length; at += size) check.body(Buffer.from(body.slice(at, at + size)));
    expect(check.end()).toBe(failure);
  }
});
