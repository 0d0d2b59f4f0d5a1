import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { connect as connectHttp2, constants, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { zeroConfig } from '@plano/common/config';
import { SAMPLE_TEXT, startFakeBedrock } from '@plano/fake-providers';
import { createLlmGateway } from '@plano/llm-gateway';
import { afterEach, describe, expect, it } from 'vitest';
import { toNodeHandler } from '../src/node-handler.ts';
import { bedrock } from './support/aws-sdk.ts';
import type { RunningNodeGateway as RunningGateway } from './support/running-gateway.ts';
import { startNodeGateway as startGateway } from './support/start-node-gateway.ts';
import { flood, startUpstream } from './support/start-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function gatewayWith(more = '', listener = ''): Promise<RunningGateway> {
  const providers = more.includes('model_providers') ? '' : 'model_providers: [{ model: plano/echo, default: true }]';
  const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000${listener} }]
${providers}
${more}`);
  closers.push(() => gateway.close());
  return gateway;
}

function session(url: string): ClientHttp2Session {
  const client = connectHttp2(url);
  client.on('error', () => {});
  closers.push(() => client.destroy());
  return client;
}

const chat = (text: string, stream = false): string => JSON.stringify({ stream, messages: [{ role: 'user', content: text }] });

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function start(client: ClientHttp2Session, body: string | undefined, headers: Record<string, string> = {}): ClientHttp2Stream {
  const stream = client.request({ ':method': 'POST', ':path': '/v1/chat/completions', 'content-type': 'application/json', ...headers });
  stream.on('error', () => {});
  if (body !== undefined) stream.end(body);
  return stream;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece) => (text += String(piece)));
  await once(stream, 'end');
  return { headers, text };
}

/** Waits for the end, whether it is good or not. */
const closeOf = (emitter: ClientHttp2Stream | ClientHttp2Session): Promise<void> =>
  new Promise((resolve) => emitter.once('close', resolve));

const event = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
const providerAt = (url: string): string =>
  `model_providers: [{ model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }]`;

describe('HTTP/2 without TLS, on the port of HTTP/1', () => {
  it('answers many streams of one connection at once, and HTTP/1 beside them', async () => {
    const gateway = await gatewayWith();
    const client = session(gateway.url);
    const streams = Array.from({ length: 40 }, (_, index) => answerOf(start(client, chat(`number ${index}`, index % 2 === 0))));
    const http1 = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body: chat('over one') });
    expect(await http1.text()).toContain('You said: over one');
    for (const [index, { headers, text }] of (await Promise.all(streams)).entries()) {
      expect(headers[':status']).toBe(200);
      expect(headers['content-type']).toMatch(index % 2 === 0 ? /^text\/event-stream/ : /^application\/json/);
      expect(text).toContain(index % 2 === 0 ? '[DONE]' : `You said: number ${index}`);
    }
    await expect.poll(gateway.active).toBe(0);
    expect(gateway.memory.used).toBe(0);
  });

  it('is the default of the AWS SDK, whose clients work as they are', async () => {
    const fake = await startFakeBedrock({ apiKey: 'bedrock-key', splits: { seed: 1, maxBytes: 50 } });
    closers.push(() => fake.close());
    const model = 'amazon_bedrock/us.amazon.nova-pro-v1:0';
    const gateway = await gatewayWith(`model_providers: [{ model: "${model}", base_url: "${fake.url}", access_key: bedrock-key }]`);
    const client = new bedrock.BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint: gateway.url,
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    closers.push(() => client.destroy());
    const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
    const { stream } = await client.send(new bedrock.ConverseStreamCommand({ modelId: model, messages }));
    let text = '';
    for await (const { contentBlockDelta } of stream ?? []) text += contentBlockDelta?.delta?.text ?? '';
    expect(text).toBe(SAMPLE_TEXT);
    const { output } = await client.send(new bedrock.ConverseCommand({ modelId: model, messages }));
    expect(output?.message?.content?.[0]?.text).toBe(SAMPLE_TEXT);
    expect(fake.requests.filter(({ rejection }) => rejection !== undefined)).toEqual([]);
    const unknown = client.send(new bedrock.ConverseCommand({ modelId: 'nothing', messages }));
    await expect(unknown).rejects.toThrow(bedrock.ResourceNotFoundException);
  });

  it('writes errors in the envelope of the path, and answers probes', async () => {
    const { url } = await gatewayWith();
    const client = session(url);
    const refused = await answerOf(start(client, '{', { ':path': '/v1/messages' }));
    expect(refused.headers[':status']).toBe(400);
    expect(JSON.parse(refused.text)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    const probe = client.request({ ':path': '/healthz' });
    expect((await answerOf(probe)).text).toBe('ok\n');
    const near = client.request({ ':path': '/healthzz' });
    expect((await answerOf(near)).headers[':status']).toBe(404);
  });

  it('passes no pseudo header on, and the host of none', async () => {
    const upstream = await startUpstream((_request, response) => response.end('{}'));
    closers.push(() => upstream.close());
    const gateway = await gatewayWith(providerAt(upstream.url));
    await answerOf(start(session(gateway.url), chat('Hi'), { 'x-custom': 'x' }));
    const [request] = upstream.requests;
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith(':'))).toEqual([]);
    expect(request?.headers).toMatchObject({ host: new URL(upstream.url).host, 'x-custom': 'x' });
    await expect.poll(() => gateway.records[0]?.head.headers['host']).toBe(new URL(gateway.url).host);
  });

  it('refuses a body over the limit, whether it says so or not, and goes on', async () => {
    const gateway = await gatewayWith('limits: { request_body: 64KiB }');
    const client = session(gateway.url);
    const announced = start(client, undefined, { 'content-length': String(10_000_000) });
    expect((await answerOf(announced)).headers[':status']).toBe(413);
    const streamed = start(client, 'x'.repeat(2_000_000), { ':path': '/v1/messages' });
    const answer = await answerOf(streamed);
    expect(answer.headers[':status']).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { type: 'request_too_large' } });
    expect((await answerOf(start(client, chat('still there')))).text).toContain('still there');
    // What comes of a refused body is dropped for a second before its stream is ended.
    await expect.poll(gateway.active).toBe(0);
    expect(gateway.memory.used).toBe(0);
  });

  it.each([
    ['its coding', { 'content-encoding': 'lzma' }, '415'],
    ['its announced length', { 'content-length': '100000' }, '413'],
    ['no key', { 'x-plano-key': 'wrong' }, '401'],
  ])('delivers every refusal that is decided by the head (%s), also while the body is on its way', async (_why, headers, status) => {
    const gateway = await gatewayWith(
      'limits: { request_body: 64KiB }',
      status === '401' ? ', auth: { keys: [k], header: x-plano-key }' : '',
    );
    const answers: string[] = [];
    for (let index = 0; index < 20; index++) {
      const client = session(gateway.url);
      const stream = start(client, 'x'.repeat(100_000), headers);
      let seen = '';
      stream.on('response', (head) => (seen = String(head[':status'])));
      stream.setEncoding('utf8');
      stream.on('data', (piece) => (seen += String(piece)));
      await closeOf(stream);
      answers.push(seen);
      client.destroy();
    }
    for (const answer of answers) expect(answer).toMatch(new RegExp(`^${status}{"error":{"message":"\\w`));
    await expect.poll(gateway.active).toBe(0);
  });

  it.each([
    ['never comes', {}, ''],
    ['never comes and would be decoded', { 'content-encoding': 'gzip' }, ''],
    ['stops', {}, '{'],
  ])('answers 408 to a body that %s', async (_how, headers, beginning) => {
    const gateway = await gatewayWith('timeouts: { request: 200ms }');
    const stream = start(session(gateway.url), undefined, headers);
    if (beginning !== '') stream.write(beginning);
    const answer = await answerOf(stream);
    expect(answer.headers[':status']).toBe(408);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'request_timeout' } });
    await expect.poll(gateway.active).toBe(0);
  });

  it('refuses a head over the limit with 431', async () => {
    const { url } = await gatewayWith('limits: { header: 8KiB }');
    const client = session(url);
    const answer = await answerOf(start(client, chat('Hi'), { ':path': '/v1/messages', 'x-large': 'y'.repeat(9000) }));
    expect(answer.headers[':status']).toBe(431);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error' });
  });

  it('answers an awaited 100 Continue, but not when the body would be refused', async () => {
    const { url } = await gatewayWith('limits: { request_body: 64KiB }');
    const client = session(url);
    const good = start(client, undefined, { expect: '100-continue' });
    await once(good, 'continue');
    good.end(chat('continued'));
    expect((await answerOf(good)).text).toContain('continued');
    let continued = false;
    const bad = start(client, undefined, { expect: '100-continue', 'content-length': '1000000' });
    bad.on('continue', () => (continued = true));
    expect((await answerOf(bad)).headers[':status']).toBe(413);
    expect(continued).toBe(false);
  });

  it('aborts the upstream request of a stream that is reset, and no other', async () => {
    const gone: string[] = [];
    const upstream = await startUpstream((request, response) => {
      const name = String(request.headers['x-name']);
      response.once('close', () => gone.push(name));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event);
    });
    closers.push(() => upstream.close());
    const gateway = await gatewayWith(providerAt(upstream.url));
    const client = session(gateway.url);
    const [first, second] = ['first', 'second'].map((name) => start(client, chat('Hi', true), { 'x-name': name })) as [
      ClientHttp2Stream,
      ClientHttp2Stream,
    ];
    await Promise.all([once(first, 'data'), once(second, 'data')]);
    first.close(constants.NGHTTP2_CANCEL);
    await expect.poll(() => gone).toEqual(['first']);
    await expect.poll(gateway.active).toBe(1);
    await expect.poll(() => gateway.records.map(({ outcome }) => outcome)).toEqual(['aborted']);
    client.destroy();
    await expect.poll(() => gone).toEqual(['first', 'second']);
    await expect.poll(gateway.active).toBe(0);
    expect(gateway.memory.used).toBe(0);
  });

  it('tells a client that its stream is broken when the answer is cut', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write(`{"a":"${'b'.repeat(3000)}`);
      setTimeout(() => response.destroy(), 50);
    });
    closers.push(() => upstream.close());
    const gateway = await gatewayWith(providerAt(upstream.url));
    const stream = start(session(gateway.url), chat('Hi'));
    stream.resume();
    await closeOf(stream);
    expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    await expect.poll(gateway.active).toBe(0);
  });

  it('holds a bounded number of bytes for a client that reads one byte at a time', async () => {
    let written = 0;
    let peak = 0;
    const upstream = await startUpstream(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      await flood(response, event.repeat(200), 200_000_000, (bytes) => (written += bytes));
    });
    closers.push(() => upstream.close());
    const gateway = await gatewayWith(providerAt(upstream.url));
    const stream = start(session(gateway.url), chat('Hi', true));
    await once(stream, 'readable');
    let read = 0;
    const readOne = (): boolean => {
      if (stream.read(1) !== null) read += 1;
      peak = Math.max(peak, gateway.memory.used);
      return read > 30 && peak > 0;
    };
    await expect.poll(readOne, { interval: 20 }).toBe(true);
    const grown = async (): Promise<number> => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return written - before;
    };
    await expect.poll(grown).toBe(0);
    expect(written).toBeLessThan(200_000_000);
    expect(peak).toBeLessThan(1024 * 1024);
    stream.close(constants.NGHTTP2_CANCEL);
    await expect.poll(gateway.active).toBe(0);
    expect(gateway.memory.used).toBe(0);
  });

  it('allows a number of streams at once', async () => {
    const { url } = await gatewayWith('limits: { http2_streams: 3 }');
    const client = session(url);
    const [settings] = (await once(client, 'remoteSettings')) as [{ maxConcurrentStreams: number }];
    expect(settings.maxConcurrentStreams).toBe(3);
  });

  it('ends a connection whose client resets streams too fast', async () => {
    const gateway = await gatewayWith('limits: { http2_resets: 20 }');
    const client = session(gateway.url);
    await once(client, 'remoteSettings');
    const closed = closeOf(client);
    for (let index = 0; index < 100 && !client.destroyed; index++) {
      const stream = start(client, undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      if (index % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await expect.poll(gateway.active).toBe(0);
    expect(gateway.memory.used).toBe(0);
  });

  it('at a drain says GOAWAY, lets what is under way end, and takes nothing new', async () => {
    let finish = (): void => {};
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event);
      finish = () => response.end('data: [DONE]\n\n');
    });
    closers.push(() => upstream.close());
    const gateway = await gatewayWith(providerAt(upstream.url));
    const client = session(gateway.url);
    const idle = session(gateway.url);
    await once(idle, 'remoteSettings');
    const stream = start(client, chat('Hi', true));
    const answer = answerOf(stream);
    await once(stream, 'data');
    const goAway = once(client, 'goaway');
    const idleClosed = once(idle, 'close');
    const drained = gateway.drain();
    await goAway;
    await idleClosed;
    finish();
    expect((await answer).text).toContain('[DONE]');
    await drained;
    expect(client.closed).toBe(true);
  });

  it('closes a connection without streams after a while', async () => {
    const { url } = await gatewayWith('timeouts: { keep_alive: 200ms }');
    const client = session(url);
    await answerOf(start(client, chat('Hi')));
    await once(client, 'close');
    expect(client.destroyed).toBe(true);
  });
});

describe('the first bytes of a connection', () => {
  const raw = (port: number): { socket: ReturnType<typeof connect>; text: () => string } => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    return { socket, text: () => text };
  };

  it('may come one by one', async () => {
    const { port } = await gatewayWith();
    const http1 = raw(port);
    for (const byte of 'POST /healthz HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n') {
      http1.socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await expect.poll(http1.text).toContain('200 OK');
    const http2 = raw(port);
    for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
      http2.socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    http2.socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    // A SETTINGS frame of the server: its type is 4, on stream 0.
    await expect.poll(() => http2.text().length).toBeGreaterThan(9);
    expect(http2.text().charCodeAt(3)).toBe(4);
  });

  it.each(['', 'P', 'PRI * HTTP/2.0\r\n\r\nSM'])('that end in the middle (%j) are waited for, but not for long', async (beginning) => {
    const { port } = await gatewayWith('timeouts: { request_head: 200ms }');
    const { socket } = raw(port);
    if (beginning !== '') socket.write(beginning);
    await once(socket, 'close');
    expect(socket.destroyed).toBe(true);
  });

  it('that only look like HTTP/2 are a 400', async () => {
    const { port } = await gatewayWith();
    const { socket, text } = raw(port);
    socket.write('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n');
    await once(socket, 'close');
    expect(text()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('embedding', () => {
  const gateway = createLlmGateway(zeroConfig({}));

  it("works in a user's own server of node:http2", async () => {
    const handler = toNodeHandler(gateway);
    const server = createHttp2Server(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(
      () => server.close(),
      () => handler.close(),
    );
    const client = session(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const whole = await answerOf(start(client, chat('own server'), { 'accept-encoding': 'identity' }));
    expect(whole.text).toContain('You said: own server');
    const stream = await answerOf(start(client, chat('own server', true)));
    expect(stream.text).toContain('[DONE]');
    await expect.poll(handler.active).toBe(0);
    client.close();
  });

  it("works in a user's own server of node:http", async () => {
    const { createServer } = await import('node:http');
    const handler = toNodeHandler(gateway);
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(
      () => server.close(),
      () => handler.close(),
    );
    const client = httpRequest({ port: (server.address() as AddressInfo).port, path: '/v1/chat/completions', method: 'POST' });
    client.setHeader('expect', '100-continue');
    client.flushHeaders();
    await once(client, 'continue');
    client.end(chat('own server'));
    const [answer] = (await once(client, 'response')) as [AsyncIterable<Buffer>];
    let text = '';
    for await (const piece of answer) text += String(piece);
    expect(text).toContain('You said: own server');
    server.closeAllConnections();
  });
});
