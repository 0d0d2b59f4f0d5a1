import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningGateway } from './support/start-gateway.ts';
import { startGateway, tellsOfResets } from './support/start-gateway.ts';
import { flood } from './support/start-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function upstream(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function gatewayTo(url: string, more = ''): Promise<RunningGateway> {
  const gateway = await startGateway(`
version: v0.4.0
listeners: [{ name: llm, type: model, port: 12000 }]
model_providers: [{ model: openai/gpt-4o, base_url: "${url}/v1", access_key: k, default: true }]
${more}`);
  closers.push(() => gateway.close());
  return gateway;
}

const ask = (url: string, stream = false, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ stream, messages: [{ role: 'user', content: 'Hi' }] }),
    ...(signal === undefined ? {} : { signal }),
  });
const sse = { 'content-type': 'text/event-stream' };
const chunk = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';

describe('timeouts', () => {
  it('an upstream that never answers is a 504', async () => {
    const url = await upstream(() => {});
    const gateway = await gatewayTo(url, 'timeouts: { first_byte: 300ms }');
    const answer = await ask(gateway.url);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
  });

  it('an answer that takes too long in all is cut, if its head is out already', async () => {
    const url = await upstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    });
    const gateway = await gatewayTo(url, 'timeouts: { total: 2s }\n');
    const answer = ask(gateway.url).then((received) => received.text());
    await expect(answer).rejects.toThrow(/terminated/);
    await expect.poll(() => gateway.records.length).toBe(1);
    if (tellsOfResets) expect(gateway.records[0]?.summary.error?.code).toBe('upstream_timeout');
  });

  it('a stream that falls silent ends with an error event', async () => {
    const url = await upstream((_request, response) => {
      response.writeHead(200, sse);
      response.write(chunk);
    });
    const gateway = await gatewayTo(url, 'timeouts: { stream_idle: 1s }');
    const answer = await ask(gateway.url, true);
    if (!tellsOfResets) {
      await expect(answer.text()).rejects.toThrow(/terminated/);
      return;
    }
    const text = await answer.text();
    expect(text.startsWith(chunk)).toBe(true);
    expect(text).toContain('upstream_timeout');
  });

  it('a stream may last longer than the total time of other answers', async () => {
    const url = await upstream(async (_request, response) => {
      response.writeHead(200, sse);
      for (let i = 0; i < 6; i++) {
        response.write(chunk);
        await sleep(250);
      }
      response.end('data: [DONE]\n\n');
    });
    const gateway = await gatewayTo(url, 'timeouts: { total: 1s }');
    expect(await (await ask(gateway.url, true)).text()).toBe(`${chunk.repeat(6)}data: [DONE]\n\n`);
  });

  it('a stream that drips for ever ends when the time of streams is over', async () => {
    const url = await upstream(async (_request, response) => {
      response.writeHead(200, sse);
      while (!response.destroyed) {
        response.write(chunk);
        await sleep(50);
      }
    });
    const gateway = await gatewayTo(url, 'timeouts: { stream_total: 2s }');
    const answer = await ask(gateway.url, true);
    if (tellsOfResets) expect(await answer.text()).toContain('upstream_timeout');
    else await expect(answer.text()).rejects.toThrow(/terminated/);
  });

  it('an upstream that refuses connections is a 502', async () => {
    const url = await upstream(() => {});
    const gateway = await gatewayTo('http://127.0.0.1:1', '');
    const answer = await ask(gateway.url);
    expect(answer.status).toBe(502);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('upstream_unreachable');
    expect(error.message).not.toContain('127.0.0.1');
    expect(url).toBeTruthy();
  });

  it('an upstream that hangs up before its head is a 502', async () => {
    const url = await upstream((request) => request.socket.destroy());
    const answer = await ask((await gatewayTo(url)).url);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: { code: 'upstream_reset' } });
  });
});

describe('a client that goes away', () => {
  it('aborts its upstream request', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    const url = await upstream((_request, response) => {
      gone = once(response, 'close');
      response.writeHead(200, sse);
      response.write(chunk);
    });
    const gateway = await gatewayTo(url);
    const abort = new AbortController();
    const answer = await ask(gateway.url, true, abort.signal);
    const reader = answer.body?.getReader();
    await reader?.read();
    abort.abort();
    await gone;
    await expect.poll(() => gateway.active()).toBe(0);
    await expect.poll(() => gateway.records.map(({ outcome }) => outcome)).toEqual(['aborted']);
  });
});

describe('limits', () => {
  it('a body over the limit is a 413, announced or not', async () => {
    const gateway = await gatewayTo(await upstream(() => {}), 'limits: { request_body: 1KiB }');
    const big = 'x'.repeat(4096);
    const announced = await fetch(`${gateway.url}/v1/messages`, { method: 'POST', body: big });
    expect(announced.status).toBe(413);
    expect(await announced.json()).toMatchObject({ type: 'error', error: { type: 'request_too_large' } });
    const streamed = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: new Blob([big]).stream(),
      duplex: 'half',
    });
    expect(streamed.status).toBe(413);
  });

  it('an event over the limit ends the stream with an error', async () => {
    const url = await upstream((_request, response) => {
      response.writeHead(200, sse);
      response.end(`${chunk}data: {"x":"${'y'.repeat(5000)}"}\n\ndata: [DONE]\n\n`);
    });
    const gateway = await gatewayTo(url, 'limits: { sse_event: 2KiB }');
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ stream: true, max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(await answer.text()).toContain('event: error');
  });

  it('requests over the limit of those in flight are shed with 503', async () => {
    let answer = (): void => {};
    const url = await upstream((_request, response) => {
      answer = () => response.end('{}');
    });
    const gateway = await gatewayTo(url, 'limits: { in_flight: 1 }');
    const first = ask(gateway.url);
    await expect.poll(() => gateway.active()).toBe(1);
    const second = await ask(gateway.url);
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    answer();
    await (await first).text();
  });

  it('an encoded body is a 415', async () => {
    const gateway = await gatewayTo(await upstream(() => {}));
    const answer = await fetch(`${gateway.url}/v1/messages`, { method: 'POST', body: 'x', headers: { 'content-encoding': 'compress' } });
    expect(answer.status).toBe(415);
  });
});

describe('back-pressure', () => {
  it('reaches the upstream when the client does not read', async () => {
    let written = 0;
    const url = await upstream(async (_request, response) => {
      response.writeHead(200, sse);
      await flood(response, chunk.repeat(500), 300_000_000, (bytes) => (written += bytes));
    });
    const gateway = await gatewayTo(url);
    const client = httpRequest(`${gateway.url}/v1/chat/completions`, { method: 'POST' });
    client.end(JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Hi' }] }));
    const [answer] = (await once(client, 'response')) as [{ pause(): void; destroy(): void }];
    answer.pause();
    const grown = async (): Promise<number> => {
      const before = written;
      await sleep(500);
      return written - before;
    };
    await expect.poll(grown, { timeout: 50_000 }).toBe(0);
    expect(written).toBeLessThan(100_000_000);
    answer.destroy();
  });
});

describe('HTTP', () => {
  const raw = async (port: number, text: string): Promise<string> => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.write(text);
    let received = '';
    for await (const data of socket) received += String(data);
    return received;
  };
  it('refuses a request with two lengths', async () => {
    const gateway = await gatewayTo(await upstream(() => {}));
    const answer = await raw(
      Number(new URL(gateway.url).port),
      'POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
  it('answers kept-alive requests without delay', async () => {
    const url = await upstream((request, response) => {
      request.resume();
      request.on('end', () => response.end('{"id":"x"}'));
    });
    const gateway = await gatewayTo(url);
    for (let i = 0; i < 5; i++) expect(await (await ask(gateway.url)).text()).toBe('{"id":"x"}');
    await expect.poll(() => gateway.records.length).toBe(5);
  });
});
