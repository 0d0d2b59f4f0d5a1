import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningNodeGateway as RunningGateway } from './support/running-gateway.ts';
import { startNodeGateway as startGateway } from './support/start-node-gateway.ts';
import type { Upstream } from './support/start-upstream.ts';
import { flood, startUpstream } from './support/start-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function gatewayWith(more = '', upstream?: Upstream): Promise<RunningGateway> {
  const provider = upstream === undefined ? 'plano/echo' : `openai/gpt-4o, access_key: k, base_url: "${upstream.url}/v1"`;
  const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: ${provider}, default: true }]
${more}`);
  closers.push(() => gateway.close());
  return gateway;
}

async function upstreamThat(handle: Parameters<typeof startUpstream>[0]): Promise<Upstream> {
  const upstream = await startUpstream(handle);
  closers.push(() => upstream.close());
  return upstream;
}

interface Raw {
  readonly socket: Socket;
  readonly text: () => string;
  readonly pieces: readonly string[];
  readonly closed: Promise<void>;
}

function raw(port: number, bytes = ''): Raw {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  closers.push(() => socket.destroy());
  const pieces: string[] = [];
  socket.on('data', (data: Buffer) => void pieces.push(data.toString('latin1')));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (bytes !== '') socket.write(bytes);
  return { socket, text: () => pieces.join(''), pieces, closed };
}

const chat = (text = 'Hi', stream = false): string => JSON.stringify({ stream, messages: [{ role: 'user', content: text }] });
const post = (body: string, headers = '', path = '/v1/chat/completions'): string =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
/** Of a machine that is busy with other things. */
const patient = { timeout: 30_000 };
const heads = (text: string): number => text.split('HTTP/1.1 ').length - 1;
const bodyOf = (text: string): unknown => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
const event = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
const quiet = async ({ active, memory }: RunningGateway): Promise<void> => {
  // Refused uploads are read for another second.
  await expect.poll(active).toBe(0);
  expect(memory.used).toBe(0);
};

describe('HTTP/1.1', () => {
  it('answers pipelined requests in their order over one connection', async () => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, post(chat('one', true)) + post(chat('two')) + post('{') + post(chat('four')));
    await expect.poll(() => client.text().includes('You said: four')).toBe(true);
    const text = client.text();
    expect(heads(text)).toBe(4);
    expect(
      [...text.matchAll(/You said: (\w+)|"code":"(\w+)"/g)].map(([, said, code]) => said ?? code).filter((word) => word !== undefined),
    ).toEqual(expect.arrayContaining(['two', 'four']));
    expect(text.indexOf('[DONE]')).toBeLessThan(text.indexOf('You said: two'));
    expect(text.indexOf('HTTP/1.1 400')).toBeGreaterThan(text.indexOf('You said: two'));
    expect(text.indexOf('HTTP/1.1 400')).toBeLessThan(text.indexOf('You said: four'));
    await quiet(gateway);
  });

  it('takes many pipelined requests without a warning of Node', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', note);
    closers.push(() => process.off('warning', note));
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const upstream = await upstreamThat(async (_request, response) => {
      await held;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"choices":[]}');
    });
    const gateway = await gatewayWith('', upstream);
    const client = raw(gateway.port, post(chat()).repeat(50));
    await expect.poll(gateway.active, patient).toBe(50);
    release();
    await expect.poll(() => heads(client.text()), patient).toBe(50);
    await quiet(gateway);
    expect(warnings).toEqual([]);
  });

  it('takes a whole URL as its target, as a client writes it that has us for its proxy', async () => {
    const upstream = await upstreamThat((_request, response) => response.end('{}'));
    const gateway = await gatewayWith('', upstream);
    const ask = async (bytes: string): Promise<string> => {
      const client = raw(gateway.port, bytes);
      await client.closed;
      return client.text();
    };
    const chatted = await ask(post(chat(), 'connection: close\r\n', 'http://elsewhere.example/v1/chat/completions?a=1'));
    expect(chatted).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions?a=1']);
    expect(await ask('GET http://elsewhere.example/healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toContain('\r\n\r\nok\n');
    expect(await ask('GET http://elsewhere.example HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toContain('nothing at /"');
  });

  it('aborts what waits for its turn when a pipelining client goes away', async () => {
    let open = 0;
    const upstream = await upstreamThat((_request, response) => {
      open++;
      response.once('close', () => open--);
    });
    const gateway = await gatewayWith('', upstream);
    const client = raw(gateway.port, post(chat()).repeat(20));
    await expect.poll(() => open).toBe(20);
    expect(gateway.active()).toBe(20);
    client.socket.destroy();
    await expect.poll(() => open).toBe(0);
    await quiet(gateway);
    await expect
      .poll(() => gateway.records.map(({ outcome, status }) => [outcome, status]))
      .toEqual(Array.from({ length: 20 }, () => ['aborted', 499]));
  });

  it('sends the head and the first event in one piece', async () => {
    const upstream = await upstreamThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event);
    });
    const gateway = await gatewayWith('', upstream);
    const client = raw(gateway.port, post(chat('Hi', true)));
    await expect.poll(() => client.pieces.length).toBeGreaterThan(0);
    expect(client.pieces[0]).toMatch(/^HTTP\/1\.1 200 /);
    expect(client.pieces[0]).toContain('"content":"a"');
  });

  it.each([
    ['two lengths that differ', 'content-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a length and a transfer coding', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a length that is no number', 'content-length: 2a\r\n\r\n{}'],
    ['a header without a name', ': x\r\n\r\n'],
    ['a chunk of no size', 'transfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('refuses %s in the envelope of the path', async (_name, rest) => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, `POST /v1/messages HTTP/1.1\r\nhost: a\r\n${rest}`);
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 400 /);
    expect(bodyOf(client.text())).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    await quiet(gateway);
  });

  it('answers HEAD as GET, without the body', async () => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, 'HEAD /v1/models HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: [1-9][\s\S]*\r\n\r\n$/);
  });

  it('refuses a head over the limit with 431', async () => {
    const gateway = await gatewayWith('limits: { header: 8KiB }');
    const client = raw(gateway.port, `GET /v1/messages HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(9000)}\r\n\r\n`);
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 431 /);
    expect(bodyOf(client.text())).toMatchObject({ type: 'error', error: { type: 'request_too_large' } });
  });

  it('answers 100 Continue once the body is wanted', async () => {
    const gateway = await gatewayWith();
    const body = chat('continued');
    const client = raw(
      gateway.port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    await expect.poll(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.socket.write(body);
    await expect.poll(client.text).toContain('You said: continued');
  });

  it.each([
    ['too long', 'content-length: 100000\r\n', 413],
    ['in an unknown coding', 'content-length: 10\r\ncontent-encoding: lzma\r\n', 415],
  ])('refuses a body that is %s before it is sent', async (_name, headers, status) => {
    const gateway = await gatewayWith('limits: { request_body: 64KiB }');
    const client = raw(gateway.port, `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n${headers}\r\n`);
    await expect.poll(client.text).toContain('"error"');
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    client.socket.end();
    await quiet(gateway);
  });

  it.each([
    ['a path that nobody serves', 'POST /v1/nothing', '', 404, 'not_found'],
    ['a method that the path does not have', 'PUT /v1/chat/completions', '', 405, 'method_not_allowed'],
    ['a method that lists nothing', 'POST /v1/models', '', 405, 'method_not_allowed'],
    ['a model of the path that nobody serves', 'POST /v1beta/models/none:generateContent', '', 404, 'not found in configured'],
    ['a hint at a model that nobody serves', 'POST /v1/messages', 'x-arch-llm-provider-hint: none\r\n', 404, 'not found in configured'],
  ])('refuses %s before a body is sent', async (_name, line, headers, status, text) => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, `${line} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n${headers}content-length: 100000\r\n\r\n`);
    await expect.poll(client.text).toContain(text);
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    client.socket.end();
    await quiet(gateway);
  });

  it('waits for the body where a blank hint leaves the choice to it', async () => {
    const gateway = await gatewayWith();
    const body = chat('continued');
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nx-arch-llm-provider-hint:  \r\ncontent-length: ${body.length}\r\n`;
    const client = raw(gateway.port, `${head}expect: 100-continue\r\n\r\n`);
    await expect.poll(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.socket.write(body);
    await expect.poll(client.text).toContain('You said: continued');
  });

  it.each([
    ['a request without a host', 'POST /v1/messages HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}', 400, 'must have a host'],
    ['one for a tunnel', 'CONNECT a.example:443 HTTP/1.1\r\nhost: a\r\n\r\nTLS', 405, 'CONNECT is not supported'],
  ])('refuses %s in words, and closes', async (_name, bytes, status, words) => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, bytes);
    await client.closed;
    expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(client.text()).toMatch(/^connection: close\r$/im);
    expect(JSON.stringify(bodyOf(client.text()))).toContain(words);
    await quiet(gateway);
  });

  it('understands no other expectation', async () => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, 'POST /v1/messages HTTP/1.1\r\nhost: a\r\nexpect: gold\r\ncontent-length: 0\r\n\r\n');
    await client.closed;
    expect(client.text()).toMatch(/^HTTP\/1\.1 417 /);
    expect(bodyOf(client.text())).toMatchObject({ type: 'error' });
  });

  it('lets a client that is in the middle of a large upload read why it is refused', async () => {
    const gateway = await gatewayWith('limits: { request_body: 64KiB }');
    for (const headers of [{ 'content-length': 20_000_000 }, { 'transfer-encoding': 'chunked' }]) {
      const client = httpRequest(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers });
      const answered = once(client, 'response');
      client.on('error', () => {});
      client.end(Buffer.alloc(20_000_000, 0x20));
      const [answer] = (await answered) as [AsyncIterable<Buffer> & { statusCode: number }];
      let text = '';
      for await (const piece of answer) text += String(piece);
      expect(answer.statusCode).toBe(413);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'request_too_large' } });
    }
    await quiet(gateway);
  });

  it('keeps a connection whose small request was refused', async () => {
    const gateway = await gatewayWith();
    const client = raw(gateway.port, post(chat(), 'content-encoding: lzma\r\n') + post(chat('next')));
    await expect.poll(client.text).toContain('You said: next');
    expect(client.text()).toMatch(/^HTTP\/1\.1 415 /);
  });
});

describe('slow and silent clients', () => {
  it.each([
    ['a head that drips', 'timeouts: { request_head: 300ms }', 'POST /v1/messages HTTP/1.1\r\nhost: a\r\n'],
    [
      'a body that never comes',
      'timeouts: { request_head: 300ms, request: 600ms }',
      'POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{',
    ],
  ])('are cut for %s', async (_name, timeouts, beginning) => {
    const gateway = await gatewayWith(timeouts);
    const client = raw(gateway.port, beginning);
    const drip = setInterval(() => client.socket.write(beginning.endsWith('{') ? ' ' : 'x-a: b\r\n'), 150);
    closers.push(() => clearInterval(drip));
    await client.closed;
    clearInterval(drip);
    expect(client.text()).toMatch(/^(HTTP\/1\.1 408 |$)/);
    await quiet(gateway);
  });

  it('are cut when a kept-alive connection stays idle', async () => {
    const gateway = await gatewayWith('timeouts: { keep_alive: 200ms }');
    const client = raw(gateway.port, post(chat()));
    await client.closed;
    expect(client.text()).toContain('You said: Hi');
  });

  it('that read nothing hold a bounded number of bytes, and not for ever', async () => {
    let written = 0;
    const upstream = await upstreamThat(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      await flood(response, event.repeat(200), 300_000_000, (bytes) => (written += bytes));
    });
    const gateway = await gatewayWith('timeouts: { stream_idle: 2s }', upstream);
    const client = raw(gateway.port, post(chat('Hi', true)));
    client.socket.pause();
    let peak = 0;
    await expect
      .poll(
        () => {
          peak = Math.max(peak, gateway.memory.used);
          return gateway.records.length;
        },
        { interval: 5, timeout: 10_000 },
      )
      .toBe(1);
    expect(gateway.records[0]?.outcome).toBe('aborted');
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(1024 * 1024);
    expect(written).toBeLessThan(100_000_000);
    await quiet(gateway);
  });

  it('that read one byte at a time are served from a bounded number of bytes', async () => {
    let ended = false;
    const upstream = await upstreamThat(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      await flood(response, event.repeat(200), 300_000_000);
      ended = true;
    });
    const gateway = await gatewayWith('', upstream);
    const client = connect({ port: gateway.port, host: '127.0.0.1', onread: { buffer: Buffer.alloc(1), callback: () => false } });
    client.on('error', () => {});
    client.write(post(chat('Hi', true)));
    let peak = 0;
    const readOne = (): number => {
      client.resume();
      peak = Math.max(peak, gateway.memory.used);
      return client.bytesRead;
    };
    await expect.poll(readOne, { interval: 20 }).toBeGreaterThan(40);
    await expect.poll(() => readOne() > 0 && peak > 0, { interval: 20 }).toBe(true);
    expect(ended).toBe(false);
    expect(peak).toBeLessThan(1024 * 1024);
    client.destroy();
    await quiet(gateway);
  });
});

describe('limits.connections', () => {
  it('closes the connections above it at once', async () => {
    const gateway = await gatewayWith('limits: { connections: 2 }');
    const first = raw(gateway.port, post(chat()));
    const second = raw(gateway.port, post(chat()));
    await expect.poll(() => heads(first.text()) + heads(second.text())).toBe(2);
    const third = raw(gateway.port, post(chat()));
    await third.closed;
    expect(third.text()).toBe('');
    first.socket.destroy();
    await expect.poll(async () => (await fetch(`${gateway.url}/healthz`).catch(() => null))?.status).toBe(200);
  });
});

describe('limits.buffered_memory', () => {
  const refused = async (url: string, body: string | Buffer): Promise<[number, string | null]> => {
    const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: body as string });
    await answer.text();
    return [answer.status, answer.headers.get('retry-after')];
  };

  it('counts bodies that are being read, gives up the biggest, and frees them when clients go away', async () => {
    const gateway = await gatewayWith('limits: { buffered_memory: 100KiB }');
    const small = raw(
      gateway.port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n7530\r\n${'x'.repeat(30_000)}\r\n`,
    );
    const big = raw(
      gateway.port,
      `POST /v1/messages HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nc350\r\n${'x'.repeat(50_000)}\r\n`,
    );
    await expect.poll(() => gateway.memory.used).toBe(80_000);
    expect(await refused(gateway.url, 'y'.repeat(40_000))).toEqual([503, '1']);
    expect(gateway.memory.used).toBe(80_000);
    big.socket.write(`7530\r\n${'x'.repeat(30_000)}\r\n`);
    await expect.poll(big.text).toMatch(/^HTTP\/1\.1 503 /);
    expect(big.text()).toContain('overloaded_error');
    await expect.poll(() => gateway.memory.used).toBe(30_000);
    small.socket.destroy();
    await expect.poll(() => gateway.memory.used).toBe(0);
    await quiet(gateway);
    expect(await refused(gateway.url, chat())).toEqual([200, null]);
  });

  it('counts what a body becomes when it is decoded', async () => {
    const gateway = await gatewayWith('limits: { buffered_memory: 100KiB }');
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(10_000_000)),
    });
    expect(answer.status).toBe(503);
    await quiet(gateway);
  });

  it('counts bodies kept for another try and answers being read, until the end of the exchange', async () => {
    let finish = (): void => {};
    const upstream = await upstreamThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`{"id":"${'i'.repeat(20_000)}`);
      finish = () => response.end('"}');
    });
    const gateway = await gatewayWith('', upstream);
    const body = JSON.stringify({ max_tokens: 9, messages: [{ role: 'user', content: 'x'.repeat(10_000) }] });
    const answer = fetch(`${gateway.url}/v1/messages`, { method: 'POST', body });
    await expect.poll(() => gateway.memory.used).toBeGreaterThan(40_000);
    expect(gateway.memory.used).toBeLessThan(45_000);
    finish();
    await (await answer).text();
    await quiet(gateway);
  });

  it('gives up the exchange whose answer grows beyond it', async () => {
    let sent = 0;
    const upstream = await upstreamThat(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":"');
      while (!response.destroyed && sent < 50_000_000) {
        sent += 10_000;
        response.write('i'.repeat(10_000));
        await sleep(1);
      }
    });
    const gateway = await gatewayWith('limits: { buffered_memory: 1MiB }', upstream);
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
    expect(sent).toBeLessThan(10_000_000);
    await quiet(gateway);
  });

  it.each([1, 2, 3, 4, 5])('is exact after clients went away at any moment (%i)', async (seed) => {
    const upstream = await upstreamThat(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let index = 0; index < 20 && !response.destroyed; index++) {
        response.write(event.repeat(50));
        await sleep(2);
      }
      response.end('data: [DONE]\n\n');
    });
    const gateway = await gatewayWith('', upstream);
    const requests = Array.from({ length: 20 }, async (_, index) => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), (index * seed * 7) % 60);
      const path = index % 2 === 0 ? '/v1/chat/completions' : '/v1/messages';
      const body = JSON.stringify({
        stream: index % 3 !== 0,
        max_tokens: 5,
        messages: [{ role: 'user', content: 'x'.repeat(index * 5_000) }],
      });
      await fetch(gateway.url + path, { method: 'POST', body, signal: abort.signal }).then(
        (answer) => answer.text().catch(() => ''),
        () => '',
      );
    });
    await Promise.all(requests);
    await quiet(gateway);
    expect(gateway.memory.accounts.size).toBe(0);
  });
});

describe('who a request is', () => {
  const traceShape = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/;
  async function ask(headers: Record<string, string>): Promise<{ sent: Record<string, unknown>; answer: Response; logged: unknown }> {
    const upstream = await upstreamThat((_request, response) => response.end('{}'));
    const gateway = await gatewayWith('', upstream);
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body: chat() });
    await answer.text();
    await expect.poll(() => gateway.records.length).toBe(1);
    return { sent: upstream.requests[0]?.headers ?? {}, answer, logged: gateway.records[0]?.head.headers['x-request-id'] };
  }

  it('is its own valid id, in the answer, in the log and upstream', async () => {
    const { sent, answer, logged } = await ask({ 'x-request-id': 'req-1.2_3:4' });
    expect([sent['x-request-id'], answer.headers.get('x-request-id'), logged]).toEqual(['req-1.2_3:4', 'req-1.2_3:4', 'req-1.2_3:4']);
  });

  it.each([[{}], [{ 'x-request-id': 'with space' }], [{ 'x-request-id': 'x'.repeat(129) }]])(
    'is a new id otherwise (%j)',
    async (headers) => {
      const { sent, answer, logged } = await ask(headers);
      expect(logged).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect([sent['x-request-id'], answer.headers.get('x-request-id')]).toEqual([logged, logged]);
    },
  );

  it('is told with errors too', async () => {
    const gateway = await gatewayWith();
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers: { 'x-request-id': 'mine' }, body: '{' });
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([400, 'mine']);
  });

  it('keeps a valid trace context', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { sent } = await ask({ traceparent, tracestate: 'vendor=value' });
    expect([sent['traceparent'], sent['tracestate']]).toEqual([traceparent, 'vendor=value']);
  });

  it.each([
    [{}],
    [{ traceparent: '00-0-0-01', tracestate: 'a=b' }],
    [{ traceparent: `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'a=b' }],
  ])('begins a trace otherwise (%j)', async (headers) => {
    const { sent } = await ask(headers);
    expect(sent['traceparent']).toMatch(traceShape);
    expect(sent['tracestate']).toBeUndefined();
  });
});

describe('internal headers', () => {
  const forged = {
    'x-arch-upstream': 'internal',
    'x-envoy-original-path': '/',
    'x-plano-prefix-hash': 'f'.repeat(16),
    'x-arch-llm-provider': 'x',
  };

  it('E-16: of an outside client are dropped at the listener, but not those meant for clients', async () => {
    const gateway = await gatewayWith();
    const hints = { 'x-arch-llm-provider-hint': 'plano/echo', 'x-model-affinity': 'a', 'x-plano-cache': 'off' };
    await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers: { ...forged, ...hints }, body: chat() });
    await expect.poll(() => gateway.records.length).toBe(1);
    const seen = gateway.records[0]?.head.headers ?? {};
    expect(Object.keys(forged).filter((name) => seen[name] !== undefined)).toEqual([]);
    expect(seen).toMatchObject(hints);
  });

  it('E-16: pass the internal LLM listener', async () => {
    const gateway = await gatewayWith('internal_listeners: { llm: { port: 12001 } }');
    await fetch(`http://127.0.0.1:${gateway.ports[1] ?? 0}/v1/chat/completions`, { method: 'POST', headers: forged, body: chat() });
    await expect.poll(() => gateway.records[0]?.head.headers).toMatchObject(forged);
  });
});

describe('what an outsider finds', () => {
  it.each([
    '/config_dump',
    '/stats',
    '/stats/prometheus',
    '/metrics',
    '/quitquitquit',
    '/admin',
    '/agents/v1/chat/completions',
    '/function_calling',
  ])('E-1, E-2: nothing at %s of a public listener', async (path) => {
    const { url } = await gatewayWith();
    expect((await fetch(url + path)).status).toBe(404);
  });

  it('E-2: no internal listener unless the configuration asks for it', async () => {
    expect((await gatewayWith()).ports).toHaveLength(1);
    expect((await gatewayWith('internal_listeners: { llm: { port: 12001 } }')).ports).toHaveLength(2);
  });

  it('E-14: the probes are exact paths, and readiness ends with the drain', async () => {
    let answer = (): void => {};
    const upstream = await upstreamThat((_request, response) => {
      answer = () => response.end('{}');
    });
    const gateway = await gatewayWith('', upstream);
    for (const path of ['/healthz', '/readyz', '/healthz?from=balancer', '/readyz?'])
      expect((await fetch(gateway.url + path)).status).toBe(200);
    for (const path of ['/healthzX', '/healthz/', '/healthz/x', '/readyzX']) expect((await fetch(gateway.url + path)).status).toBe(404);
    // The connection has one request under way, so that it lives on while the gateway drains.
    const client = raw(gateway.port, post(chat()));
    await expect.poll(() => upstream.requests.length).toBe(1);
    const drained = gateway.drain();
    client.socket.write('GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n');
    answer();
    await drained;
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 503 [^]*draining\n$/);
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  });
});

describe('long streams', () => {
  it('E-17: outlive the timeout of a whole request, and end with an error event in the API of the client when they fall silent', async () => {
    const upstream = await upstreamThat(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let index = 0; index < 6; index++) {
        response.write(event);
        await sleep(250);
      }
    });
    const gateway = await gatewayWith('timeouts: { total: 1s, stream_idle: 2s }', upstream);
    const body = JSON.stringify({ stream: true, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
    const text = await (await fetch(`${gateway.url}/v1/messages`, { method: 'POST', body })).text();
    expect(text.split('content_block_delta').length).toBeGreaterThan(6);
    expect(text).toMatch(/event: error\ndata: .*timeout/);
  });
});
