import { createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeOpenAi } from '../src/index.ts';
import type { FakeOpenAiOptions, FakeServer } from '../src/index.ts';
import { sampleValue, tokenize } from '../src/shared/sample.ts';
import { makeRandom } from '../src/shared/random.ts';
import { splitBytes } from '../src/shared/split-bytes.ts';
import { post, readSse } from './wire.ts';

const path = '/v1/chat/completions';
const hello = { model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hello' }] };

const started: FakeServer[] = [];
const start = async (options: FakeOpenAiOptions = {}): Promise<FakeServer> => {
  const server = await startFakeOpenAi(options);
  started.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

/** The chunks of an HTTP/1.1 answer as the server wrote them. */
async function rawChunks(server: FakeServer): Promise<Uint8Array[]> {
  const body = JSON.stringify(hello);
  const socket = createConnection(server.port, '127.0.0.1');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer test-key\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  const parts: Buffer[] = [];
  for await (const part of socket as AsyncIterable<Buffer>) parts.push(part);
  const answer = Buffer.concat(parts);
  let position = answer.indexOf('\r\n\r\n') + 4;
  const chunks: Uint8Array[] = [];
  for (;;) {
    const end = answer.indexOf('\r\n', position);
    const size = Number.parseInt(answer.toString('latin1', position, end), 16);
    if (size === 0) return chunks;
    chunks.push(answer.subarray(end + 2, end + 2 + size));
    position = end + 2 + size + 2;
  }
}

describe('splits', () => {
  it('cuts characters and line ends apart, loses nothing, and repeats itself', () => {
    const bytes = new TextEncoder().encode('data: é東京😀\r\n\r\n'.repeat(50));
    const pieces = splitBytes(bytes, 16, makeRandom(5));
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes));
    expect(pieces.every(({ length }) => length >= 1 && length <= 16)).toBe(true);
    expect(pieces.some((piece) => ((piece[0] ?? 0) & 0xc0) === 0x80)).toBe(true);
    expect(pieces.some((piece, index) => piece[0] === 0x0a && pieces[index - 1]?.at(-1) === 0x0d)).toBe(true);
    expect(splitBytes(bytes, 16, makeRandom(5)).map(({ length }) => length)).toEqual(pieces.map(({ length }) => length));
    expect(splitBytes(bytes, 16, makeRandom(6)).map(({ length }) => length)).not.toEqual(pieces.map(({ length }) => length));
  });

  it('writes each piece by itself, and everything at once without splits', async () => {
    const split = await rawChunks(await start({ splits: { seed: 1, maxBytes: 10 } }));
    expect(split.length).toBeGreaterThan(100);
    expect(split.every(({ length }) => length <= 10)).toBe(true);
    expect(Buffer.concat(split).toString()).toMatch(/data: \[DONE\]\n\n$/);
    expect(await rawChunks(await start({ splits: 'none' }))).toHaveLength(1);
  });
});

describe('the server', () => {
  it('records bytes, headers and query', async () => {
    const server = await start();
    await (await post(server, `${path}?api-version=1`, ` ${JSON.stringify(hello)}`, { 'x-extra': 'yes' })).text();
    const [request] = server.requests;
    expect(request?.query.get('api-version')).toBe('1');
    expect(request?.headers['x-extra']).toBe('yes');
    expect(new TextDecoder().decode(request?.bytes)).toBe(` ${JSON.stringify(hello)}`);
    expect(request?.body).toEqual(hello);
    expect(await request?.closed).toBe('sent');
  });

  it('gives the same ids for the same seed', async () => {
    const ids = await Promise.all(
      [4, 4, 5].map(
        async (seed) => ((await (await post(await start({ seed }), path, { ...hello, stream: false })).json()) as { id: string }).id,
      ),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it('notices a client that leaves, and closes answers in progress', async () => {
    const server = await start();
    server.script(
      { text: 'a b c d e f', delivery: { delay: { between: 60_000 } } },
      { text: 'a b c', delivery: { delay: { between: 60_000 } } },
    );
    const leaving = new AbortController();
    const first = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key', 'content-type': 'application/json' },
      body: JSON.stringify(hello),
      signal: leaving.signal,
    });
    expect(first.status).toBe(200);
    leaving.abort();
    expect(await server.requests[0]?.closed).toBe('client-closed');

    const second = readSse(server, path, hello);
    while (server.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    expect((await second.catch((error: unknown) => ({ error, events: [] }))).error).toBeDefined();
    await expect(post(server, path, hello)).rejects.toThrow();
  });

  it('refuses a body that is too large', async () => {
    const server = await start({ maxBodyBytes: 100 });
    expect((await post(server, path, { ...hello, user: 'x'.repeat(200) })).status).toBe(413);
  });

  it('answers from the queue, then from the standing function, then by default', async () => {
    const server = await start();
    const whole = { ...hello, stream: false };
    const ask = async (): Promise<unknown> => {
      const answer = (await (await post(server, path, whole)).json()) as { choices: [{ message: { content: string } }] };
      return answer.choices[0].message.content;
    };
    server.script('one', (request) => `for ${request.method}`);
    server.always(() => 'standing');
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual(['one', 'for POST', 'standing', 'standing']);
    server.always(undefined);
    expect(await ask()).toMatch(/^Bonjour/);
  });

  it('sends raw bytes as they are', async () => {
    const server = await start();
    server.script({ raw: { status: 502, headers: { 'Content-Type': 'text/html' }, body: ['<h1>Bad gateway</h1>'] } });
    const response = await post(server, path, hello);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      502,
      'text/html',
      '<h1>Bad gateway</h1>',
    ]);
  });

  it('breaks a body that has a length', async () => {
    const server = await start();
    server.script({ text: 'x', delivery: { cut: { afterEvents: 0, how: 'end', partial: true } } });
    const response = await post(server, path, { ...hello, stream: false });
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('samples', () => {
  it('tokenizes without loss', () => {
    for (const text of ['', ' ', 'a\n\n', ' é東京 😀👩‍👩‍👧 x\r\n\ty ', 'internationalisation']) expect(tokenize(text).join('')).toBe(text);
  });

  it('fits schemas', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { $ref: '#/$defs/x' },
        b: { type: 'array', items: { type: 'INTEGER', minimum: 3 } },
        c: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        d: { type: ['string', 'null'], format: 'date' },
      },
      $defs: { x: { enum: ['red', 'blue'] } },
    };
    expect(sampleValue(schema)).toEqual({ a: 'red', b: [3], c: null, d: '2026-01-31' });
  });
});
