import { Buffer } from 'node:buffer';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { takeChunking } from './chunked-body.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** What a server writes to a socket that sends this, until it closes the connection. */
async function answerTo(sent: string, listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(sent);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const ask = (path = '/', version = '1.1', ...headers: string[]): string =>
  [`GET ${path} HTTP/${version}`, 'host: a', ...headers, '', ''].join('\r\n');
const last = ask('/', '1.1', 'connection: close');
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe('a body in chunks', () => {
  it('is framed a chunk a write, whatever its pieces are', async () => {
    const answer = await answerTo(last, (_request, response) => {
      response.writeHead(200);
      const body = takeChunking(response);
      expect(body?.write(['data: a\n\n'])).toBe(true);
      expect(body?.write([])).toBe(true);
      expect(body?.write([Buffer.from('data: é'), 'ü東😀', '\n\n'])).toBe(true);
      body?.end([]);
    });
    expect(answer.toLowerCase()).toContain('transfer-encoding: chunked');
    expect(bodyOf(answer)).toBe('9\r\ndata: a\n\n\r\n13\r\ndata: éü東😀\n\n\r\n0\r\n\r\n');
  });

  it('says the length of bytes with as many digits as it has', async () => {
    for (const length of [1, 0xf, 0x10, 0xff, 0x100, 0xfff, 0x1000, 0x4000, 0x4001]) {
      const piece = Buffer.alloc(length, 'x');
      const answer = await answerTo(last, (_request, response) => {
        response.writeHead(200);
        const body = takeChunking(response);
        body?.write([piece]);
        body?.write([piece]);
        body?.end([]);
      });
      const chunk = `${length.toString(16)}\r\n${piece.toString()}\r\n`;
      expect(bodyOf(answer)).toBe(`${chunk}${chunk}0\r\n\r\n`);
      server?.close();
    }
  });

  it('ends with its last pieces, large or small', async () => {
    const large = 'x'.repeat(20_000);
    for (const [pieces, expected] of [
      [['a', 'b'], '2\r\nab\r\n0\r\n\r\n'],
      [[Buffer.from(large), 'é'], `4e22\r\n${large}é\r\n0\r\n\r\n`],
    ] as const) {
      const answer = await answerTo(last, (_request, response) => {
        response.writeHead(200);
        takeChunking(response)?.end(pieces);
      });
      expect(bodyOf(answer)).toBe(expected);
      server?.close();
    }
  });

  it('waits for its turn behind an answer that is not complete', async () => {
    const answer = await answerTo(ask('/slow') + last, (request, response) => {
      response.writeHead(200);
      const body = takeChunking(response);
      if (request.url === '/slow') setTimeout(() => body?.end(['slow']), 20);
      else {
        body?.write(['one']);
        body?.write(['two']);
        setTimeout(() => body?.end(['three']), 40);
      }
    });
    const [first = '', second = ''] = answer.split(/(?<=0\r\n\r\n)(?=HTTP)/);
    expect(bodyOf(first)).toBe('4\r\nslow\r\n0\r\n\r\n');
    expect(bodyOf(second)).toBe('3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n');
  });

  it('is Node’s for a client that knows no chunks', async () => {
    const answer = await answerTo(ask('/', '1.0'), (_request, response) => {
      response.writeHead(200);
      expect(takeChunking(response)).toBeUndefined();
      response.end('whole');
    });
    expect(bodyOf(answer)).toBe('whole');
  });

  it('says when the client does not keep up, and where to wait', async () => {
    const piece = 'y'.repeat(1000);
    let writes = 0;
    let drained = 0;
    const answer = await answerTo(last, (_request, response) => {
      response.writeHead(200);
      const body = takeChunking(response);
      const more = (): void => {
        while (writes < 20_000) {
          writes += 1;
          if (body?.write([piece]) !== false) continue;
          body.sink().once('drain', () => {
            drained += 1;
            more();
          });
          return;
        }
        body?.end([]);
      };
      more();
    });
    expect(drained).toBeGreaterThan(0);
    expect(bodyOf(answer).replaceAll(`3e8\r\n${piece}\r\n`, '')).toBe('0\r\n\r\n');
  });
});
